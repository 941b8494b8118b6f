"""Where do tests get a real Redis from?"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis

from tests.support.ports import free_port
from tests.support.processes import Server, running

NOT_INSTALLED = "Redis is not installed; `make test` installs it."


@contextmanager
def redis_server() -> Iterator[str]:
    """Start a server that keeps nothing on disk, and stop it at the end.

    Yields:
        Its URL.
    """
    binary = shutil.which("redis-server")
    if binary is None:
        pytest.fail(NOT_INSTALLED, pytrace=False)
    port = free_port()
    url = f"redis://127.0.0.1:{port}/0"
    with tempfile.TemporaryDirectory(prefix="test-redis-") as folder:
        options = ["--port", str(port), "--bind", "127.0.0.1", "--dir", folder]
        options += ["--save", "", "--appendonly", "no"]
        socket = ["--unixsocket", f"{folder}/socket"]
        server = Server(
            command=[binary, *options, *socket],
            log=Path(folder) / "log",
            is_ready=lambda: _answers(url),
        )
        with running(server):
            yield url


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
