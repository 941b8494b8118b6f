"""A fetch holds a document once, and a bomb not at all."""

import gzip
import secrets
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from tests.support.fetching import DOCUMENT
from tests.support.misbehaving_server import (
    Behaviour,
    MisbehavingServer,
    Talk,
    sending,
)
from tests.support.tls import Authority

MEGABYTE = 1024 * 1024
ROOT = Path(__file__).parents[4]


def fetched(
    server: MisbehavingServer, authority: Authority, behaviour: Behaviour
) -> tuple[float, str]:
    """Fetch in a process of its own.

    Returns:
        The megabytes that it took, and what came of it.
    """
    server.does("/", sending(DOCUMENT))
    server.does("/large", behaviour)
    module = "tests.support.fetched_in_a_process"
    arguments = (server.url("/"), "large", str(authority.ca_file))
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
        cwd=ROOT,
    )
    taken, outcome = done.stdout.splitlines()
    return int(taken) / MEGABYTE, outcome


@pytest.fixture(scope="module")
def bomb() -> bytes:
    """Half a gigabyte of nothing, in half a megabyte."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    parts = [packer.compress(bytes(MEGABYTE)) for _ in range(512)]
    return b"".join([*parts, packer.flush()])


def test_a_bomb_is_not_unpacked(
    server: MisbehavingServer, authority: Authority, bomb: bytes
) -> None:
    assert len(bomb) < MEGABYTE
    taken, outcome = fetched(server, authority, sending(bomb, content_encoding="gzip"))
    assert "unpacks to more than 200 times its size" in outcome
    assert taken < 16


def test_a_bomb_in_a_bomb_is_not_unpacked(
    server: MisbehavingServer, authority: Authority, bomb: bytes
) -> None:
    twice = gzip.compress(bomb)
    taken, outcome = fetched(server, authority, sending(twice, content_encoding="gzip"))
    assert "packed once more" in outcome
    assert taken < 16


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_a_document_is_held_once(
    server: MisbehavingServer, authority: Authority, encoding: str
) -> None:
    digits = secrets.token_bytes(20 * MEGABYTE).hex().encode()
    document = digits + digits
    body = gzip.compress(document, 1) if encoding == "gzip" else document
    taken, outcome = fetched(
        server, authority, sending(body, content_encoding=encoding)
    )
    assert outcome == f"{80 * MEGABYTE} bytes"
    assert 75 < taken < 110


def test_who_sends_half_a_gigabyte_is_not_listened_to_that_long(
    server: MisbehavingServer, authority: Authority
) -> None:
    sent = 0

    def half_a_gigabyte(talk: Talk) -> None:
        nonlocal sent
        talk.send(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        piece = b" " * MEGABYTE
        while sent < 500:
            talk.send(piece)
            sent += 1

    taken, outcome = fetched(server, authority, half_a_gigabyte)
    assert "the server sends more than 209715200 bytes" in outcome
    assert sent < 250
    assert taken < 250
