"""Who administers which organisations, at this moment?"""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, select

from authz.identifiers import hsa_key
from authz.models import (
    Administrator,
    Organisation,
    OrganisationKind,
    Person,
    PersonRole,
    Validity,
)
from authz.tables import (
    MembershipRow,
    OrganisationNumberRow,
    OrganisationRow,
    PersonRow,
)

_ADMINISTRATORS: Final = (
    select(
        PersonRow.id,
        PersonRow.hsa_id,
        PersonRow.given_name,
        PersonRow.surname,
        PersonRow.email,
        PersonRow.valid_from,
        PersonRow.valid_until,
        OrganisationRow.id.label("organisation_id"),
        OrganisationRow.name.label("organisation_name"),
        OrganisationRow.kind.label("organisation_kind"),
        OrganisationRow.valid_from.label("organisation_from"),
        OrganisationRow.valid_until.label("organisation_until"),
        OrganisationNumberRow.number,
    )
    .join(MembershipRow, MembershipRow.person_id == PersonRow.id)
    .join(OrganisationRow, OrganisationRow.id == MembershipRow.organisation_id)
    .join(
        OrganisationNumberRow,
        OrganisationNumberRow.organisation_id == OrganisationRow.id,
    )
    .where(
        MembershipRow.person_role == PersonRole.ADMINISTRATOR,
        MembershipRow.ended_at.is_(None),
        MembershipRow.started_at <= bindparam("moment"),
    )
    .order_by(OrganisationRow.name, OrganisationRow.id, OrganisationNumberRow.position)
)
_BY_HSA_ID: Final = _ADMINISTRATORS.where(PersonRow.hsa_key == bindparam("hsa_key"))
_BY_NUMBER: Final = _ADMINISTRATORS.where(PersonRow.id == bindparam("person_id"))


class AdministratorStore:
    """People who administer organisations.

    Args:
        connection: A connection.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of_hsa_id(self, hsa_id: str, moment: datetime) -> Administrator | None:
        """Find an active administrator by HSA-id, in any spelling.

        Raises:
            BadIdentifierError: The text cannot be an HSA-id.
        """
        values = {"hsa_key": hsa_key(hsa_id), "moment": moment}
        return _administrator_of(
            self._connection.execute(_BY_HSA_ID, values).all(), moment
        )

    def of_number(self, person_id: int, moment: datetime) -> Administrator | None:
        """Find an active administrator by the number in the database."""
        values = {"person_id": person_id, "moment": moment}
        return _administrator_of(
            self._connection.execute(_BY_NUMBER, values).all(), moment
        )


def _administrator_of(rows: Any, moment: datetime) -> Administrator | None:
    """Put rows together; whoever administers nothing that is open is nobody."""
    open_ones = tuple(
        organisation
        for organisation in _organisations_of(rows)
        if organisation.validity.holds(moment)
    )
    if not open_ones:
        return None
    person = _person_of(rows[0])
    if not person.validity.holds(moment):
        return None
    return Administrator(person=person, organisations=open_ones)


def _organisations_of(rows: Any) -> tuple[Organisation, ...]:
    numbers: dict[int, list[str]] = {}
    for row in rows:
        numbers.setdefault(row.organisation_id, []).append(row.number)
    firsts = {row.organisation_id: row for row in reversed(rows)}
    return tuple(
        Organisation(
            id=number,
            name=firsts[number].organisation_name,
            kind=OrganisationKind(firsts[number].organisation_kind),
            numbers=tuple(its),
            validity=Validity(
                valid_from=firsts[number].organisation_from,
                valid_until=firsts[number].organisation_until,
            ),
        )
        for number, its in numbers.items()
    )


def _person_of(row: Row[*tuple[Any, ...]]) -> Person:
    return Person(
        id=row.id,
        hsa_id=row.hsa_id,
        role=PersonRole.ADMINISTRATOR,
        given_name=row.given_name,
        surname=row.surname,
        email=row.email,
        validity=Validity(valid_from=row.valid_from, valid_until=row.valid_until),
    )
