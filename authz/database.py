"""How do values and errors pass between Python and the database?"""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from threading import local
from types import TracebackType
from typing import Annotated, Any

from sqlalchemy import (
    Connection,
    DateTime,
    Dialect,
    Engine,
    MetaData,
    TypeDecorator,
    exc,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.sql.expression import ClauseElement

from authz.errors import StoreUnavailableError

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
"""Constraints have names, so that a later migration can find them."""


class Base(DeclarativeBase):
    """What every table in the database belongs to."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment with its time zone: aware in, aware in UTC out.

    SQLite forgets time zones and PostgreSQL answers in the session's; with this type
    both give back the same moment, to the microsecond.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        """Refuse a moment without a time zone; hand the others on in UTC.

        Raises:
            ValueError: The moment is naive.
        """
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002  # the signature is SQLAlchemy's
    ) -> datetime | None:
        """Hand out a moment in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            return value.replace(tzinfo=UTC)
        return value.astimezone(UTC)


_SILENCE = (exc.OperationalError, exc.InterfaceError, exc.TimeoutError)
"""Errors that always mean that the database does not answer."""

_held = local()
"""By engine, the connection that look-ups of this thread share in a block."""

Moment = Annotated[datetime, mapped_column(UtcDateTime)]
"""A column with a moment: ``at: Mapped[Moment]``."""


def store_errors() -> AbstractContextManager[None]:
    """Say in our own words that the database does not answer.

    Leaving the block raises :class:`authz.errors.StoreUnavailableError` when there was
    no connection, no answer in time, or a locked, damaged or missing database. A
    refused statement (a constraint) passes unchanged.
    """
    return _STORE_ERRORS


class _StoreErrors:
    """Translates; a class without state, since every look-up comes here."""

    def __enter__(self) -> None:
        """Do nothing yet."""

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if error is not None:
            _refuse_silence(error)


_STORE_ERRORS = _StoreErrors()


def _refuse_silence(error: BaseException | None) -> None:
    """Tell of an error that means silence in our own words; others are not for us."""
    silent = isinstance(error, _SILENCE) or (
        isinstance(error, exc.DBAPIError)
        and (error.connection_invalidated or type(error) is exc.DatabaseError)
    )
    if silent:
        raise StoreUnavailableError(type(error).__name__) from error


def reading(engine: Engine) -> AbstractContextManager[Connection]:
    """Lend a connection for a few look-ups, without a transaction around them.

    Entering and leaving raise :class:`authz.errors.StoreUnavailableError` when the
    database does not answer.

    Args:
        engine: An engine whose isolation level is ``AUTOCOMMIT``, made once with
            :func:`reader_of`.
    """
    shared: dict[Engine, Connection | None] | None
    shared = getattr(_held, "connections", None)
    if shared is not None and engine in shared:
        return _Shared(engine, shared)
    return _lent(engine)


@contextmanager
def _lent(engine: Engine) -> Iterator[Connection]:
    with store_errors(), engine.connect() as connection:
        yield connection


class _Shared:
    """Lends the connection of a block; a class, since a login comes here ten times.

    Args:
        engine: Which database.
        connections: Those of the block.
    """

    __slots__ = ("_connections", "_engine")

    def __init__(
        self, engine: Engine, connections: dict[Engine, Connection | None]
    ) -> None:
        self._engine = engine
        self._connections = connections

    def __enter__(self) -> Connection:
        """Hand out the connection; the first to come makes it."""
        connection = self._connections[self._engine]
        if connection is None:
            with store_errors():
                connection = self._connections[self._engine] = self._engine.connect()
        return connection

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Give up the connection after an error."""
        if error is not None:
            connection = self._connections[self._engine]
            self._connections[self._engine] = None
            with store_errors():
                if connection is not None:
                    connection.close()
            _refuse_silence(error)


def holding(engine: Engine) -> AbstractContextManager[None]:
    """Let all look-ups of this thread share one connection until the block ends.

    Taking a connection out of the pool costs more than a small look-up, and a login has
    seven. The connection is taken by the first of them, and given up after an error.

    Args:
        engine: As for :func:`reading`.
    """
    return _Holding(engine)


class _Holding:
    """The block of :func:`holding`; a class, since every request is in one."""

    __slots__ = ("_before", "_engine", "_mine")

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._mine: dict[Engine, Connection | None] = {engine: None}
        self._before: dict[Engine, Connection | None] | None = None

    def __enter__(self) -> None:
        self._before = getattr(_held, "connections", None)
        _held.connections = self._mine

    def __exit__(self, *_error: object) -> None:
        _held.connections = self._before
        connection = self._mine[self._engine]
        if connection is not None:
            connection.close()


def reader_of(engine: Engine) -> Engine:
    """Make the engine for :func:`reading`: same pool, no BEGIN and no ROLLBACK."""
    return engine.execution_options(isolation_level="AUTOCOMMIT")


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """Lend a connection on which a long look stays the same while others write.

    Args:
        engine: As for :func:`reading`.

    Raises:
        StoreUnavailableError: The database does not answer.
    """
    with store_errors(), engine.connect() as connection:
        connection.exec_driver_sql(_BEGIN_SNAPSHOT[connection.dialect.name])
        try:
            yield connection
        finally:
            connection.exec_driver_sql("ROLLBACK")


_BEGIN_SNAPSHOT = {
    "sqlite": "BEGIN",
    "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY",
}


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Lend a connection with a transaction: everything is written, or nothing.

    Raises:
        StoreUnavailableError: The database does not answer.
    """
    with store_errors(), engine.begin() as connection:
        yield connection


def insert_if_missing(
    connection: Connection, table: type[Base], values: Mapping[str, object]
) -> bool:
    """Add a row unless one with its key is there; true when it was added.

    On SQLite this takes the write lock, whether or not a row is added. On PostgreSQL it
    waits for whoever is adding the same row.
    """
    insert: sqlite.Insert | postgresql.Insert
    if connection.dialect.name == "sqlite":
        insert = sqlite.insert(table).on_conflict_do_nothing()
    else:
        insert = postgresql.insert(table).on_conflict_do_nothing()
    counting = insert.values(**values).execution_options(preserve_rowcount=True)
    return connection.execute(counting).rowcount == 1


class DriverStatement:
    """A statement in the words of one driver, written once and used often.

    Args:
        statement: What SQLAlchemy writes; its parameters are texts, numbers or bytes.
        dialect: For which kind of database.
    """

    def __init__(self, statement: ClauseElement, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        self.text = str(compiled)
        self._order: list[str] | None = getattr(compiled, "positiontup", None)
        known = compiled.params.items()
        self._constants = {name: value for name, value in known if value is not None}

    def arguments(self, values: Mapping[str, object]) -> Any:
        """Put parameters into the form that the driver takes."""
        named = {**self._constants, **values}
        if self._order is None:
            return named
        return tuple(map(named.__getitem__, self._order))
