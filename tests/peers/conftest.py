"""Real peers for the tests of this folder, started once for all of them."""

from collections.abc import Iterator

import pytest

from tests.support.peers.bridge_process import Bridge, Stores
from tests.support.peers.browser import Browser
from tests.support.peers.network import Network, network
from tests.support.peers.tls import Authority
from tests.support.postgres import PostgresServer

SQLITE = "sqlite"
POSTGRESQL = "postgresql-redis"


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Who vouches for every TLS certificate of this test run."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def visitor(authority: Authority) -> Browser:
    """The browser of a person who has not been anywhere yet."""
    return Browser(authority.trust)


@pytest.fixture(scope="session")
def peers(
    authority: Authority, postgres_server: PostgresServer, redis_server: str
) -> Iterator[Network]:
    """Two identity providers, two e-tjänster, and two bridges between them."""
    with postgres_server.fresh_database() as database_url:
        stores = {
            SQLITE: Stores("sqlite:///bridge.db"),
            POSTGRESQL: Stores(database_url, redis_server),
        }
        with network(authority, stores) as running:
            yield running


@pytest.fixture(scope="session", params=[SQLITE, POSTGRESQL])
def bridge(peers: Network, request: pytest.FixtureRequest) -> Bridge:
    """A bridge over SQLite alone, and one over PostgreSQL and Redis."""
    return peers.bridges[request.param]
