"""How are the administrators of an organisation read?"""

from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from authz.models import Person, PersonRole, Validity
from authz.office.errors import NoSuchThingError
from authz.office.models import AdministratorView
from authz.tables import MembershipRow, PersonRow

_ADMINISTRATORS = (
    select(
        MembershipRow.id.label("membership_id"),
        MembershipRow.organisation_id,
        MembershipRow.started_at,
        PersonRow.id,
        PersonRow.hsa_id,
        PersonRow.role,
        PersonRow.given_name,
        PersonRow.surname,
        PersonRow.email,
        PersonRow.valid_from,
        PersonRow.valid_until,
    )
    .join(PersonRow, PersonRow.id == MembershipRow.person_id)
    .where(MembershipRow.person_role == PersonRole.ADMINISTRATOR)
    .order_by(MembershipRow.started_at, MembershipRow.id)
)


def administrators_of(
    connection: Connection, organisation_id: int
) -> tuple[AdministratorView, ...]:
    """Read the active administrators of an organisation, the first one first."""
    return _views(connection, MembershipRow.organisation_id == organisation_id)


def find_administrator(connection: Connection, membership_id: int) -> AdministratorView:
    """Read an active administrator.

    Raises:
        NoSuchThingError: There is none of this number.
    """
    found = _views(connection, MembershipRow.id == membership_id)
    if not found:
        raise NoSuchThingError(f"no administrator {membership_id}")
    return found[0]


def person_of(row: Any) -> Person:
    """Make a person of the columns of a row."""
    return Person(
        id=row.id,
        hsa_id=row.hsa_id,
        role=PersonRole(row.role),
        given_name=row.given_name,
        surname=row.surname,
        email=row.email,
        validity=Validity(valid_from=row.valid_from, valid_until=row.valid_until),
    )


def _views(
    connection: Connection, condition: ColumnElement[bool]
) -> tuple[AdministratorView, ...]:
    rows = connection.execute(_ADMINISTRATORS.where(condition))
    return tuple(
        AdministratorView(
            membership_id=row.membership_id,
            person=person_of(row),
            organisation_id=row.organisation_id,
            started_at=row.started_at,
        )
        for row in rows
    )
