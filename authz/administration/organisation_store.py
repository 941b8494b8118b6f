"""Who administers an organisation, and in which e-tjänster may it give permissions?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, select

from authz.administration.models import (
    Administrator,
    PermissionName,
    ServiceChoice,
    ServiceName,
)
from authz.models import Organisation, OrganisationKind, PersonRole, Validity
from authz.sorting import sort_key
from authz.tables import (
    AgreementRow,
    MembershipRow,
    OrganisationNumberRow,
    OrganisationRow,
    PermissionRow,
    PersonRow,
    ServiceRow,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """A permission with all that decides whether it can be given now."""

    permission: PermissionName
    service: ServiceName
    validity: Validity
    service_is_open: bool
    """There is an agreement, and the e-tjänst itself is open."""
    was_agreed: bool
    """There is or was an agreement."""

    def can_be_given(self, now: datetime) -> bool:
        """Tell whether an administrator may give it."""
        return self.service_is_open and self.validity.holds(now)


_ADMINISTRATORS: Final = (
    select(
        MembershipRow.id.label("membership_id"),
        MembershipRow.organisation_id,
        PersonRow.id,
        PersonRow.hsa_id,
        PersonRow.given_name,
        PersonRow.surname,
        PersonRow.email,
        PersonRow.valid_from,
        PersonRow.valid_until,
    )
    .join(PersonRow, PersonRow.id == MembershipRow.person_id)
    .where(MembershipRow.person_role == PersonRole.ADMINISTRATOR)
    .order_by(MembershipRow.id)
)
_ORGANISATIONS: Final = (
    select(
        OrganisationRow.id,
        OrganisationRow.name,
        OrganisationRow.kind,
        OrganisationRow.valid_from,
        OrganisationRow.valid_until,
        OrganisationNumberRow.number,
    )
    .join(
        OrganisationNumberRow,
        OrganisationNumberRow.organisation_id == OrganisationRow.id,
    )
    .order_by(OrganisationRow.id, OrganisationNumberRow.position)
)
_PERMITS: Final = select(
    PermissionRow.id,
    PermissionRow.code,
    PermissionRow.name,
    PermissionRow.valid_from,
    PermissionRow.valid_until,
    ServiceRow.id.label("service_id"),
    ServiceRow.code.label("service_code"),
    ServiceRow.name.label("service_name"),
    ServiceRow.needs_reason,
    ServiceRow.valid_from.label("service_from"),
    ServiceRow.valid_until.label("service_until"),
).join(ServiceRow, ServiceRow.id == PermissionRow.service_id)
_AGREEMENTS: Final = select(
    AgreementRow.service_id, AgreementRow.valid_from, AgreementRow.valid_until
).where(AgreementRow.organisation_id == bindparam("organisation_id"))


class OrganisationStore:
    """Organisations as their administrators see them.

    Args:
        connection: A connection.
        now: The moment at which everything is looked at.
    """

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    def of_number(self, number: str) -> Organisation | None:
        """Find an organisation that is active by any of its numbers."""
        numbers = select(OrganisationNumberRow.organisation_id).where(
            OrganisationNumberRow.number == number
        )
        found = self._organisations(OrganisationRow.id.in_(numbers))
        return next(iter(found), None)

    def administrators(self, organisation_id: int) -> tuple[Administrator, ...]:
        """List the active administrators of an organisation that is active."""
        if not self._organisations(OrganisationRow.id == organisation_id):
            return ()
        found = self._administrators(MembershipRow.organisation_id == organisation_id)
        by_name = (administrator for _, administrator in found)
        return tuple(sorted(by_name, key=_name_key))

    def administrator(
        self, organisation_id: int, person_id: int
    ) -> Administrator | None:
        """Find an active administrator of an organisation that is active."""
        if not self._organisations(OrganisationRow.id == organisation_id):
            return None
        found = self._administrators(
            MembershipRow.organisation_id == organisation_id, PersonRow.id == person_id
        )
        return found[0][1] if found else None

    def permits(self, organisation_id: int) -> dict[int, Permit]:
        """Map every permission there is to what decides about it here."""
        values = {"organisation_id": organisation_id}
        agreements = self._connection.execute(_AGREEMENTS, values).all()
        agreed = {row.service_id for row in agreements}
        active = {row.service_id for row in agreements if self._holds(row)}
        permits: dict[int, Permit] = {}
        for row in self._connection.execute(_PERMITS):
            service = Validity(
                valid_from=row.service_from, valid_until=row.service_until
            )
            permission, its_service = _names_in(row)
            permits[row.id] = Permit(
                permission=permission,
                service=its_service,
                validity=_validity_of(row),
                service_is_open=row.service_id in active and service.holds(self._now),
                was_agreed=row.service_id in agreed,
            )
        return permits

    def _holds(self, row: Row[*tuple[Any, ...]]) -> bool:
        return _validity_of(row).holds(self._now)

    def _administrators(self, *conditions: Any) -> list[tuple[int, Administrator]]:
        rows = self._connection.execute(_ADMINISTRATORS.where(*conditions))
        return [
            (row.organisation_id, _administrator_of(row))
            for row in rows
            if self._holds(row)
        ]

    def _organisations(self, condition: Any) -> tuple[Organisation, ...]:
        rows = self._connection.execute(_ORGANISATIONS.where(condition)).all()
        groups = groupby(rows, key=lambda row: row.id)
        found = (_organisation_of(list(group)) for _, group in groups)
        active = (each for each in found if each.validity.holds(self._now))
        return tuple(sorted(active, key=lambda each: sort_key(each.name)))


def permission_names(
    connection: Connection,
) -> dict[str, tuple[PermissionName, ServiceName]]:
    """Map ``service:permission`` to the names of both."""
    names = map(_names_in, connection.execute(_PERMITS))
    return {f"{service.code}:{each.code}": (each, service) for each, service in names}


def choices_of(permits: Iterable[Permit]) -> tuple[ServiceChoice, ...]:
    """Put permissions under their e-tjänster, both in order of their names."""
    ordered = sorted(permits, key=permit_key)
    groups = groupby(ordered, key=lambda each: (each.service, each.service_is_open))
    return tuple(
        ServiceChoice(
            service=service,
            permissions=tuple(each.permission for each in group),
            has_agreement=is_open,
        )
        for (service, is_open), group in groups
    )


def permit_key(permit: Permit) -> tuple[str, str, str, str]:
    """Sort by the name of the e-tjänst, then of the permission."""
    service, permission = permit.service, permit.permission
    return (
        sort_key(service.name),
        service.code,
        sort_key(permission.name),
        permission.code,
    )


def _name_key(administrator: Administrator) -> tuple[str, str, int]:
    surname = sort_key(administrator.surname)
    return surname, sort_key(administrator.given_name), administrator.person_id


def _names_in(row: Row[*tuple[Any, ...]]) -> tuple[PermissionName, ServiceName]:
    return (
        PermissionName(id=row.id, code=row.code, name=row.name),
        ServiceName(
            id=row.service_id,
            code=row.service_code,
            name=row.service_name,
            needs_reason=row.needs_reason,
        ),
    )


def _validity_of(row: Row[*tuple[Any, ...]]) -> Validity:
    return Validity(valid_from=row.valid_from, valid_until=row.valid_until)


def _administrator_of(row: Row[*tuple[Any, ...]]) -> Administrator:
    return Administrator(
        person_id=row.id,
        membership_id=row.membership_id,
        hsa_id=row.hsa_id,
        given_name=row.given_name,
        surname=row.surname,
        email=row.email,
    )


def _organisation_of(rows: list[Row[*tuple[Any, ...]]]) -> Organisation:
    row = rows[0]
    return Organisation(
        id=row.id,
        name=row.name,
        kind=OrganisationKind(row.kind),
        numbers=tuple(each.number for each in rows),
        validity=_validity_of(row),
    )
