"""What every test may ask for: a clock that stands still, and real servers."""

from collections.abc import Iterator

import pytest

from tests.support import postgres as postgres_support
from tests.support import redis_server as redis_support
from tests.support.clock import FrozenClock


@pytest.fixture
def clock() -> FrozenClock:
    """A clock that shows ``NOW`` until the test moves it."""
    return FrozenClock()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres_support.PostgresServer]:
    """A real PostgreSQL server; every test process has its own."""
    with postgres_support.postgres_server() as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: postgres_support.PostgresServer) -> Iterator[str]:
    """The URL of a new, empty PostgreSQL database."""
    with postgres_server.fresh_database() as url:
        yield url


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """The URL of a real Redis server; every test process has its own."""
    with redis_support.redis_server() as url:
        yield url


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """The URL of an empty Redis."""
    redis_support.flush(redis_server)
    return redis_server
