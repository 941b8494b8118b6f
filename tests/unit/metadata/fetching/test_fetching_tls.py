"""A server proves its name before it hears what we want."""

import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from metadata.fetching import FetchLimits, FetchPolicy, fetch_url
from tests.support.fetching import (
    DOCUMENT,
    got,
    refusal_of,
)
from tests.support.misbehaving_server import (
    PATIENCE,
    MisbehavingServer,
    misbehaving_server,
    sending,
)
from tests.support.tls import (
    FAR_AWAY,
    FARTHER_AWAY,
    LONG_AGO,
    NOT_SO_LONG_AGO,
    Authority,
)


@pytest.mark.parametrize(
    ("name", "valid", "said"),
    [
        ("other.example.se", (LONG_AGO, FAR_AWAY), "is for another name"),
        ("localhost", (LONG_AGO, NOT_SO_LONG_AGO), "has expired"),
        ("localhost", (FAR_AWAY, FARTHER_AWAY), "is not valid yet"),
    ],
)
def test_a_certificate_must_be_for_the_server_and_for_now(
    authority: Authority,
    policy: FetchPolicy,
    name: str,
    valid: tuple[datetime, datetime],
    said: str,
) -> None:
    files = authority.certify(name, since=valid[0], until=valid[1])
    with misbehaving_server(files) as bad:
        url = bad.does("/", sending(DOCUMENT))
        sentence = refusal_of(url, policy)
        assert sentence == f"{url}: the certificate of the server {said}"
        assert bad.asked == []


def test_a_certificate_must_be_from_an_authority_that_we_know(
    tmp_path: Path, policy: FetchPolicy
) -> None:
    stranger = Authority(tmp_path)
    with misbehaving_server(stranger.certify("localhost")) as strange:
        url = strange.does("/", sending(DOCUMENT))
        said = f"{url}: the certificate of the server is signed by nobody that we trust"
        assert refusal_of(url, policy) == said
        assert refusal_of(url, replace(policy, ca_file=None)) == said
        knowing = replace(policy, ca_file=stranger.ca_file)
        assert got(fetch_url(url, policy=knowing)) == DOCUMENT


def test_a_file_of_authorities_must_be_readable(
    server: MisbehavingServer, policy: FetchPolicy, tmp_path: Path
) -> None:
    nothing = tmp_path / "none.pem"
    sentence = refusal_of(server.url(), replace(policy, ca_file=nothing))
    assert "trusted certificates" in sentence
    nothing.write_text("no certificate")
    sentence = refusal_of(server.url(), replace(policy, ca_file=nothing))
    assert "trusted certificates" in sentence


def never_answering(raw: socket.socket, is_over: threading.Event) -> None:
    raw.recv(4096)
    is_over.wait(PATIENCE)


def dripping(raw: socket.socket, is_over: threading.Event) -> None:
    """Begin a TLS record that never ends."""
    raw.sendall(b"\x16\x03\x03\x3f\xff")
    for _ in range(400):
        raw.sendall(b"\x02")
        if is_over.wait(0.05):
            return


@pytest.mark.parametrize("before_tls", [never_answering, dripping])
def test_tls_that_never_begins_is_not_waited_for(
    authority: Authority,
    policy: FetchPolicy,
    before_tls: Callable[[socket.socket, threading.Event], None],
) -> None:
    files = authority.certify("localhost")
    limits = FetchLimits(connect_seconds=0.6)
    with misbehaving_server(files, before_tls=before_tls) as bad:
        sentence = refusal_of(bad.url(), replace(policy, limits=limits))
        assert sentence.endswith("TLS was not ready in time")


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "the server does not speak the TLS"),
        (b"", "the server broke the connection off"),
    ],
)
def test_what_is_not_tls_is_refused(
    authority: Authority, policy: FetchPolicy, said: bytes, sentence: str
) -> None:
    def answer(raw: socket.socket, _: threading.Event) -> None:
        raw.recv(4096)
        raw.sendall(said)

    with misbehaving_server(authority.certify("localhost"), before_tls=answer) as bad:
        assert sentence in refusal_of(bad.url(), policy)
