"""A filled permission store on both kinds of databases, shared by who only reads."""

from collections.abc import Iterator

import pytest

from benchmarks.administration.store import Store
from tests.support.filled_store import filled, sqlite_url
from tests.support.postgres import PostgresServer

PLACES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.peers)]


@pytest.fixture(scope="module", params=PLACES)
def store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Store]:
    """Four hundred people, half of them in one organisation."""
    if request.param == "sqlite":
        with filled(sqlite_url(tmp_path_factory.mktemp("filled"))) as store:
            yield store
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    with server.fresh_database() as url, filled(url) as store:
        yield store
