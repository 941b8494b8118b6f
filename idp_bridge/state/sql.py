"""How are short-lived facts kept in the database?

Every method is one statement and its own transaction, so that the database alone
decides which of many callers wins; no lock is held between two round trips. Old entries
count as missing and stay until :meth:`SqlStateStore.sweep` deletes them.

A login asks six times, so the statements are written once per store and go straight to
the driver, on a connection of SQLAlchemy's pool.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import (
    BigInteger,
    Column,
    Dialect,
    Engine,
    LargeBinary,
    MetaData,
    String,
    Table,
    bindparam,
    case,
    cast,
    delete,
    func,
    or_,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.sql.expression import ClauseElement

from authz.database import DriverStatement, reading
from authz.errors import StoreUnavailableError as PermissionStoreError
from idp_bridge.errors import StoreUnavailableError
from idp_bridge.state import limits
from metadata.clock import Clock

Answer = TypeVar("Answer")

state_tables = MetaData()
"""The one table that this module owns, for the migrations."""

state_entries = Table(
    "state_entries",
    state_tables,
    Column("key", String(limits.MAX_KEY_CHARACTERS), primary_key=True),
    Column("value", LargeBinary, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
)
"""``expires_at``: microseconds since 1970; the entry counts until then, not at it."""

SWEEP_EVERY = 250
"""After how many used identifiers a worker deletes one batch of what is old."""
SWEEP_BATCH = 1000
"""How many entries one statement of a sweep deletes, so that nobody waits for it."""

_ENTRY = state_entries.c
_IS_OLD = _ENTRY.expires_at <= bindparam("now")
_IS_WANTED = (_ENTRY.key == bindparam("wanted")) & (
    _ENTRY.expires_at > bindparam("now")
)

_PING = select(_ENTRY.expires_at).limit(1)
_GET = select(_ENTRY.value).where(_IS_WANTED)
_TAKE = delete(state_entries).where(_IS_WANTED).returning(_ENTRY.value)

# Two sweeps at once take different entries. SQLite ignores the row locks: it has one
# writer at a time.
_OLD = select(_ENTRY.key).where(_IS_OLD).limit(SWEEP_BATCH)
_SWEEP = delete(state_entries).where(
    _ENTRY.key.in_(_OLD.with_for_update(skip_locked=True))
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class SqlStateStore:
    """Short-lived facts in a SQL database.

    Args:
        engine: SQLite or PostgreSQL, with connections in the mode ``AUTOCOMMIT``.
        clock: Says what is too old.
    """

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._added = 0
        dialect = engine.dialect
        self._driver_error = dialect.dbapi.Error if dialect.dbapi else Exception
        self._failures = (SQLAlchemyError, PermissionStoreError, self._driver_error)
        self._ping = DriverStatement(_PING, dialect)
        self._get = DriverStatement(_GET, dialect)
        self._take = DriverStatement(_TAKE, dialect)
        self._sweep = DriverStatement(_SWEEP, dialect)
        self._put = DriverStatement(_put_statement(dialect), dialect)
        self._add_once = DriverStatement(_add_once_statement(dialect), dialect)
        self._append = {
            count: DriverStatement(_append_statement(dialect, count), dialect)
            for count in range(1, limits.MAX_ADDITIONS + 1)
        }

    def put(self, key: str, value: bytes, ttl: timedelta) -> None:
        """Keep a value for a while; an older value of the same key is replaced.

        Raises:
            StoreUnavailableError: The database does not answer.
            ValueError: The key, value or time is out of bounds.
        """
        limits.check_value(value)
        entry = self._entry(key, value, ttl)
        self._ask(self._put, entry, _nothing)

    def get(self, key: str) -> bytes | None:
        """Read a value and leave it there; ``None`` if it is missing or too old.

        Raises:
            StoreUnavailableError: The database does not answer.
            ValueError: The key is out of bounds.
        """
        return self._read(self._get, key)

    def take(self, key: str) -> bytes | None:
        """Read a value and delete it, atomically: one of many callers gets it.

        Raises:
            StoreUnavailableError: The database does not answer.
            ValueError: The key is out of bounds.
        """
        return self._read(self._take, key)

    def add_once(self, key: str, ttl: timedelta) -> bool:
        """Remember a key, atomically: true for the first caller, false for others.

        Raises:
            StoreUnavailableError: The database does not answer.
            ValueError: The key or time is out of bounds.
        """
        entry = self._entry(key, b"", ttl) | {"now": self._now()}
        self._sweep_now_and_then()
        return self._ask(self._add_once, entry, _first_row) is not None

    def append(
        self, additions: Mapping[str, bytes], ttl: timedelta
    ) -> Mapping[str, bytes]:
        """Add to the end of one or two values in one round trip; each begins empty.

        Raises:
            StoreUnavailableError: The database does not answer.
            ValueError: A key, a value, their number or the time is out of bounds.
        """
        limits.check_additions(additions)
        values: dict[str, object] = {"now": self._now()}
        # Everybody locks rows in the same order, so that nobody waits for each other.
        for number, key in enumerate(sorted(additions)):
            entry = self._entry(key, additions[key], ttl)
            values |= {f"{name}_{number}": value for name, value in entry.items()}
        rows = self._ask(self._append[len(additions)], values, _all_rows)
        return {key: bytes(value) for key, value in rows}

    def sweep(self) -> int:
        """Delete what is too old, in batches; how many entries went.

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        total = gone = self._sweep_batch()
        while gone == SWEEP_BATCH:
            gone = self._sweep_batch()
            total += gone
        return total

    def _sweep_batch(self) -> int:
        return self._ask(self._sweep, {"now": self._now()}, _row_count)

    def _sweep_now_and_then(self) -> None:
        """Delete faster than entries come; a failure is for the next statement."""
        self._added += 1
        if self._added >= SWEEP_EVERY:
            self._added = 0
            with suppress(StoreUnavailableError):
                self._sweep_batch()

    def ping(self) -> None:
        """Ask the database whether it answers and has our table.

        Raises:
            StoreUnavailableError: It does not, or has not.
        """
        self._ask(self._ping, {}, _nothing)

    def close(self) -> None:
        """Give all connections back; the next use makes new ones."""
        self._engine.dispose()

    def _now(self) -> int:
        return (self._clock() - _EPOCH) // _MICROSECOND

    def _entry(self, key: str, value: bytes, ttl: timedelta) -> dict[str, object]:
        limits.check_key(key)
        limits.check_ttl(ttl)
        expires_at = self._now() + ttl // _MICROSECOND
        return {"key": key, "value": value, "expires_at": expires_at}

    def _read(self, statement: DriverStatement, key: str) -> bytes | None:
        limits.check_key(key)
        row = self._ask(statement, {"wanted": key, "now": self._now()}, _first_row)
        return None if row is None else bytes(row[0])

    def _ask(
        self,
        statement: DriverStatement,
        values: Mapping[str, object],
        answer: Callable[[Any], Answer],
    ) -> Answer:
        """Run a statement; a connection that failed is not used again."""
        try:
            with reading(self._engine) as connection:
                cursor = connection.connection.cursor()
                try:
                    cursor.execute(statement.text, statement.arguments(values))
                    return answer(cursor)
                except self._driver_error:
                    connection.invalidate()
                    raise
                finally:
                    cursor.close()
        except self._failures as error:
            raise StoreUnavailableError(type(error).__name__) from error


