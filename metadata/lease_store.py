"""Whose turn is it to refresh? At most one process holds a lease at any moment.

A lease keeps several nodes from doing the same work; it does not keep data whole. That
is the task of the transaction that swaps a version, because a process may always lose
its lease between looking and writing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from metadata.database import translated_errors
from metadata.tables import leases


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The right to do something until a moment."""

    name: str
    holder: str
    """A random name of the process."""
    until: datetime


class LeaseStore:
    """Leases in the database, whose rows decide who was first.

    Every method raises :class:`~metadata.errors.MetadataUnavailableError` when the
    database does not answer.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def take(self, lease: Lease, *, now: datetime) -> bool:
        """Take a lease, or hold on to it, unless somebody else holds it now.

        A lease has ended from the very moment that it says.

        Returns:
            Whether it is ours until its end.
        """
        with translated_errors():
            return self._renew(lease, now) or self._insert(lease)

    def release(self, lease: Lease) -> None:
        """Let somebody else take it at once; one that was lost stays where it is."""
        query = delete(leases).where(leases.c.name == lease.name)
        with self._writing() as connection:
            connection.execute(query.where(leases.c.holder == lease.holder))

    def holder_of(self, name: str, *, now: datetime) -> str | None:
        """Say who holds a lease now."""
        query = select(leases.c.holder).where(leases.c.name == name)
        with translated_errors(), self._engine.connect() as connection:
            found: str | None = connection.execute(
                query.where(leases.c.until > now)
            ).scalar()
        return found

    def _renew(self, lease: Lease, now: datetime) -> bool:
        """Write our end over our own or over one that has passed, in one statement."""
        query = update(leases).where(
            leases.c.name == lease.name,
            or_(leases.c.holder == lease.holder, leases.c.until <= now),
        )
        values = {"holder": lease.holder, "until": lease.until}
        with self._writing() as connection:
            return connection.execute(query.values(values)).rowcount == 1

    def _insert(self, lease: Lease) -> bool:
        """Write the row that is missing; the primary key lets one process do so."""
        row = {"name": lease.name, "holder": lease.holder, "until": lease.until}
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(leases).values(row))
        except IntegrityError:
            return False
        return True

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with translated_errors(), self._engine.begin() as connection:
            yield connection
