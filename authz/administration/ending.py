"""Which permissions end soon, and which have ended by themselves?"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, Engine, select

from authz.administration.models import Actor, ActorKind, ChangeKind, Ending
from authz.administration.organisation_store import Permit
from authz.administration.work import working
from authz.database import reading
from authz.sorting import sort_key
from authz.tables import GrantRow, MembershipRow, PersonRow, UserLineRow

_BRIDGE = Actor(kind=ActorKind.SYSTEM, id=0, name="")


def ending_soon(
    connection: Connection,
    organisation_id: int,
    permits: Mapping[int, Permit],
    *,
    now: datetime,
    until: datetime,
) -> tuple[Ending, ...]:
    """List the permissions of an organisation's users that end in an interval."""
    rows = connection.execute(
        select(
            GrantRow.membership_id,
            GrantRow.permission_id,
            GrantRow.valid_until,
            PersonRow.given_name,
            PersonRow.surname,
        )
        .join(UserLineRow, UserLineRow.membership_id == GrantRow.membership_id)
        .join(MembershipRow, MembershipRow.id == GrantRow.membership_id)
        .join(PersonRow, PersonRow.id == MembershipRow.person_id)
        .where(
            UserLineRow.organisation_id == organisation_id,
            UserLineRow.ends_next <= until,
            GrantRow.ended_at.is_(None),
            GrantRow.valid_until > now,
            GrantRow.valid_until <= until,
        )
    )
    endings = [
        Ending(
            membership_id=row.membership_id,
            given_name=row.given_name,
            surname=row.surname,
            service=permits[row.permission_id].service,
            permission=permits[row.permission_id].permission,
            valid_until=row.valid_until,
        )
        for row in rows
    ]
    return tuple(sorted(endings, key=_key))


def end_expired(
    engine: Engine, reader: Engine, *, now: datetime, organisation_id: int | None = None
) -> int:
    """Write down as ended what ended by itself; answers with how many grants.

    Every organisation is a transaction of its own.

    Args:
        engine: The database, for writing.
        reader: The same database, for looking whether there is anything.
        now: When.
        organisation_id: Only of this organisation.
    """
    over = (
        select(UserLineRow.organisation_id, UserLineRow.membership_id)
        .join(GrantRow, GrantRow.membership_id == UserLineRow.membership_id)
        .where(
            UserLineRow.ends_next <= now,
            GrantRow.ended_at.is_(None),
            GrantRow.valid_until <= now,
        )
    )
    if organisation_id is not None:
        over = over.where(UserLineRow.organisation_id == organisation_id)
    by_organisation: dict[int, list[int]] = defaultdict(list)
    with reading(reader) as connection:
        for row in connection.execute(over):
            by_organisation[row.organisation_id].append(row.membership_id)
    for number, membership_ids in sorted(by_organisation.items()):
        with working(engine, number, actor=_BRIDGE, now=now) as work:
            for each in work.users.memberships(number, membership_ids).values():
                work.meet(each.id, each.person_id)
            work.held(membership_ids)
            work.finish(ChangeKind.EXPIRY)
    return sum(map(len, by_organisation.values()))


def _key(ending: Ending) -> tuple[datetime, str, str, int, int]:
    return (
        ending.valid_until,
        sort_key(ending.surname),
        sort_key(ending.given_name),
        ending.membership_id,
        ending.permission.id,
    )
