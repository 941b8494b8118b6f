"""Who is registered, in which role, and where do they belong?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, bindparam, insert, or_, select

from authz.identifiers import hsa_key
from authz.models import (
    Agreement,
    OperatorRole,
    Organisation,
    OrganisationKind,
    Person,
    PersonRole,
    Validity,
)
from authz.questions import Question
from authz.rows import Change, Saved, save
from authz.tables import (
    AgreementRow,
    LastLoginRow,
    MembershipRow,
    OperatorRow,
    OrganisationNumberRow,
    OrganisationRow,
    PersonRow,
)

MANY = 500
"""How many people are asked for at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person with one of the organisations they belong to, if any."""

    person: Person
    membership_id: int | None = None
    organisation: Organisation | None = None
    agreements: tuple[Agreement, ...] = ()
    """Of the organisation, about the e-tjänst that was asked about."""
    last_login_on: date | None = None
    """The day of the last login to that e-tjänst."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The role that somebody already has, and where."""

    role: PersonRole
    organisation_ids: frozenset[int]


def _members(*is_there: Any) -> Select[*tuple[Any, ...]]:
    """Ask for a person, where they belong, and what was agreed there.

    A row for each organisation, each of its numbers and each of its agreements about
    the e-tjänst: one small answer instead of two costs a login less.
    """
    return (
        select(
            PersonRow.id,
            PersonRow.hsa_id,
            PersonRow.role,
            PersonRow.given_name,
            PersonRow.surname,
            PersonRow.email,
            PersonRow.valid_from,
            PersonRow.valid_until,
            MembershipRow.id.label("membership_id"),
            OrganisationRow.id.label("organisation_id"),
            OrganisationRow.name.label("organisation_name"),
            OrganisationRow.kind.label("organisation_kind"),
            OrganisationRow.valid_from.label("organisation_from"),
            OrganisationRow.valid_until.label("organisation_until"),
            OrganisationNumberRow.number,
            AgreementRow.id.label("agreement_id"),
            AgreementRow.valid_from.label("agreement_from"),
            AgreementRow.valid_until.label("agreement_until"),
            AgreementRow.reference.label("agreement_reference"),
        )
        .outerjoin(
            MembershipRow, and_(MembershipRow.person_id == PersonRow.id, *is_there)
        )
        .outerjoin(OrganisationRow, OrganisationRow.id == MembershipRow.organisation_id)
        .outerjoin(
            OrganisationNumberRow,
            OrganisationNumberRow.organisation_id == OrganisationRow.id,
        )
        .outerjoin(
            AgreementRow,
            and_(
                AgreementRow.organisation_id == OrganisationRow.id,
                AgreementRow.service_id == bindparam("service_id"),
            ),
        )
        .where(PersonRow.hsa_key == bindparam("hsa_key"))
        .order_by(
            MembershipRow.id, OrganisationNumberRow.position, AgreementRow.valid_from
        )
    )


_NOW = Question(
    _members(MembershipRow.ended_at.is_(None))
    .add_columns(LastLoginRow.day.label("last_login_on"))
    .outerjoin(
        LastLoginRow,
        and_(
            LastLoginRow.membership_id == MembershipRow.id,
            LastLoginRow.service_id == bindparam("service_id"),
        ),
    )
)
_THEN = _members(
    MembershipRow.started_at <= bindparam("moment"),
    or_(
        MembershipRow.ended_at.is_(None),
        MembershipRow.ended_at > bindparam("moment"),
    ),
)
_HOME = (
    select(MembershipRow.organisation_id)
    .where(
        MembershipRow.person_id == bindparam("person_id"),
        MembershipRow.ended_at.is_(None),
    )
    .order_by(MembershipRow.id)
    .limit(1)
)


