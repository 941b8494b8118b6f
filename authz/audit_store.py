"""How are audit entries written, once and in order, and read back?"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from authz import audit
from authz.audit import AuditEntry, ChainHead, Event
from authz.database import insert_if_missing
from authz.many import insert_many
from authz.tables import AuditChainRow, AuditCheckRow, AuditEntryRow

_HEADS = select(AuditChainRow.chain, AuditChainRow.number, AuditChainRow.hash).order_by(
    AuditChainRow.chain
)
_LOCKED_HEAD = _HEADS.where(AuditChainRow.chain == bindparam("chain")).with_for_update()
_ENTRIES = select(
    AuditEntryRow.chain,
    AuditEntryRow.number,
    AuditEntryRow.at,
    AuditEntryRow.actor,
    AuditEntryRow.action,
    AuditEntryRow.subject,
    AuditEntryRow.detail,
    AuditEntryRow.previous_hash,
    AuditEntryRow.hash,
).order_by(AuditEntryRow.chain, AuditEntryRow.number)

PAGE = 1000
"""How many entries are fetched at a time when a trail is walked."""


class AuditStore:
    """The trail, inside one transaction.

    Args:
        connection: A connection; for writing, one with a transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def take_turn(self, chain: str = audit.SYSTEM_CHAIN) -> ChainHead:
        """Wait until nobody else appends to a chain, and keep others waiting.

        A writer of an SQLite database takes its turn before it reads anything, or two
        of them would read the same state: SQLite locks at the first write.

        Returns:
            How far the chain reaches.
        """
        empty = {"chain": chain, "number": 0, "hash": audit.FIRST_PREVIOUS_HASH}
        insert_if_missing(self._connection, AuditChainRow, empty)
        row = self._connection.execute(_LOCKED_HEAD, {"chain": chain}).one()
        return ChainHead(chain=row.chain, number=row.number, hash=row.hash)

    def append(self, events: Iterable[Event]) -> None:
        """Add events to their chains, in order.

        Chains are locked in the order of their names, so that two transactions never
        wait for each other in a circle.
        """
        by_chain: dict[str, list[Event]] = defaultdict(list)
        for event in events:
            by_chain[event.chain].append(event)
        for chain in sorted(by_chain):
            self._append(chain, by_chain[chain])

    def heads(self) -> tuple[ChainHead, ...]:
        """Say how far each chain reaches."""
        rows = self._connection.execute(_HEADS)
        return tuple(
            ChainHead(chain=row.chain, number=row.number, hash=row.hash) for row in rows
        )

    def note_checked(self, chains: Iterable[str], *, now: datetime) -> None:
        """Remember that chains were walked and were whole.

        A row of its own for each: whoever appends does not wait for this.
        """
        row = AuditCheckRow
        for chain in sorted(chains):
            values = {"chain": chain, "checked_at": now}
            if not insert_if_missing(self._connection, row, values):
                here = update(row).where(row.chain == chain)
                self._connection.execute(here.values(checked_at=now))

    def checked_at(self, chain: str) -> datetime | None:
        """Say when a chain was walked last and was whole."""
        row = AuditCheckRow
        return self._connection.scalar(select(row.checked_at).where(row.chain == chain))

    def entries(self) -> Iterator[AuditEntry]:
        """Read all entries, chain by chain; memory does not grow with their number."""
        rows = self._connection.execute(_ENTRIES.execution_options(yield_per=PAGE))
        return map(_entry_of, rows)

    def _append(self, chain: str, events: list[Event]) -> None:
        head = self.take_turn(chain)
        entries = []
        for event in events:
            entries.append(audit.append(head, event))
            head = audit.head_of(entries[-1])
        insert_many(self._connection, AuditEntryRow, list(map(_values_of, entries)))
        self._connection.execute(
            update(AuditChainRow)
            .where(AuditChainRow.chain == chain)
            .values(number=head.number, hash=head.hash)
        )


def _values_of(entry: AuditEntry) -> dict[str, object]:
    event = entry.event
    return {
        "chain": event.chain,
        "number": entry.number,
        "at": event.at,
        "actor": event.actor,
        "action": event.action,
        "subject": event.subject,
        "detail": event.detail,
        "previous_hash": entry.previous_hash,
        "hash": entry.hash,
    }


def _entry_of(row: Row[*tuple[Any, ...]]) -> AuditEntry:
    event = Event(
        chain=row.chain,
        at=row.at,
        actor=row.actor,
        action=row.action,
        subject=row.subject,
        detail=row.detail,
    )
    return AuditEntry(
        event=event, number=row.number, previous_hash=row.previous_hash, hash=row.hash
    )