def _nothing(_cursor: Any) -> None:
    """Read nothing out of a cursor."""


def _first_row(cursor: Any) -> Any:
    return cursor.fetchone()


def _all_rows(cursor: Any) -> Any:
    return cursor.fetchall()


def _row_count(cursor: Any) -> int:
    count: int = cursor.rowcount
    return count


def _new_entries(dialect: Dialect, *endings: str) -> postgresql.Insert | sqlite.Insert:
    """Insert a row for each ending of the names of parameters."""
    rows: list[dict[str, Any]] = [
        {each.name: bindparam(each.name + ending) for each in state_entries.columns}
        for ending in endings
    ]
    if dialect.name == "postgresql":
        return postgresql.insert(state_entries).values(rows)
    return sqlite.insert(state_entries).values(rows)


def _put_statement(dialect: Dialect) -> ClauseElement:
    new = _new_entries(dialect, "")
    return new.on_conflict_do_update(index_elements=[_ENTRY.key], set_=new.excluded)


def _add_once_statement(dialect: Dialect) -> ClauseElement:
    new = _new_entries(dialect, "")
    return new.on_conflict_do_update(
        index_elements=[_ENTRY.key], set_=new.excluded, where=_IS_OLD
    ).returning(_ENTRY.key)


def _append_statement(dialect: Dialect, count: int) -> ClauseElement:
    """Add to what is there, unless it is too old or would become too large."""
    new = _new_entries(dialect, *(f"_{number}" for number in range(count)))
    added = new.excluded.value
    longer = cast(_ENTRY.value.op("||")(added), LargeBinary)  # SQLite makes it text
    fits = func.length(_ENTRY.value) + func.length(added) <= limits.MAX_VALUE_BYTES
    return new.on_conflict_do_update(
        index_elements=[_ENTRY.key],
        set_={
            "value": case((_IS_OLD, added), else_=longer),
            "expires_at": new.excluded.expires_at,
        },
        where=or_(_IS_OLD, fits),
    ).returning(_ENTRY.key, _ENTRY.value)
