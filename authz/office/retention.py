"""What has been kept long enough?

Each category is cleared in small transactions, so that nobody waits. The receipt in the
audit trail says that and how many, never whom. Entries of the trail stay: they name
people by number, and the number means nobody once the person's row is empty.

A person's row stays without its content, because numbers must never be used again: an
old entry about person 12 would be about somebody else.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Select, delete, func, or_, select

from authz.audit import SYSTEM_CHAIN, Action
from authz.office.cleared_people import (
    clear_operators,
    clear_people,
    former_operators,
    former_people,
)
from authz.office.desk import Desk, Work
from authz.office.ended_organisations import close_organisations, to_close
from authz.office.tables import MailRow
from authz.tables import ChangeRow, ChangeStepRow, LastLoginRow, MembershipRow

BATCH: Final = 500

Finder = Callable[[datetime], Select[Any]]
"""Makes the question for the numbers of what ended before a moment."""
Clearer = Callable[[Work, list[int]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared:
    """What was deleted of one category, or would be."""

    category: str
    before: datetime
    """Everything that ended before this."""
    count: int


@dataclass(frozen=True, slots=True)
class _Category:
    name: str
    setting: str
    find: Finder
    clear: Clearer


class Retention:
    """Clears what was kept long enough.

    Args:
        desk: Where to read and write.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def run(
        self,
        keep: Callable[[str], timedelta],
        *,
        dry_run: bool,
        elsewhere: Mapping[str, int] | None = None,
        actor: str,
        now: datetime,
    ) -> tuple[Cleared, ...]:
        """Clear every category and leave a receipt in the system's trail.

        Args:
            keep: Says for the name of a setting how long something stays.
            dry_run: Only count.
            elsewhere: What was cleared outside of the permission store, for the
                receipt.
            actor: Who clears.
            now: When.

        Raises:
            StoreUnavailableError: The database does not answer; what was cleared by
                then stays cleared, and another run does the rest.
        """
        cleared = []
        for one in _CATEGORIES:
            before = now - keep(one.setting)
            by = {"actor": actor, "now": now}
            count = (
                self._count(one, before) if dry_run else self._clear(one, before, by)
            )
            found = Cleared(category=one.name, before=before, count=count)
            cleared.append(found)
        if not dry_run:
            with self._desk.changing(SYSTEM_CHAIN, actor=actor, now=now) as work:
                counts = {one.category: one.count for one in cleared}
                detail = {"counts": {**counts, **(elsewhere or {})}}
                work.note(Action.RETENTION_RUN, "retention", detail)
        return tuple(cleared)

    def _count(self, category: _Category, before: datetime) -> int:
        found = category.find(before).subquery()
        with self._desk.reading() as connection:
            return connection.scalar(select(func.count()).select_from(found)) or 0

    def _clear(
        self, category: _Category, before: datetime, by: Mapping[str, Any]
    ) -> int:
        total = 0
        while ids := self._clear_some(category, before, by):
            total += ids
        return total

    def _clear_some(
        self, category: _Category, before: datetime, by: Mapping[str, Any]
    ) -> int:
        with self._desk.changing(**by) as work:
            batch = category.find(before).limit(BATCH)
            ids = list(work.connection.scalars(batch))
            if ids:
                category.clear(work, ids)
            return len(ids)


def _old_changes(before: datetime) -> Select[Any]:
    return select(ChangeRow.id).where(ChangeRow.at <= before)


def _clear_changes(work: Work, ids: list[int]) -> None:
    step, change = ChangeStepRow, ChangeRow
    work.connection.execute(delete(step).where(step.change_id.in_(ids)))
    work.connection.execute(delete(change).where(change.id.in_(ids)))


def _last_logins(before: datetime) -> Select[Any]:
    """Ask for former members of whom a day of login is left."""
    row = LastLoginRow
    return (
        select(row.membership_id)
        .join(MembershipRow, MembershipRow.id == row.membership_id)
        .where(MembershipRow.ended_at <= before)
        .distinct()
    )


def _clear_last_logins(work: Work, ids: list[int]) -> None:
    of_them = LastLoginRow.membership_id.in_(ids)
    work.connection.execute(delete(LastLoginRow).where(of_them))


def _old_mails(before: datetime) -> Select[Any]:
    is_old = or_(MailRow.sent_at <= before, MailRow.given_up_at <= before)
    return select(MailRow.id).where(is_old)


def _clear_mails(work: Work, ids: list[int]) -> None:
    work.connection.execute(delete(MailRow).where(MailRow.id.in_(ids)))


_CATEGORIES: Final = (
    _Category(
        "memberships of ended organisations",
        "ended_organisations",
        to_close,
        close_organisations,
    ),
    _Category("changes", "changes", _old_changes, _clear_changes),
    _Category("last logins", "last_logins", _last_logins, _clear_last_logins),
    _Category("mails", "mails", _old_mails, _clear_mails),
    _Category("former people", "former_people", former_people, clear_people),
    _Category("former operators", "former_people", former_operators, clear_operators),
)
"""In this order: a membership that is closed today is not old yet."""
