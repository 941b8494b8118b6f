"""What does support see of a person? Every look leaves a trace at the organisation."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from authz.audit import SYSTEM_CHAIN, Action, organisation_chain
from authz.identifiers import hsa_key
from authz.models import Permission, Validity
from authz.office.administrator_rows import person_of
from authz.office.desk import Desk
from authz.office.models import LookedUpGrant, LookedUpMembership, LookedUpPerson
from authz.office.organisation_rows import find_organisations
from authz.tables import (
    GrantRow,
    MembershipRow,
    PermissionRow,
    PersonRow,
    ServiceRow,
)


class People:
    """Users and administrators, as support sees them.

    Args:
        desk: Where to read and write.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def look_up(
        self, hsa_id: str, *, actor: str, now: datetime
    ) -> LookedUpPerson | None:
        """Find a person, and note that somebody looked.

        The note stands in the trail of every organisation to which the person belongs
        or belonged; when nobody has the HSA-id, in the system's, without the HSA-id.

        Raises:
            BadIdentifierError: The text cannot be an HSA-id.
            StoreUnavailableError: The database does not answer.
        """
        key = hsa_key(hsa_id)
        with self._desk.reading() as connection:
            found = find_person(connection, key)
        chains = chains_of(found)
        with self._desk.changing(*chains, actor=actor, now=now) as work:
            for chain in chains:
                subject = f"person:{found.person.id}" if found else "person:unknown"
                work.note(Action.PERSON_LOOK_UP, subject, chain=chain)
        return found

    def look_at_users(
        self, organisation_id: int, *, page: int, actor: str, now: datetime
    ) -> None:
        """Note that somebody looks at the users of an organisation.

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        chain = organisation_chain(organisation_id)
        with self._desk.changing(chain, actor=actor, now=now) as work:
            work.note(Action.USER_LIST_LOOK_UP, chain, {"page": page}, chain=chain)

    def look_at_user(
        self, organisation_id: int, person_id: int, *, actor: str, now: datetime
    ) -> None:
        """Note that somebody looks at a user as the user's organisation does.

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        chain = organisation_chain(organisation_id)
        with self._desk.changing(chain, actor=actor, now=now) as work:
            work.note(Action.PERSON_LOOK_UP, f"person:{person_id}", chain=chain)


def chains_of(found: LookedUpPerson | None) -> tuple[str, ...]:
    """Say in which trails something about a person stands."""
    memberships = found.memberships if found else ()
    chains = {organisation_chain(one.organisation.id) for one in memberships}
    return tuple(sorted(chains)) or (SYSTEM_CHAIN,)


def find_person(connection: Connection, key: str) -> LookedUpPerson | None:
    """Find a person by the key of an HSA-id, without a trace."""
    row = PersonRow.__table__
    person = connection.execute(select(row).where(row.c.hsa_key == key)).one_or_none()
    if person is None:
        return None
    return LookedUpPerson(
        person=person_of(person), memberships=_memberships(connection, person.id)
    )


def _memberships(
    connection: Connection, person_id: int
) -> tuple[LookedUpMembership, ...]:
    row = MembershipRow.__table__
    rows = connection.execute(
        select(row).where(row.c.person_id == person_id).order_by(row.c.id)
    ).all()
    organisations = find_organisations(
        connection, [one.organisation_id for one in rows]
    )
    grants = _grants(connection, [one.id for one in rows])
    return tuple(
        LookedUpMembership(
            membership_id=one.id,
            organisation=organisations[one.organisation_id],
            role=one.person_role,
            started_at=one.started_at,
            ended_at=one.ended_at,
            grants=tuple(grants.get(one.id, ())),
        )
        for one in rows
    )


def _grants(
    connection: Connection, membership_ids: list[int]
) -> Mapping[int, list[LookedUpGrant]]:
    rows = connection.execute(
        select(
            GrantRow.membership_id,
            GrantRow.given_by,
            GrantRow.given_at,
            GrantRow.valid_from,
            GrantRow.valid_until,
            ServiceRow.code.label("service_code"),
            ServiceRow.name.label("service_name"),
            PermissionRow.id,
            PermissionRow.code,
            PermissionRow.name,
            PermissionRow.valid_from.label("permission_from"),
            PermissionRow.valid_until.label("permission_until"),
        )
        .join(PermissionRow, PermissionRow.id == GrantRow.permission_id)
        .join(ServiceRow, ServiceRow.id == PermissionRow.service_id)
        .where(GrantRow.membership_id.in_(membership_ids), GrantRow.ended_at.is_(None))
        .order_by(ServiceRow.name, PermissionRow.name)
    )
    found: dict[int, list[LookedUpGrant]] = {}
    for row in rows:
        found.setdefault(row.membership_id, []).append(_grant_of(row))
    return found


def _grant_of(row: Any) -> LookedUpGrant:
    bounds = Validity(valid_from=row.permission_from, valid_until=row.permission_until)
    return LookedUpGrant(
        service_code=row.service_code,
        service_name=row.service_name,
        permission=Permission(id=row.id, code=row.code, name=row.name, validity=bounds),
        validity=Validity(valid_from=row.valid_from, valid_until=row.valid_until),
        given_by=row.given_by,
        given_at=row.given_at,
    )