class PersonStore:
    """People, where they belong, and operators.

    Attributes:
        touched: The numbers of the people whom this store changed.

    Args:
        connection: A connection; for saving, one with a transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self.touched: set[int] = set()
        self._connection = connection

    def members(self, hsa_id: str, service_id: int) -> tuple[Member, ...]:
        """Find a person: once per organisation, once without any, or not at all.

        Args:
            hsa_id: Who, in any spelling.
            service_id: About which e-tjänst agreements and the last login are asked.

        Raises:
            BadIdentifierError: The text cannot be an HSA-id.
        """
        parameters = {"hsa_key": hsa_key(hsa_id), "service_id": service_id}
        return _members_of(_NOW.ask(self._connection, parameters))

    def members_at(
        self, hsa_id: str, service_id: int, moment: datetime
    ) -> tuple[Member, ...]:
        """Find a person with the organisations to which they belonged at a moment.

        Args:
            hsa_id: Who, in any spelling.
            service_id: About which e-tjänst agreements are asked for.
            moment: When.

        Raises:
            BadIdentifierError: The text cannot be an HSA-id.
        """
        parameters = {
            "hsa_key": hsa_key(hsa_id),
            "service_id": service_id,
            "moment": moment,
        }
        return _members_of(self._connection.execute(_THEN, parameters).all())

    def home_of(self, person_id: int) -> int | None:
        """Say to which organisation a person belongs, the first one if to several."""
        return self._connection.scalar(_HOME, {"person_id": person_id})

    def standings(self, hsa_keys: Iterable[str]) -> Mapping[str, Standing]:
        """Say for each registered person of a list which role they have, and where."""
        wanted = sorted(set(hsa_keys))
        standings: dict[str, Standing] = {}
        for start in range(0, len(wanted), MANY):
            standings |= self._standings(wanted[start : start + MANY])
        return standings

    def save_person(
        self, hsa_id: str, role: PersonRole, stated: Mapping[str, object]
    ) -> Saved:
        """Register a person or bring them to what is stated; the role never changes."""
        saved = save(
            self._connection,
            PersonRow,
            key={"hsa_key": hsa_key(hsa_id)},
            stated=stated,
            defaults={"hsa_id": hsa_id, "role": role},
        )
        if saved.change is not Change.UNCHANGED:
            self.touched.add(saved.id)
        return saved

    def save_operator(self, hsa_id: str, stated: Mapping[str, object]) -> Saved:
        """Register an operator or bring them to what is stated."""
        return save(
            self._connection,
            OperatorRow,
            key={"hsa_key": hsa_key(hsa_id)},
            stated=stated,
            defaults={"hsa_id": hsa_id, "role": OperatorRole.HANDLER},
        )

    def membership_of(self, person_id: int, organisation_id: int) -> int | None:
        """Find the active membership of a person at an organisation."""
        return self._connection.scalar(
            select(MembershipRow.id).where(
                MembershipRow.person_id == person_id,
                MembershipRow.organisation_id == organisation_id,
                MembershipRow.ended_at.is_(None),
            )
        )

    def start_membership(
        self,
        person_id: int,
        role: PersonRole,
        *,
        organisation_id: int,
        now: datetime,
    ) -> int:
        """Let a person belong to an organisation from now on.

        Returns:
            The number of the membership.
        """
        values = {
            "person_id": person_id,
            "person_role": role,
            "organisation_id": organisation_id,
            "started_at": now,
        }
        self.touched.add(person_id)
        statement = insert(MembershipRow).values(**values).returning(MembershipRow.id)
        return self._connection.scalars(statement).one()

    def _standings(self, hsa_keys: list[str]) -> Mapping[str, Standing]:
        rows = self._connection.execute(
            select(PersonRow.hsa_key, PersonRow.role, MembershipRow.organisation_id)
            .outerjoin(
                MembershipRow,
                and_(
                    MembershipRow.person_id == PersonRow.id,
                    MembershipRow.ended_at.is_(None),
                ),
            )
            .where(PersonRow.hsa_key.in_(hsa_keys))
            .order_by(PersonRow.hsa_key)
        )
        return {
            key: _standing_of(list(group))
            for key, group in groupby(rows, key=lambda row: row.hsa_key)
        }


def _standing_of(rows: list[Row[str, str, int]]) -> Standing:
    homes = (row.organisation_id for row in rows if row.organisation_id is not None)
    return Standing(role=PersonRole(rows[0].role), organisation_ids=frozenset(homes))


def _members_of(rows: Iterable[Any]) -> tuple[Member, ...]:
    by_membership = groupby(rows, key=lambda row: row.membership_id)
    return tuple(_member_of(list(group)) for _, group in by_membership)


def _member_of(rows: list[Any]) -> Member:
    row = rows[0]
    person = Person(
        id=row.id,
        hsa_id=row.hsa_id,
        role=PersonRole(row.role),
        given_name=row.given_name,
        surname=row.surname,
        email=row.email,
        validity=Validity(valid_from=row.valid_from, valid_until=row.valid_until),
    )
    if row.membership_id is None:
        return Member(person=person)
    organisation = Organisation(
        id=row.organisation_id,
        name=row.organisation_name,
        kind=OrganisationKind(row.organisation_kind),
        numbers=tuple(
            dict.fromkeys(each.number for each in rows if each.number is not None)
        ),
        validity=Validity(
            valid_from=row.organisation_from, valid_until=row.organisation_until
        ),
    )
    return Member(
        person=person,
        membership_id=row.membership_id,
        organisation=organisation,
        agreements=_agreements_of(rows),
        last_login_on=getattr(row, "last_login_on", None),
    )


def _agreements_of(rows: list[Any]) -> tuple[Agreement, ...]:
    agreements = {
        row.agreement_id: Agreement(
            validity=Validity(
                valid_from=row.agreement_from, valid_until=row.agreement_until
            ),
            reference=row.agreement_reference,
        )
        for row in rows
        if row.agreement_id is not None
    }
    return tuple(agreements.values())
