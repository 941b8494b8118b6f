"""Where is the filled database, and has it been filled already?

Filling takes minutes, so a folder can keep what was filled. What is kept is found by
what it was made of: the numbers, the version of the tables, and the source code here.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.engine import make_url

from benchmarks.administration.filling import fill
from benchmarks.administration.population import Population
from benchmarks.administration.tables import tables
from idp_bridge.database import autocommit, newest_version, prepare, upgrade
from tests.support.postgres import PostgresServer, postgres_server_in

_FILL_SECONDS: Final = 3600
_SOURCES: Final = ("filling", "invented_names", "population", "tables")
_WHILE_FILLING: Final = {"maintenance_work_mem": "256MB", "max_wal_size": "4GB"}
_WHILE_MEASURING: Final = {
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
}
"""What is written is on the disk, as in production; all else is PostgreSQL's choice."""

_PIECE: Final = 1024 * 1024
_READ_ALL: Final = """
SELECT sum(pg_prewarm(oid, 'read')) FROM pg_class
WHERE relkind IN ('r', 'i') AND relnamespace = 'public'::regnamespace
"""


@contextmanager
def folder_for(kept: Path | None) -> Iterator[Path]:
    """Lend the folder that keeps, or one that goes away."""
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept
        return
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        Path(folder).chmod(0o755)  # the server may run as another user
        yield Path(folder)


def name_of(population: Population) -> str:
    """Name a database by what it is made of."""
    here = Path(__file__).parent
    digest = sha256(repr((newest_version(), population)).encode())
    for source in _SOURCES:
        digest.update((here / f"{source}.py").read_bytes())
    return f"people_{population.users}_{digest.hexdigest()[:12]}"


@contextmanager
def sqlite(folder: Path, population: Population) -> Iterator[str]:
    """Lend the URL of a filled file of SQLite."""
    file = folder / f"{name_of(population)}.db"
    if not file.exists():
        new = file.with_suffix(".new")
        new.unlink(missing_ok=True)
        _fill(f"sqlite:///{new}", population)
        new.replace(file)
    _read_file_once(file)
    yield f"sqlite:///{file}"


@contextmanager
def postgresql(folder: Path, population: Population) -> Iterator[str]:
    """Lend the URL of a filled database of PostgreSQL."""
    home = folder / "postgresql"
    home.mkdir(exist_ok=True)
    name = name_of(population)
    with postgres_server_in(home, _WHILE_FILLING) as server:
        if name not in _databases(server):
            _make(server, name, population)
    with postgres_server_in(home, _WHILE_MEASURING) as server:
        _read_once(server.url(name))
        yield server.url(name)


PLACES: Final[dict[str, Callable[[Path, Population], AbstractContextManager[str]]]] = {
    "SQLite": sqlite,
    "PostgreSQL": postgresql,
}
"""By the name that tables have for them."""


def _make(server: PostgresServer, name: str, population: Population) -> None:
    """Fill a database under another name, so that a half-filled one is not kept."""
    with _opened(server.url("postgres")) as engine, _alone(engine) as connection:
        connection.exec_driver_sql("DROP DATABASE IF EXISTS being_filled")
        connection.exec_driver_sql("CREATE DATABASE being_filled TEMPLATE template0")
        _fill(server.url("being_filled"), population)
        connection.exec_driver_sql(f"ALTER DATABASE being_filled RENAME TO {name}")
        connection.exec_driver_sql("CHECKPOINT")


def _read_file_once(file: Path) -> None:
    """Have a file in the memory of the machine, as in one that has run for a day."""
    with file.open("rb") as content:
        while content.read(_PIECE):
            pass


def _read_once(url: str) -> None:
    """Have the files of PostgreSQL in the memory of the machine."""
    with _opened(url) as engine, _alone(engine) as connection:
        connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS pg_prewarm")
        connection.exec_driver_sql(_READ_ALL)


def _databases(server: PostgresServer) -> set[str]:
    with _opened(server.url("postgres")) as engine, _alone(engine) as connection:
        rows = connection.exec_driver_sql("SELECT datname FROM pg_database")
        return set(rows.scalars())


def _fill(url: str, population: Population) -> None:
    with _opened(url) as engine:
        upgrade(engine)
        fill(engine, tables(population))


def _alone(engine: Engine) -> AbstractContextManager[Connection]:
    return autocommit(engine).connect()


@contextmanager
def _opened(url: str) -> Iterator[Engine]:
    is_sqlite = make_url(url).get_backend_name() == "sqlite"
    seconds = {} if is_sqlite else {"seconds": _FILL_SECONDS}
    with ExitStack() as stack:
        engine = prepare(create_engine(url), **seconds)
        stack.callback(engine.dispose)
        yield engine
