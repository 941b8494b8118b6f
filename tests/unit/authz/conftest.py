"""A database for tests of the permission store, and a small world in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from authz.service import AuthzService
from tests.support.clock import NOW
from tests.support.databases import (
    create_authz_tables,
    postgresql_engine,
    sqlite_engine,
)
from tests.support.permission_world import CATALOGUE


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.peers)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database with the tables of the permission store, on both kinds of server."""
    if request.param == "sqlite":
        engine = sqlite_engine(tmp_path / "authz.db")
    else:
        engine = postgresql_engine(request.getfixturevalue("postgres_url"))
    create_authz_tables(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def authz(engine: Engine) -> AuthzService:
    """A permission store with nothing in it."""
    return AuthzService(engine)


@pytest.fixture
def world(authz: AuthzService) -> AuthzService:
    """A permission store with the people of ``permission_world``."""
    authz.load_catalogue(CATALOGUE, dry_run=False, actor="test", now=NOW)
    return authz
