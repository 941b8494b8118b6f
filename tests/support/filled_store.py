"""A permission store that the benchmark's generator filled, small enough for tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine

from benchmarks.administration.filling import fill
from benchmarks.administration.population import Population
from benchmarks.administration.store import Store, opened
from benchmarks.administration.tables import tables
from idp_bridge.database import prepare, upgrade

PEOPLE = Population(users=400, largest=200)


@contextmanager
def filled(url: str) -> Iterator[Store]:
    """Fill an empty database and open it, counted."""
    engine = prepare(create_engine(url))
    upgrade(engine)
    fill(engine, tables(PEOPLE))
    engine.dispose()
    with opened(url) as store:
        yield store


def sqlite_url(folder: Path) -> str:
    """Name a file of SQLite."""
    return f"sqlite:///{folder / 'filled.db'}"
