"""What did an administrator do with one press of a button, step by step?"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, insert, select, update

from authz.administration.models import ChangeKind
from authz.audit import Action, canonical
from authz.many import insert_many
from authz.tables import ChangeRow, ChangeStepRow, GrantRow

_STEPS: Final = select(
    ChangeStepRow.action,
    ChangeStepRow.membership_id,
    ChangeStepRow.grant_id,
    ChangeStepRow.before,
    ChangeStepRow.after,
).order_by(ChangeStepRow.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One part of a change."""

    action: Action
    membership_id: int
    grant_id: int | None = None
    before: Mapping[str, object] = field(default_factory=dict)
    """Texts, numbers and, as ISO texts, moments."""
    after: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredChange:
    """A change as it was written."""

    id: int
    kind: ChangeKind
    at: datetime
    undone_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """Who changed something last, and when."""

    actor: str
    at: datetime


class ChangeStore:
    """Changes of one organisation.

    Args:
        connection: A connection; for writing, one with a transaction.
        organisation_id: Whose changes.
    """

    def __init__(self, connection: Connection, organisation_id: int) -> None:
        self._connection = connection
        self._organisation_id = organisation_id

    def find(self, change_id: int) -> StoredChange | None:
        """Find a change of this organisation."""
        row = self._connection.execute(
            select(
                ChangeRow.id, ChangeRow.kind, ChangeRow.at, ChangeRow.undone_at
            ).where(
                ChangeRow.id == change_id,
                ChangeRow.organisation_id == self._organisation_id,
            )
        ).one_or_none()
        if row is None:
            return None
        return StoredChange(
            id=row.id, kind=ChangeKind(row.kind), at=row.at, undone_at=row.undone_at
        )

    def steps(self, change_id: int) -> list[Step]:
        """Read the steps of a change in their order."""
        rows = self._connection.execute(
            _STEPS.where(ChangeStepRow.change_id == change_id)
        )
        return [_step_of(row) for row in rows]

    def removal_of(self, membership_id: int) -> StoredChange | None:
        """Find the last change that removed somebody."""
        found = self._connection.scalar(
            select(ChangeStepRow.change_id)
            .where(
                ChangeStepRow.membership_id == membership_id,
                ChangeStepRow.action == Action.MEMBERSHIP_END,
            )
            .order_by(ChangeStepRow.change_id.desc())
            .limit(1)
        )
        return None if found is None else self.find(found)

    def last_of(
        self, membership_id: int, permission_ids: Iterable[int]
    ) -> Mapping[int, Touch]:
        """Say for permissions who changed them last for one user."""
        here = (
            GrantRow.membership_id == membership_id,
            GrantRow.permission_id.in_(permission_ids),
        )
        changes = (
            select(GrantRow.permission_id, ChangeRow.actor, ChangeRow.at)
            .join(ChangeStepRow, ChangeStepRow.grant_id == GrantRow.id)
            .join(ChangeRow, ChangeRow.id == ChangeStepRow.change_id)
        )
        given = select(GrantRow.permission_id, GrantRow.given_by, GrantRow.given_at)
        ended = select(GrantRow.permission_id, GrantRow.ended_by, GrantRow.ended_at)
        found: dict[int, Touch] = {}
        for statement in (given, ended.where(GrantRow.ended_at.isnot(None)), changes):
            rows: Any = self._connection.execute(statement.where(*here))
            for number, actor, at in rows:
                if number not in found or found[number].at <= at:
                    found[number] = Touch(actor=actor, at=at)
        return found

    def add(
        self, kind: ChangeKind, steps: Sequence[Step], *, actor: str, now: datetime
    ) -> int:
        """Write a change; answers with its number."""
        values = {
            "organisation_id": self._organisation_id,
            "kind": kind,
            "actor": actor,
            "at": now,
        }
        statement = insert(ChangeRow).values(**values).returning(ChangeRow.id)
        change_id = self._connection.scalars(statement).one()
        rows = [
            {
                "change_id": change_id,
                "number": number,
                "action": step.action,
                "membership_id": step.membership_id,
                "grant_id": step.grant_id,
                "before": canonical(step.before),
                "after": canonical(step.after),
            }
            for number, step in enumerate(steps, 1)
        ]
        insert_many(self._connection, ChangeStepRow, rows)
        return change_id

    def mark_undone(self, change_id: int, *, now: datetime) -> None:
        """Remember that a change was undone."""
        self._connection.execute(
            update(ChangeRow).where(ChangeRow.id == change_id).values(undone_at=now)
        )


def _step_of(row: Any) -> Step:
    return Step(
        action=Action(row.action),
        membership_id=row.membership_id,
        grant_id=row.grant_id,
        before=json.loads(row.before),
        after=json.loads(row.after),
    )
