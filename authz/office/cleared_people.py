"""Whose name, address and HSA-id do we no longer need?"""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, String, cast, delete, select, update

from authz.office.desk import Work
from authz.office.tables import MailRow
from authz.tables import (
    ChangeStepRow,
    LastLoginRow,
    MembershipRow,
    NameIdRow,
    OperatorRow,
    PersonRow,
    ShownAttributeRow,
)

CLEARED: Final = "DELETED-"
"""What stands in place of an HSA-id, before the number; no HSA-id begins like this."""


def former_people(before: datetime) -> Select[Any]:
    """Ask for people whose last membership ended before a moment."""
    row = MembershipRow
    here = row.person_id == PersonRow.id
    has_newer = here & (row.ended_at.is_(None) | (row.ended_at > before))
    return select(PersonRow.id).where(
        ~PersonRow.hsa_key.startswith(CLEARED),
        select(row.id).where(here).exists(),
        ~select(row.id).where(has_newer).exists(),
    )


def former_operators(before: datetime) -> Select[Any]:
    """Ask for operators who ended before a moment."""
    return select(OperatorRow.id).where(
        ~OperatorRow.hsa_key.startswith(CLEARED), OperatorRow.valid_until <= before
    )


def clear_people(work: Work, ids: list[int]) -> None:
    """Empty the rows of people and delete what is about them alone.

    Their pairwise names go too: whoever returns is somebody new to every e-tjänst.
    What they have seen before it was sent is forgotten.
    """
    connection = work.connection
    memberships = select(MembershipRow.id).where(MembershipRow.person_id.in_(ids))
    steps = ChangeStepRow.membership_id.in_(memberships)
    connection.execute(delete(ChangeStepRow).where(steps))
    days = LastLoginRow.membership_id.in_(memberships)
    connection.execute(delete(LastLoginRow).where(days))
    connection.execute(delete(NameIdRow).where(NameIdRow.person_id.in_(ids)))
    shown = ShownAttributeRow.person_id.in_(ids)
    connection.execute(delete(ShownAttributeRow).where(shown))
    connection.execute(delete(MailRow).where(MailRow.person_id.in_(ids)))
    empty(work, PersonRow, PersonRow.id.in_(ids))


def clear_operators(work: Work, ids: list[int]) -> None:
    """Empty the rows of operators."""
    empty(work, OperatorRow, OperatorRow.id.in_(ids))


def empty(
    work: Work, row: type[PersonRow | OperatorRow], which: ColumnElement[bool]
) -> None:
    """Take names, address and HSA-id out of rows."""
    number = CLEARED + cast(row.id, String)
    work.connection.execute(
        update(row)
        .where(which)
        .values(hsa_id=number, hsa_key=number, given_name="", surname="", email="")
    )
