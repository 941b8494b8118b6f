"""A question to another party's server is answered in time, or not at all."""

from dataclasses import replace

import pytest

from metadata.calling import Reply, call
from metadata.errors import FetchFailedError
from metadata.fetching import FetchLimits, FetchPolicy
from tests.support.misbehaving_server import (
    Behaviour,
    MisbehavingServer,
    Talk,
    redirecting,
    sending,
)

QUESTION = b"<question>\xc3\xa5</question>"
ANSWER = b"<answer/>"
HEADERS = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": "urn:x"}
HURRIED = FetchLimits(read_seconds=0.4, total_seconds=1.2, max_bytes=1000)


@pytest.fixture
def hurried(policy: FetchPolicy) -> FetchPolicy:
    return replace(policy, limits=HURRIED)


def silent(talk: Talk) -> None:
    talk.wait()


def dripping(talk: Talk) -> None:
    talk.send(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n")
    talk.drip((b"x" for _ in range(400)), seconds=0.05)


def gone(talk: Talk) -> None:
    talk.reset()


def test_a_question_is_posted_as_it_is_and_the_answer_comes_back(
    server: MisbehavingServer, hurried: FetchPolicy
) -> None:
    url = server.does("/slo?a=b", sending(ANSWER, content_type="text/xml"))
    reply = call(url, QUESTION, headers=HEADERS, policy=hurried)
    assert reply == Reply(content_type="text/xml", body=ANSWER)
    (asked,) = server.asked
    assert asked.body == QUESTION
    assert asked.headers["soapaction"] == "urn:x"
    assert asked.headers["content-type"] == HEADERS["Content-Type"]


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (silent, "said nothing for 0.4 seconds"),
        (dripping, "took longer than 1.2 seconds"),
        (gone, "the server broke the connection off"),
        (sending(b"x" * 1001), "the document is larger than 1000 bytes"),
        (sending(b""), "the document is empty"),
        (redirecting("/elsewhere"), "the server answers 302, not 200"),
        (sending(ANSWER, status="500 Oops"), "the server answers 500, not 200"),
    ],
)
def test_a_server_that_does_not_answer_is_given_up(
    server: MisbehavingServer,
    hurried: FetchPolicy,
    behaviour: Behaviour,
    reason: str,
) -> None:
    url = server.does("/slo", behaviour)
    with pytest.raises(FetchFailedError, match=reason):
        call(url, QUESTION, headers=HEADERS, policy=hurried)
    assert len(server.asked) == 1


def test_nobody_near_us_is_asked_unless_the_operator_allows_it(
    server: MisbehavingServer, hurried: FetchPolicy
) -> None:
    url = server.does("/slo", sending(ANSWER))
    careful = replace(hurried, allow_private_addresses=False)
    with pytest.raises(FetchFailedError, match="is this machine"):
        call(url, QUESTION, headers=HEADERS, policy=careful)
    assert server.asked == []


@pytest.mark.parametrize("url", ["http://localhost:{port}/slo", "ftp://localhost/slo"])
def test_only_https_is_spoken_between_servers(
    server: MisbehavingServer, hurried: FetchPolicy, url: str
) -> None:
    with pytest.raises(FetchFailedError, match="is not https"):
        call(url.format(port=server.port), QUESTION, headers=HEADERS, policy=hurried)
    assert server.asked == []
