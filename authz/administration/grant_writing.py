"""How are many grants given, ended and given other ends, with few statements?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from authz.administration.portions import portions
from authz.administration.user_store import Held
from authz.many import among, insert_many, update_many
from authz.models import PersonRole
from authz.tables import GrantRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Give:
    """A permission that somebody shall get."""

    membership_id: int
    permission_id: int
    valid_until: datetime | None
    valid_from: datetime | None = None


class GrantWriter:
    """Writes grants.

    Args:
        connection: A connection with a transaction.
        actor: Who gives and ends.
        now: When.
    """

    def __init__(self, connection: Connection, *, actor: str, now: datetime) -> None:
        self._connection = connection
        self._actor = actor
        self._now = now

    def give(self, gives: Sequence[Give]) -> Sequence[int]:
        """Add grants; answers with their numbers, in the same order."""
        if not gives:
            return ()
        rows = [self._values_of(each) for each in gives]
        insert_many(self._connection, GrantRow, rows)
        numbers = self._active(gives)
        return [numbers[each.membership_id, each.permission_id] for each in gives]

    def _active(self, gives: Sequence[Give]) -> dict[tuple[int, int], int]:
        """Find grants that were just added; asking while adding goes row by row."""
        permission_ids = sorted({each.permission_id for each in gives})
        active = select(
            GrantRow.id, GrantRow.membership_id, GrantRow.permission_id
        ).where(GrantRow.permission_id.in_(permission_ids), GrantRow.ended_at.is_(None))
        numbers: dict[tuple[int, int], int] = {}
        for some in portions(each.membership_id for each in gives):
            found = active.where(among(self._connection, GrantRow.membership_id, some))
            for row in self._connection.execute(found).all():
                numbers[row.membership_id, row.permission_id] = row.id
        return numbers

    def end(self, grant_ids: Iterable[int], *, actor: str | None = None) -> None:
        """End grants now."""
        for some in portions(grant_ids):
            self._connection.execute(
                update(GrantRow)
                .where(among(self._connection, GrantRow.id, some))
                .values(
                    ended_at=self._now, ended_by=actor or self._actor, person_role=None
                )
            )

    def change_ends(self, changes: Sequence[tuple[Held, datetime | None]]) -> None:
        """Give grants other ends."""
        rows = [{"id": held.id, "valid_until": until} for held, until in changes]
        update_many(self._connection, GrantRow, rows, key="id")

    def newest(self, membership_ids: Iterable[int]) -> dict[tuple[int, int], int]:
        """Map memberships and permissions to the newest grant, ended or not."""
        newest: dict[tuple[int, int], int] = {}
        for some in portions(membership_ids):
            rows = self._connection.execute(
                select(
                    GrantRow.membership_id,
                    GrantRow.permission_id,
                    func.max(GrantRow.id).label("id"),
                )
                .where(among(self._connection, GrantRow.membership_id, some))
                .group_by(GrantRow.membership_id, GrantRow.permission_id)
            )
            newest |= {(row.membership_id, row.permission_id): row.id for row in rows}
        return newest

    def _values_of(self, give: Give) -> dict[str, object]:
        return {
            "membership_id": give.membership_id,
            "permission_id": give.permission_id,
            "valid_from": give.valid_from,
            "valid_until": give.valid_until,
            "person_role": PersonRole.USER,
            "given_by": self._actor,
            "given_at": self._now,
        }
