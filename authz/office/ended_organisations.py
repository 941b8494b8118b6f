"""Who is still a member of an organisation that ended a while ago?

Nobody there can log in any more; but as long as they are members they cannot be users
of the organisation that follows.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, select, update

from authz.audit import Action, organisation_chain
from authz.office.desk import Work
from authz.tables import GrantRow, MembershipRow, OrganisationRow, UserLineRow


def to_close(before: datetime) -> Select[Any]:
    """Ask for the active memberships of organisations that ended before a moment."""
    row = MembershipRow
    return (
        select(row.id)
        .join(OrganisationRow, OrganisationRow.id == row.organisation_id)
        .where(row.ended_at.is_(None), OrganisationRow.valid_until <= before)
        .order_by(row.id)
    )


def close_organisations(work: Work, ids: list[int]) -> None:
    """End memberships with their permissions; each organisation's trail says how many.

    The chains of ended organisations have no other writers left.
    """
    grant, row = GrantRow, MembershipRow
    ended = {"ended_at": work.now, "ended_by": work.actor, "person_role": None}
    active = (grant.membership_id.in_(ids), grant.ended_at.is_(None))
    work.connection.execute(update(grant).where(*active).values(**ended))
    work.connection.execute(update(row).where(row.id.in_(ids)).values(**ended))
    lines = UserLineRow.membership_id.in_(ids)
    work.connection.execute(delete(UserLineRow).where(lines))
    homes = list(
        work.connection.scalars(select(row.organisation_id).where(row.id.in_(ids)))
    )
    for home in sorted(set(homes)):
        work.note(
            Action.MEMBERSHIP_END,
            f"organisation:{home}",
            {"memberships": homes.count(home)},
            chain=organisation_chain(home),
        )
