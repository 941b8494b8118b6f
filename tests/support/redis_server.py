"""Where do tests get a real Redis from?"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis

from tests.support.peers.tls import Authority
from tests.support.ports import free_port
from tests.support.processes import Server, running

NOT_INSTALLED = "Redis is not installed; `make test` installs it."


@contextmanager
def redis_server() -> Iterator[str]:
    """Start a server that keeps nothing on disk, and stop it at the end.

    Yields:
        Its URL.
    """
    port = free_port()
    url = f"redis://127.0.0.1:{port}/0"
    with _started(url, ["--port", str(port)]):
        yield url


@contextmanager
def redis_server_with_tls(authority: Authority) -> Iterator[str]:
    """Start a server that speaks TLS only, and stop it at the end.

    Yields:
        Its URL, which does not say whom to trust.
    """
    server = authority.certify("127.0.0.1")
    port = free_port()
    url = f"rediss://127.0.0.1:{port}/0"
    options = ["--port", "0", "--tls-port", str(port), "--tls-auth-clients", "no"]
    options += ["--tls-cert-file", str(server.certificate)]
    options += ["--tls-key-file", str(server.key)]
    with _started(f"{url}?ssl_ca_certs={authority.trust}", options):
        yield url


@contextmanager
def _started(url: str, options: list[str]) -> Iterator[None]:
    binary = shutil.which("redis-server")
    if binary is None:
        pytest.fail(NOT_INSTALLED, pytrace=False)
    with tempfile.TemporaryDirectory(prefix="test-redis-") as folder:
        nowhere = ["--save", "", "--appendonly", "no", "--dir", folder]
        here = ["--bind", "127.0.0.1", "--unixsocket", f"{folder}/socket"]
        server = Server(
            command=[binary, *options, *nowhere, *here],
            log=Path(folder) / "log",
            is_ready=lambda: _answers(url),
        )
        with running(server):
            yield


def flush(url: str) -> None:
    """Delete everything on the server."""
    with redis.Redis.from_url(url) as client:
        client.flushall()


def _answers(url: str) -> bool:
    try:
        with redis.Redis.from_url(url) as client:
            return bool(client.ping())
    except redis.ConnectionError:
        return False
