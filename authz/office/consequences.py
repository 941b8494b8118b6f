"""Who loses what when an agreement, an organisation, a service or permission ends?"""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from authz.office.models import Consequences, Loser
from authz.tables import (
    GrantRow,
    MembershipRow,
    OrganisationRow,
    PermissionRow,
    PersonRow,
    ServiceRow,
)


def consequences_of(
    connection: Connection,
    *scope: ColumnElement[bool],
    at: datetime,
    limit: int | None,
) -> Consequences:
    """Find everybody whose permissions would still count at a moment.

    Args:
        connection: A connection.
        *scope: Which grants end, as conditions over organisations, e-tjänster and
            permissions.
        at: When it ends.
        limit: How many people to name; ``None`` for all.
    """
    joined = (
        select(
            MembershipRow.id,
            MembershipRow.organisation_id,
            OrganisationRow.name,
            PersonRow.given_name,
            PersonRow.surname,
            PersonRow.hsa_id,
            func.count(GrantRow.id).label("grants"),
        )
        .select_from(GrantRow)
        .join(MembershipRow, MembershipRow.id == GrantRow.membership_id)
        .join(PersonRow, PersonRow.id == MembershipRow.person_id)
        .join(OrganisationRow, OrganisationRow.id == MembershipRow.organisation_id)
        .join(PermissionRow, PermissionRow.id == GrantRow.permission_id)
        .join(ServiceRow, ServiceRow.id == PermissionRow.service_id)
        .where(_counts_until(at), *scope)
        .group_by(
            MembershipRow.id,
            MembershipRow.organisation_id,
            OrganisationRow.name,
            PersonRow.given_name,
            PersonRow.surname,
            PersonRow.hsa_id,
        )
    )
    each = joined.subquery()
    sums = connection.execute(
        select(func.count(), func.coalesce(func.sum(each.c.grants), 0)).select_from(
            each
        )
    ).one()
    rows = connection.execute(
        joined.order_by(
            OrganisationRow.name, PersonRow.surname, PersonRow.given_name
        ).limit(limit)
    )
    losers = tuple(
        Loser(
            membership_id=row.id,
            organisation_id=row.organisation_id,
            organisation_name=row.name,
            given_name=row.given_name,
            surname=row.surname,
            hsa_id=row.hsa_id,
            grants=row.grants,
        )
        for row in rows
    )
    return Consequences(moment=at, users=sums[0], grants=int(sums[1]), losers=losers)


def _counts_until(at: datetime) -> ColumnElement[bool]:
    return and_(
        GrantRow.ended_at.is_(None),
        or_(GrantRow.valid_until.is_(None), GrantRow.valid_until > at),
        or_(PermissionRow.valid_until.is_(None), PermissionRow.valid_until > at),
        or_(ServiceRow.valid_until.is_(None), ServiceRow.valid_until > at),
        or_(OrganisationRow.valid_until.is_(None), OrganisationRow.valid_until > at),
    )
