"""Where the bridge of a measurement keeps its data."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Final

from tests.support.postgres import postgres_server
from tests.support.redis_server import redis_server


@contextmanager
def embedded() -> Iterator[dict[str, str]]:
    """Keep everything in a file of SQLite."""
    yield {}


@contextmanager
def servers() -> Iterator[dict[str, str]]:
    """Keep data in a new PostgreSQL and state in a new Redis."""
    with ExitStack() as stack:
        postgres = stack.enter_context(postgres_server())
        state_url = stack.enter_context(redis_server())
        url = stack.enter_context(postgres.fresh_database())
        yield {"IDP_BRIDGE_DATABASE_URL": url, "IDP_BRIDGE_STATE_URL": state_url}


PLACES: Final[dict[str, Callable[[], AbstractContextManager[dict[str, str]]]]] = {
    "SQLite": embedded,
    "PostgreSQL, Redis": servers,
}
"""By the name that tables have for them."""
