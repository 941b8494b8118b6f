"""Where do tests get a database with all tables from?"""

from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import Engine, create_engine

from authz import tables
from authz.database import Base
from authz.office import tables as office_tables
from authz.reviewing import tables as review_tables
from idp_bridge.database import prepare

BOTH: Final = ["sqlite", pytest.param("postgresql", marks=pytest.mark.peers)]
"""Parameters of a fixture whose tests run on each kind of database."""


def setting_of(request: pytest.FixtureRequest) -> str:
    """Write the setting that names the database of a fixture with :data:`BOTH`."""
    if request.param == "sqlite":
        return ""
    return f'database_url = "{request.getfixturevalue("postgres_url")}"\n'


def sqlite_engine(path: Path, *, timeout: float = 10) -> Engine:
    """Make an SQLite database in a file, empty, with the bridge's way of locking.

    Args:
        path: The file.
        timeout: How many seconds a writer waits for another one.
    """
    return prepare(
        create_engine(f"sqlite:///{path}", connect_args={"timeout": timeout})
    )


def postgresql_engine(url: str) -> Engine:
    """Open a PostgreSQL database; sessions are far from UTC to catch mistakes."""
    options = "-c timezone=Pacific/Auckland"
    return create_engine(url, connect_args={"options": options})


def create_authz_tables(engine: Engine) -> None:
    """Make the tables of the permission store."""
    Base.metadata.create_all(
        engine, tables=[Base.metadata.tables[name] for name in _table_names()]
    )


def _table_names() -> list[str]:
    modules = (tables, office_tables, review_tables)
    known = [value for module in modules for value in vars(module).values()]
    rows = (value for value in known if isinstance(value, type))
    found = {row for row in rows if issubclass(row, Base) and row != Base}
    return sorted(row.__tablename__ for row in found)
