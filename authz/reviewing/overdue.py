"""Which organisations should have gone through their users long ago?"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from authz.reviewing.counting import first_member_of, last_review_of
from authz.sorting import sort_key
from authz.tables import AgreementRow, OrganisationRow


@dataclass(frozen=True, slots=True, kw_only=True)
class OverdueReview:
    """An organisation whose review is late."""

    organisation_id: int
    organisation_name: str
    finished_at: datetime | None
    """When the last review was finished, if there was one."""
    due_at: datetime


def overdue_reviews(
    connection: Connection, *, interval: timedelta, now: datetime
) -> tuple[OverdueReview, ...]:
    """List active organisations whose review is late, the latest first.

    Args:
        connection: A connection.
        interval: How long after a review the next one must be finished.
        now: When.
    """
    row = OrganisationRow
    finished, began = last_review_of(row.id), first_member_of(row.id)
    rows = connection.execute(
        select(
            row.id, row.name, finished.label("finished"), began.label("began")
        ).where(
            func.coalesce(finished, began) <= now - interval,
            or_(row.valid_until.is_(None), row.valid_until > now),
            _has_agreement(now),
        )
    )
    found = [
        OverdueReview(
            organisation_id=each.id,
            organisation_name=each.name,
            finished_at=each.finished,
            due_at=(each.finished or each.began) + interval,
        )
        for each in rows
    ]
    found.sort(key=lambda one: sort_key(one.organisation_name))
    return tuple(sorted(found, key=lambda one: one.due_at))


def _has_agreement(now: datetime) -> ColumnElement[bool]:
    row = AgreementRow
    return (
        select(row.id)
        .where(
            and_(
                row.organisation_id == OrganisationRow.id,
                row.valid_from <= now,
                or_(row.valid_until.is_(None), row.valid_until > now),
            )
        )
        .exists()
    )
