"""Which organisations should have gone through their users long ago?"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from authz.reviewing.tables import ReviewRow
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


_FINISHED: Final = (
    select(ReviewRow.organisation_id, func.max(ReviewRow.finished_at).label("at"))
    .group_by(ReviewRow.organisation_id)
    .subquery()
)
_BEGAN: Final = (
    select(AgreementRow.organisation_id, func.min(AgreementRow.valid_from).label("at"))
    .group_by(AgreementRow.organisation_id)
    .subquery()
)


def overdue_reviews(
    connection: Connection, *, interval: timedelta, now: datetime
) -> tuple[OverdueReview, ...]:
    """List active organisations whose review is late, the latest first.

    Args:
        connection: A connection.
        interval: How long after a review the next one must be finished.
        now: When.
    """
    row, since = OrganisationRow, func.coalesce(_FINISHED.c.at, _BEGAN.c.at)
    rows = connection.execute(
        select(row.id, row.name, _FINISHED.c.at.label("finished"), _BEGAN.c.at)
        .join(_BEGAN, _BEGAN.c.organisation_id == row.id)
        .outerjoin(_FINISHED, _FINISHED.c.organisation_id == row.id)
        .where(
            since <= now - interval,
            or_(row.valid_until.is_(None), row.valid_until > now),
            _has_agreement(now),
        )
    )
    found = [
        OverdueReview(
            organisation_id=each.id,
            organisation_name=each.name,
            finished_at=each.finished,
            due_at=(each.finished or each.at) + interval,
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
