"""How do we reach the database, and does it have the tables of this version?

Two engines for one database, and on SQLite a third way to use the first one
(PostgreSQL needs no such care):

* The engine itself writes. Its transactions hold the write lock from the beginning, so
  that what they read cannot change before they write, and none gives up half-way.
* The reader reads, and executes single statements: no transaction, no lock but for a
  moment, beside any writer (WAL). Its connections are its own, because switching one
  to and fro costs more than what it is used for. :func:`autocommit` gives the same on
  the connections of the engine, where one statement more does not matter.
* :func:`deferring` begins without a lock, for a store that reads and writes through one
  engine and begins each writing transaction with a write.

What only an upgrade needs (Alembic), or only PostgreSQL (its driver), is imported when
it is needed: every worker begins with this module, and people wait for it.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any, Final

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Engine, create_engine, event, exc, inspect, text
from sqlalchemy.engine import make_url

from authz.database import Base
from idp_bridge.errors import SetupError
from idp_bridge.settings import Settings

__all__ = [
    "DatabaseProblemError",
    "Engine",
    "autocommit",
    "check_version",
    "db",
    "deferring",
    "engine_options",
    "newest_version",
    "open_engine",
    "prepare",
    "prepare_reader",
    "reader_options",
    "upgrade",
    "version_of",
]

db = SQLAlchemy(model_class=Base)
"""The database of the Flask application."""

MIGRATIONS: Final = "idp_bridge:migrations"
UPGRADE_SECONDS: Final = 3600.0
"""How long one step of a migration may take."""
_MIGRATION: Final = re.compile(r"m(\d{4})_\w+\.py", re.ASCII)
"""What the file of a migration is called: its number is its revision."""
_LEAST_CONNECT_SECONDS: Final = 2
"""Less is rounded up to this by libpq."""
_SERVER_FIRST: Final = 0.5
"""The server gives up this much earlier than we, so that it can say why."""


class DatabaseProblemError(SetupError):
    """The database does not answer, or does not have the tables of this version."""


def engine_options(settings: Settings) -> dict[str, Any]:
    """Choose options so that a database that does not answer is an error in seconds.

    The parameters of statements hold personal data and stay out of every error text.
    """
    seconds = settings.database_timeout_seconds
    common = {"pool_timeout": seconds, "hide_parameters": True}
    if _is_sqlite(settings):
        return {**common, "connect_args": {"timeout": seconds}}
    milliseconds = int((seconds - _SERVER_FIRST) * 1000)
    connect_args = {
        "connect_timeout": max(_LEAST_CONNECT_SECONDS, seconds),
        "options": f"-c statement_timeout={milliseconds}",
        "application_name": "idp-bridge",
    }
    return {**common, "connect_args": connect_args}


def reader_options(settings: Settings) -> dict[str, Any]:
    """Choose options of the engine whose every statement stands alone."""
    return {
        **engine_options(settings),
        "isolation_level": "AUTOCOMMIT",
        "pool_reset_on_return": None,  # there is no transaction to roll back
    }


def open_engine(settings: Settings) -> Engine:
    """Open the database outside of Flask; nothing is connected yet."""
    engine = create_engine(settings.database_url, **engine_options(settings))
    return prepare(engine, seconds=settings.database_timeout_seconds)


def prepare_reader(engine: Engine, *, seconds: float = 5) -> Engine:
    """Teach the same to an engine that has no transactions."""
    prepare(engine, seconds=seconds)
    if engine.dialect.name == "sqlite":
        event.remove(engine, "begin", _on_begin)
    return engine


def prepare(engine: Engine, *, seconds: float = 5) -> Engine:
    """Teach an engine our way with locks (SQLite) and with silence (PostgreSQL).

    Args:
        engine: An engine that has no connection yet.
        seconds: How long to wait for the answer to a statement.
    """
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _on_connect)
        event.listen(engine, "begin", _on_begin)
    else:
        from idp_bridge.state import patience  # noqa: PLC0415  # only for PostgreSQL

        patience.bound(engine, seconds=seconds)
    return engine


def autocommit(engine: Engine) -> Engine:
    """Look at an engine so that every statement stands alone; same connections."""
    return engine.execution_options(isolation_level="AUTOCOMMIT")


def deferring(engine: Engine) -> Engine:
    """Look at an engine so that reading takes no lock; same connections."""
    return engine.execution_options(sqlite_begin="DEFERRED")


def _is_sqlite(settings: Settings) -> bool:
    return make_url(settings.database_url).get_backend_name() == "sqlite"


def _on_connect(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _on_begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("isolation_level") != "AUTOCOMMIT":
        mode = options.get("sqlite_begin", "IMMEDIATE")
        connection.exec_driver_sql(f"BEGIN {mode}")


@contextmanager
def _problems_told(engine: Engine) -> Iterator[None]:
    try:
        yield
    except exc.SQLAlchemyError as error:
        where = engine.url.render_as_string(hide_password=True)
        raise DatabaseProblemError(
            f"The database {where} does not answer ({type(error).__name__})."
        ) from error


def upgrade(engine: Engine) -> None:
    """Bring the tables to this version.

    Raises:
        DatabaseProblemError: The database does not answer or refuses.
    """
    import alembic.command  # noqa: PLC0415  # only for an upgrade
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", MIGRATIONS)
    _make_private_file(engine)
    with _problems_told(engine), engine.begin() as connection:
        _wait_long(connection)
        config.attributes["connection"] = connection
        alembic.command.upgrade(config, "head")
    engine.dispose()  # the patient connection goes


def _wait_long(connection: Connection) -> None:
    """Let a migration of large tables take its time."""
    driver: Any = connection.connection.driver_connection
    if hasattr(driver, "answer_seconds"):
        driver.answer_seconds = UPGRADE_SECONDS


def _make_private_file(engine: Engine) -> None:
    """Make an SQLite file for its owner alone; it will hold personal data.

    Raises:
        DatabaseProblemError: Its folder is missing or not writable.
    """
    file = _file_of(engine)
    if file is None:
        return
    try:
        file.touch(mode=0o600, exist_ok=True)
    except OSError as error:
        reason = f"{file} cannot be made: {error.strerror}."
        raise DatabaseProblemError(reason) from error


def _file_of(engine: Engine) -> Path | None:
    """Name the file of an SQLite database; others have none."""
    name = engine.url.database
    return Path(name) if name and engine.dialect.name == "sqlite" else None


def version_of(engine: Engine) -> str | None:
    """Read which version the tables have; ``None`` for an empty database.

    To look at a file of SQLite would make it, readable for everybody, so one that is
    missing is not looked at.

    Raises:
        DatabaseProblemError: The database does not answer.
    """
    file = _file_of(engine)
    if file is not None and not file.exists():
        return None
    with _problems_told(engine), autocommit(engine).connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.scalar(
            text("SELECT version_num FROM alembic_version")
        )
        return found


def newest_version() -> str | None:
    """Say which version this program needs: that of its last migration."""
    files = resources.files("idp_bridge.migrations.versions").iterdir()
    numbers = [found[1] for file in files if (found := _MIGRATION.fullmatch(file.name))]
    return max(numbers, default=None)


def check_version(engine: Engine) -> None:
    """Refuse a database whose tables belong to another version.

    Raises:
        DatabaseProblemError: It does not answer, or has another version.
    """
    version = version_of(engine)
    if version == newest_version():
        return
    found = f"has version {version}" if version else "has no tables yet"
    raise DatabaseProblemError(
        f"The database {found}, this program needs version {newest_version()};"
        " do: idp-bridge db upgrade"
    )
