"""On which day did somebody last log in to an e-tjänst?

A day and not a moment, and only the last one: enough to see who no longer needs what
they have, and too little to see how anybody works.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, ScalarSelect, func, select
from sqlalchemy.dialects import postgresql, sqlite

from authz.models import LastLogin
from authz.tables import LastLoginRow, MembershipRow, OrganisationRow

LONG: Final = timedelta(days=180)
"""After so long without a login a user is worth a look."""
LATELY: Final = timedelta(days=90)
"""Who has logged in within this time still needs it."""
_STOCKHOLM: Final = ZoneInfo("Europe/Stockholm")


def swedish_day(moment: datetime) -> date:
    """Say which day it is in Sweden."""
    return moment.astimezone(_STOCKHOLM).date()


def last_day_of(membership_id: object) -> ScalarSelect[date]:
    """Write the question for the last day at any e-tjänst, as part of another one.

    Args:
        membership_id: The column with the membership's number.
    """
    of_member = LastLoginRow.membership_id == membership_id
    return select(func.max(LastLoginRow.day)).where(of_member).scalar_subquery()


class LastLoginStore:
    """Days of last logins.

    Args:
        connection: A connection; one in the mode ``AUTOCOMMIT`` will do.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def note(self, last: LastLogin, day: date) -> None:
        """Write a day over an earlier one; never over a later one."""
        is_sqlite = self._connection.dialect.name == "sqlite"
        insert = sqlite.insert if is_sqlite else postgresql.insert
        row = insert(LastLoginRow).values(
            membership_id=last.membership_id, service_id=last.service_id, day=day
        )
        self._connection.execute(
            row.on_conflict_do_update(
                index_elements=[LastLoginRow.membership_id, LastLoginRow.service_id],
                set_={"day": row.excluded.day},
                where=LastLoginRow.day < row.excluded.day,
            )
        )

    def of_member(self, membership_id: int) -> tuple[Mapping[int, date], date | None]:
        """Read the days of one member by e-tjänst, and since when days are noted.

        Returns:
            Days by the number of the e-tjänst; and the day before which no logins of
            this member can have been noted, if there was such a time.
        """
        rows = self._connection.execute(
            select(
                MembershipRow.started_at,
                OrganisationRow.logins_since,
                LastLoginRow.service_id,
                LastLoginRow.day,
            )
            .join(OrganisationRow, OrganisationRow.id == MembershipRow.organisation_id)
            .outerjoin(LastLoginRow, LastLoginRow.membership_id == MembershipRow.id)
            .where(MembershipRow.id == membership_id)
        ).all()
        days = {row.service_id: row.day for row in rows if row.day is not None}
        return days, _since(rows[0].started_at, rows[0].logins_since)


def _since(started_at: datetime, logins_since: date | None) -> date | None:
    """Say from which day on logins are known, if not from the beginning."""
    if logins_since is None or swedish_day(started_at) >= logins_since:
        return None
    return logins_since


def is_long_ago(
    day: date | None,
    *,
    started_at: datetime,
    logins_since: date | None,
    now: datetime,
) -> bool:
    """Tell whether somebody has not logged in for a long time.

    Whoever never did counts from their first day; and nobody counts from a day before
    which logins were not noted.

    Args:
        day: The day of the last login at any e-tjänst.
        started_at: Since when they have been a user.
        logins_since: Since when logins are noted at their organisation.
        now: When it is asked.
    """
    first = max(swedish_day(started_at), logins_since or date.min)
    return (day or first) <= swedish_day(now) - LONG
