"""A store of traces on both kinds of database."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from idp_bridge.database import autocommit
from idp_bridge.tracing.store import TraceStore
from idp_bridge.tracing.tables import trace_tables
from tests.support.databases import postgresql_engine, sqlite_engine


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.peers)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database with the table of traces."""
    if request.param == "sqlite":
        engine = sqlite_engine(tmp_path / "traces.db")
    else:
        engine = postgresql_engine(request.getfixturevalue("postgres_url"))
    trace_tables.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def store(engine: Engine) -> TraceStore:
    """An empty store."""
    return TraceStore(autocommit(engine))
