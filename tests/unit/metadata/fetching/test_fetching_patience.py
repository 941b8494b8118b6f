"""A server decides neither how long we wait nor how much we hold."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from metadata.fetching import FetchLimits, FetchPolicy, fetch_url
from tests.support.fetching import DOCUMENT, got, refusal_of
from tests.support.misbehaving_server import (
    Behaviour,
    MisbehavingServer,
    Talk,
    sending,
)

HURRIED = FetchLimits(read_seconds=0.4, total_seconds=1.2)


@pytest.fixture
def hurried(policy: FetchPolicy) -> FetchPolicy:
    return replace(policy, limits=HURRIED)


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n" % len(DOCUMENT)


def bytewise(data: bytes) -> Iterator[bytes]:
    return (data[at : at + 1] for at in range(len(data)))


def slow_headers(talk: Talk) -> None:
    talk.drip(bytewise(HEAD), seconds=0.05)
    talk.drip((b"X: y\r\n" for _ in range(400)), seconds=0.05)


def slow_body(talk: Talk) -> None:
    talk.send(HEAD + b"\r\n")
    talk.drip(bytewise(DOCUMENT), seconds=0.05)


def slow_chunks(talk: Talk) -> None:
    talk.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    talk.drip((b"1\r\nx\r\n" for _ in range(400)), seconds=0.05)


def never_final(talk: Talk) -> None:
    talk.drip((b"HTTP/1.1 100 Continue\r\n\r\n" for _ in range(400)), seconds=0.05)


@pytest.mark.parametrize(
    "behaviour", [slow_headers, slow_body, slow_chunks, never_final]
)
def test_who_sends_byte_by_byte_ends_when_the_time_is_over(
    server: MisbehavingServer, hurried: FetchPolicy, behaviour: Behaviour
) -> None:
    url = server.does("/", behaviour)
    assert refusal_of(url, hurried) == f"{url}: took longer than 1.2 seconds"


def test_who_is_slow_but_ready_in_time_is_heard(
    server: MisbehavingServer, policy: FetchPolicy
) -> None:
    def unhurried(talk: Talk) -> None:
        talk.send(HEAD + b"\r\n")
        pieces = (DOCUMENT[at : at + 400] for at in range(0, len(DOCUMENT), 400))
        talk.drip(pieces, seconds=0.1)

    assert got(fetch_url(server.does("/", unhurried), policy=policy)) == DOCUMENT


def test_redirects_share_one_time(
    server: MisbehavingServer, policy: FetchPolicy
) -> None:
    def slowly_to(path: str) -> Behaviour:
        def behave(talk: Talk) -> None:
            talk.is_over.wait(0.4)
            talk.answer(status="302 Found", location=path)

        return behave

    server.does("/b", slowly_to("/c"))
    server.does("/c", slowly_to("/d"))
    server.does("/d", sending(DOCUMENT))
    url = server.does("/a", slowly_to("/b"))
    limits = FetchLimits(read_seconds=5, total_seconds=1)
    assert "took longer than 1 seconds" in refusal_of(
        url, replace(policy, limits=limits)
    )
    assert got(fetch_url(url, policy=policy)) == DOCUMENT


def test_who_says_nothing_is_not_waited_for(
    server: MisbehavingServer, hurried: FetchPolicy
) -> None:
    url = server.does("/", Talk.wait)
    assert refusal_of(url, hurried) == f"{url}: said nothing for 0.4 seconds"


@pytest.mark.parametrize("behaviour", [Talk.reset, lambda _: None])
def test_who_goes_away_without_an_answer_is_refused(
    server: MisbehavingServer, policy: FetchPolicy, behaviour: Behaviour
) -> None:
    url = server.does("/", behaviour)
    assert refusal_of(url, policy) == f"{url}: the server broke the connection off"


@pytest.mark.parametrize(
    "said",
    [
        b"hello?\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxy",
    ],
    ids=["words", "long-header", "many-headers", "two-lengths"],
)
def test_what_is_not_http_is_refused(
    server: MisbehavingServer, policy: FetchPolicy, said: bytes
) -> None:
    url = server.does("/", lambda talk: talk.send(said))
    assert refusal_of(url, policy) == f"{url}: the server does not answer in HTTP"


def test_a_length_beyond_what_is_allowed_is_enough(
    server: MisbehavingServer, hurried: FetchPolicy
) -> None:
    def boasting(talk: Talk) -> None:
        talk.send(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")
        talk.wait()

    url = server.does("/", boasting)
    assert (
        refusal_of(url, hurried) == f"{url}: the server sends more than 209715200 bytes"
    )


def test_headers_without_end_are_not_held(
    server: MisbehavingServer, policy: FetchPolicy
) -> None:
    """Interim answers are read one after another, and none of them is the last."""

    def flood(talk: Talk) -> None:
        interim = b"HTTP/1.1 100 Continue\r\nX: " + b"y" * 60_000 + b"\r\n\r\n"
        talk.drip((interim for _ in range(400)), seconds=0)

    url = server.does("/", flood)
    limited = replace(policy, limits=FetchLimits(max_received_bytes=len(DOCUMENT)))
    assert "sends more than" in refusal_of(url, limited)


def test_a_header_that_makes_no_sense_is_passed_over_in_silence(
    server: MisbehavingServer, policy: FetchPolicy, caplog: pytest.LogCaptureFixture
) -> None:
    """No library speaks to our log of what a stranger sent."""

    def odd(talk: Talk) -> None:
        talk.send(HEAD + b"no colon here\r\n\r\n" + DOCUMENT)

    assert got(fetch_url(server.does("/?key=secret", odd), policy=policy)) == DOCUMENT
    assert caplog.text == ""
