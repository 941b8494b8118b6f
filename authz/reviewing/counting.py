"""From when on is the year counted after which an organisation's review is due?

From its last review; before the first one, from when somebody first belonged to the
organisation here. So an old agreement makes nobody late on the day it is registered.
"""

from typing import Any

from sqlalchemy import ScalarSelect, func, select

from authz.reviewing.tables import ReviewRow
from authz.tables import MembershipRow


def last_review_of(organisation: Any) -> ScalarSelect[Any]:
    """Select when the last review of an organisation was finished.

    Args:
        organisation: Its number, or a column with it.
    """
    return (
        select(func.max(ReviewRow.finished_at))
        .where(ReviewRow.organisation_id == organisation)
        .scalar_subquery()
    )


def first_member_of(organisation: Any) -> ScalarSelect[Any]:
    """Select when somebody first belonged to an organisation here.

    Args:
        organisation: Its number, or a column with it.
    """
    return (
        select(func.min(MembershipRow.started_at))
        .where(MembershipRow.organisation_id == organisation)
        .scalar_subquery()
    )
