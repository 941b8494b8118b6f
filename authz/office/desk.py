"""How does the office read and write? A change has its audit rows, or is none."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, Engine, exc

from authz import audit
from authz.audit import SYSTEM_CHAIN, Action, Event
from authz.audit_store import AuditStore
from authz.database import reading, writing
from authz.office.errors import AlreadyThereError


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A transaction in which somebody changes something."""

    connection: Connection
    actor: str
    now: datetime
    events: list[Event] = field(default_factory=list)

    def note(
        self,
        action: Action,
        subject: str,
        detail: Mapping[str, object] | None = None,
        *,
        chain: str = SYSTEM_CHAIN,
    ) -> None:
        """Remember what was done; it is written with the change.

        Args:
            action: What.
            subject: To what, as ``organisation:3``.
            detail: What else; numbers and codes, no names of people.
            chain: In which chain; the organisation's when it concerns one.
        """
        event = Event(
            chain=chain,
            at=self.now,
            actor=self.actor,
            action=action,
            subject=subject,
            detail=audit.canonical(detail or {}),
        )
        self.events.append(event)


class Desk:
    """Where the parts of the office get their connections from.

    Args:
        engine: The database, for writing.
        reader: The same database with the isolation level ``AUTOCOMMIT``.
        allow_test_ids: Accept HSA-ids of test directories.
    """

    def __init__(
        self, engine: Engine, reader: Engine, *, allow_test_ids: bool = False
    ) -> None:
        self.engine = engine
        self._reader = reader
        self.allow_test_ids = allow_test_ids

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Lend a connection for look-ups.

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        with reading(self._reader) as connection:
            yield connection

    @contextmanager
    def changing(self, *chains: str, actor: str, now: datetime) -> Iterator[Work]:
        """Lend a transaction; others who want the same chains wait until it ends.

        Args:
            *chains: The chains that will be written to, and that guard what is read.
            actor: Who changes something.
            now: When.

        Raises:
            AlreadyThereError: Somebody else added the same thing at the same moment.
            StoreUnavailableError: The database does not answer.
        """
        try:
            with writing(self.engine) as connection:
                trail = AuditStore(connection)
                for chain in in_turn(chains):
                    trail.take_turn(chain)
                work = Work(connection=connection, actor=actor, now=now)
                yield work
                trail.append(work.events)
        except exc.IntegrityError as error:
            raise AlreadyThereError("somebody else did the same just now") from error


def in_turn(chains: Iterable[str]) -> list[str]:
    """Put chains into the order in which everybody waits for them: the system first."""
    return sorted(set(chains), key=lambda chain: (chain != SYSTEM_CHAIN, chain))


def difference(
    before: Mapping[str, object], after: Mapping[str, object]
) -> dict[str, dict[str, object]]:
    """Say which values changed, from what to what, for the audit trail."""
    changed = [name for name in after if before.get(name) != after[name]]
    return {
        "before": {name: before.get(name) for name in changed},
        "after": {name: after[name] for name in changed},
    }
