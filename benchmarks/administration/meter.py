"""How many statements does a piece of work execute, and how long does it wait for them?

The driver's own cursors are counted, because not every statement goes through
SQLAlchemy.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from time import perf_counter
from typing import Any, Final

import psycopg
from sqlalchemy.engine import make_url

_EXECUTING: Final = ("execute", "executemany")
_FETCHING: Final = ("fetchone", "fetchmany", "fetchall")


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement as the driver got it; for many rows, with all their parameters."""

    text: str
    parameters: Any


@dataclass
class Count:
    """What some work asked of the database."""

    statements: list[Statement] = field(default_factory=list)
    seconds: float = 0
    """From asking until the answer was read."""


class Meter:
    """Counts on all connections that are opened with its arguments."""

    def __init__(self) -> None:
        self._count = Count()

    @contextmanager
    def counting(self) -> Iterator[Count]:
        """Count what happens in a block, by whichever thread."""
        count = self._count = Count()
        yield count
        self._count = Count()

    def connect_args(self, url: str) -> dict[str, Any]:
        """Make arguments with which SQLAlchemy opens connections that are counted.

        Args:
            url: Of the database.
        """
        if make_url(url).get_backend_name() == "sqlite":
            return {"factory": self._sqlite_connection()}
        return {"cursor_factory": self._counted(psycopg.Cursor)}

    def _sqlite_connection(self) -> type[sqlite3.Connection]:
        counted = self._counted(sqlite3.Cursor)

        class CountedConnection(sqlite3.Connection):
            def cursor(self, factory: Any = None) -> Any:
                return super().cursor(factory or counted)

        return CountedConnection

    def _counted(self, cursor: type) -> type:
        """Derive a cursor that counts."""
        ways = {name: self._timed(cursor, name) for name in _EXECUTING + _FETCHING}
        return type(f"Counted{cursor.__name__}", (cursor,), ways)

    def _timed(self, cursor: type, name: str) -> Callable[..., Any]:
        original = getattr(cursor, name)

        @wraps(original)
        def timed(self_: Any, *arguments: Any, **options: Any) -> Any:
            if name in _EXECUTING:
                text, parameters = (*arguments, None)[:2]
                self._count.statements.append(
                    Statement(text=str(text), parameters=parameters)
                )
            start = perf_counter()
            try:
                return original(self_, *arguments, **options)
            finally:
                self._count.seconds += perf_counter() - start

        return timed
