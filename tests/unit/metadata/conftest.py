"""What tests of the metadata package may ask for: a store in each database."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine

from metadata.store import EntityStore


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.peers)],
)
def engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    """An empty database of either kind."""
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
    else:
        url = f"sqlite:///{tmp_path_factory.mktemp('db') / 'metadata.db'}"
    engine = create_engine(url)
    yield engine
    engine.dispose()


@pytest.fixture
def store(engine: Engine) -> EntityStore:
    """A store without sources."""
    store = EntityStore(engine)
    store.create_tables()
    return store
