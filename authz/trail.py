"""What is written in the audit trail, and is it whole?"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection, Engine

from authz import audit
from authz.audit import ChainHead, Event
from authz.audit_store import AuditStore
from authz.database import snapshot, writing
from authz.errors import BrokenAuditChainError


class Trail:
    """The audit trail as the rest of the bridge sees it.

    Args:
        engine: The database, for writing.
        reader: The same database with the isolation level ``AUTOCOMMIT``.
    """

    def __init__(self, engine: Engine, reader: Engine) -> None:
        self._engine = engine
        self._reader = reader

    @contextmanager
    def recording(self, event: Event) -> Iterator[Connection]:
        """Lend a transaction in which something is written with its audit entry.

        Raises:
            StoreUnavailableError: The database does not answer; nothing was written.
        """
        with writing(self._engine) as connection:
            store = AuditStore(connection)
            store.take_turn(event.chain)
            yield connection
            store.append([event])

    def record(self, event: Event) -> None:
        """Write an event in the audit trail, in a transaction of its own.

        Raises:
            StoreUnavailableError: The database does not answer; nothing was written.
        """
        with self.recording(event):
            pass

    def verify_audit(self) -> tuple[ChainHead, ...]:
        """Walk the whole audit trail and answer with the end of each chain.

        Whoever keeps the answer elsewhere sees when a whole chain was replaced.

        Raises:
            BrokenAuditChainError: Something was changed or is missing.
            StoreUnavailableError: The database does not answer.
        """
        with snapshot(self._reader) as connection:
            store = AuditStore(connection)
            heads = store.heads()
            problems = list(audit.problems_of(store.entries(), heads))
        if problems:
            raise BrokenAuditChainError("\n".join(problems))
        return heads

    def note_audit_check(self, chains: Iterable[str], *, now: datetime) -> None:
        """Remember, for those whose trail it is, that it was walked and was whole.

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        with writing(self._engine) as connection:
            AuditStore(connection).note_checked(chains, now=now)

    def export_audit(self) -> Iterator[str]:
        """Give out the audit trail as lines of JSON, chain by chain.

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        with snapshot(self._reader) as connection:
            for entry in AuditStore(connection).entries():
                yield audit.to_json(entry)
