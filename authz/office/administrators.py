"""Who administers an organisation, and how does that change?

Nobody is administrator and user (the manual, chapter 2.1), and an organisation that has
an administrator keeps at least one (1.2).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, update

from authz.audit import SYSTEM_CHAIN, Action, organisation_chain
from authz.identifiers import hsa_key
from authz.models import PersonRole
from authz.office.administrator_rows import (
    administrators_of,
    find_administrator,
    person_of,
)
from authz.office.desk import Desk, Work
from authz.office.errors import (
    AlreadyThereError,
    IsUserError,
    LastAdministratorError,
    NoSuchThingError,
)
from authz.office.letters import Letters, Welcome, send_welcome
from authz.office.models import AdministratorView, NewPerson, Promotion
from authz.office.organisation_rows import find_organisation
from authz.office.typed import read_person
from authz.person_store import PersonStore
from authz.rows import add
from authz.tables import GrantRow, MembershipRow, PersonRow
from authz.user_lines import UserLines


class Administrators:
    """Administrators, as the agency registers them.

    Every method raises :class:`authz.errors.StoreUnavailableError` when the database
    does not answer.

    Args:
        desk: Where to read and write.
        letters: What new administrators read in a mail; without it there is none.
    """

    def __init__(self, desk: Desk, letters: Letters | None = None) -> None:
        self._desk = desk
        self._letters = letters

    def list(self, organisation_id: int) -> tuple[AdministratorView, ...]:
        """List the active administrators of an organisation, the first one first."""
        with self._desk.reading() as connection:
            return administrators_of(connection, organisation_id)

    def add(
        self, organisation_id: int, new: NewPerson, *, actor: str, now: datetime
    ) -> int:
        """Register an administrator; one of another organisation may be one here too.

        Returns:
            The number of the membership.

        Raises:
            ValuesError: A field will not do.
            NoSuchThingError: There is no such organisation.
            IsUserError: The person is a user; ask, then :meth:`promote`.
            AlreadyThereError: The person is an administrator here.
        """
        stated = self._read(new)
        chain = organisation_chain(organisation_id)
        with self._desk.changing(SYSTEM_CHAIN, chain, actor=actor, now=now) as work:
            added = _register(work, organisation_id, stated)
            self._welcome(work, added)
        return added

    def promotion(self, hsa_id: str) -> Promotion:
        """Say what making a user an administrator would take away.

        Raises:
            BadIdentifierError: The text cannot be an HSA-id.
            NoSuchThingError: Nobody who is a user now has this HSA-id.
        """
        with self._desk.reading() as connection:
            return _promotion(connection, hsa_id)

    def promote(
        self, organisation_id: int, hsa_id: str, *, actor: str, now: datetime
    ) -> int:
        """Make a user an administrator: permissions and membership end, in one step.

        Returns:
            The number of the new membership.

        Raises:
            BadIdentifierError: The text cannot be an HSA-id.
            NoSuchThingError: There is no such organisation, or no such user.
        """
        home = organisation_chain(self.promotion(hsa_id).organisation.id)
        chain = organisation_chain(organisation_id)
        chains = (SYSTEM_CHAIN, home, chain)
        with self._desk.changing(*chains, actor=actor, now=now) as work:
            added = _promote(work, organisation_id, hsa_id)
            self._welcome(work, added)
        return added

    def change(
        self, membership_id: int, new: NewPerson, *, actor: str, now: datetime
    ) -> None:
        """Correct the name, the address or the HSA-id of an administrator.

        Raises:
            ValuesError: A field will not do.
            NoSuchThingError: There is no such administrator.
            AlreadyThereError: Somebody else has this HSA-id.
        """
        stated = self._read(new)
        chain = self._chain_of(membership_id)
        with self._desk.changing(SYSTEM_CHAIN, chain, actor=actor, now=now) as work:
            found = find_administrator(work.connection, membership_id)
            other = _find_person(work.connection, stated["hsa_id"])
            if other is not None and other.id != found.person.id:
                raise AlreadyThereError("somebody else has this HSA-id")
            key = {"hsa_key": hsa_key(stated["hsa_id"])}
            _save_person(work, found.person.id, {**stated, **key}, chain=chain)

    def replace(
        self,
        membership_id: int,
        new: NewPerson,
        *,
        from_user: bool = False,
        actor: str,
        now: datetime,
    ) -> int:
        """Put somebody else in the place of an administrator, in one step.

        Args:
            membership_id: Who goes.
            new: Who comes.
            from_user: Make the new one an administrator who is a user until now.
            actor: Who does this.
            now: When.

        Returns:
            The number of the new membership.

        Raises:
            ValuesError: A field will not do.
            NoSuchThingError: There is no such administrator, or no such user.
            IsUserError: The new one is a user, and ``from_user`` is not said.
            AlreadyThereError: The new one is an administrator here.
        """
        stated = self._read(new)
        chain = self._chain_of(membership_id)
        chains = {SYSTEM_CHAIN, chain}
        if from_user:
            home = self.promotion(new.hsa_id).organisation
            chains.add(organisation_chain(home.id))
        with self._desk.changing(*chains, actor=actor, now=now) as work:
            old = find_administrator(work.connection, membership_id)
            if from_user:
                added = _promote(work, old.organisation_id, new.hsa_id)
            else:
                added = _register(work, old.organisation_id, stated)
            _end(work, old)
            self._welcome(work, added)
        return added

    def end(self, membership_id: int, *, actor: str, now: datetime) -> None:
        """Let somebody administer an organisation no longer; sessions end with it.

        Raises:
            LastAdministratorError: Nobody else administers the organisation.
            NoSuchThingError: There is no such administrator.
        """
        chain = self._chain_of(membership_id)
        with self._desk.changing(chain, actor=actor, now=now) as work:
            found = find_administrator(work.connection, membership_id)
            others = administrators_of(work.connection, found.organisation_id)
            active = [one for one in others if one.person.validity.holds(now)]
            if all(one.membership_id == membership_id for one in active):
                raise LastAdministratorError(
                    "an organisation keeps at least one administrator"
                )
            _end(work, found)

    def _welcome(self, work: Work, membership_id: int) -> None:
        """Write to a new administrator."""
        if self._letters is None:
            return
        added = find_administrator(work.connection, membership_id)
        person, home = added.person, added.organisation_id
        welcome = Welcome(
            name=f"{person.given_name} {person.surname}",
            email=person.email,
            organisation=find_organisation(work.connection, home).name,
            organisation_id=home,
            person_id=person.id,
        )
        send_welcome(work, self._letters, welcome)

    def _read(self, new: NewPerson) -> Mapping[str, Any]:
        return read_person(new, allow_test_ids=self._desk.allow_test_ids)

    def _chain_of(self, membership_id: int) -> str:
        with self._desk.reading() as connection:
            found = find_administrator(connection, membership_id)
        return organisation_chain(found.organisation_id)


def _register(work: Work, organisation_id: int, stated: Mapping[str, Any]) -> int:
    connection, chain = work.connection, organisation_chain(organisation_id)
    find_organisation(connection, organisation_id)
    person = _find_person(connection, stated["hsa_id"])
    if person is None:
        key = {"hsa_key": hsa_key(stated["hsa_id"]), "role": PersonRole.ADMINISTRATOR}
        person_id = add(connection, PersonRow, {**stated, **key}).id
        columns = sorted(stated)
        subject = f"person:{person_id}"
        detail = {"after": {"columns": columns}}
        work.note(Action.PERSON_ADD, subject, detail, chain=chain)
    else:
        person_id = person.id
        _check_is_free(connection, person, organisation_id)
        names = {name: stated[name] for name in ("given_name", "surname", "email")}
        role = {"role": PersonRole.ADMINISTRATOR, **_NO_BOUNDS}
        _save_person(work, person_id, {**names, **role}, chain=chain)
    return _start(work, person_id, organisation_id)


_NO_BOUNDS = {"valid_from": None, "valid_until": None}
"""Whoever is registered anew counts, also if the person had an end before."""


def _check_is_free(connection: Connection, person: Any, organisation_id: int) -> None:
    row = MembershipRow
    homes = connection.scalars(
        select(row.organisation_id).where(
            row.person_id == person.id, row.ended_at.is_(None)
        )
    ).all()
    if homes and person.role == PersonRole.USER:
        raise IsUserError(homes[0])
    if organisation_id in homes:
        raise AlreadyThereError("the person administers this organisation")


def _promotion(connection: Connection, hsa_id: str) -> Promotion:
    person = _find_person(connection, hsa_id)
    membership = person and _user_membership(connection, person.id)
    if person is None or membership is None:
        raise NoSuchThingError("nobody who is a user has this HSA-id")
    active = (GrantRow.membership_id == membership.id, GrantRow.ended_at.is_(None))
    grants = connection.scalar(select(func.count(GrantRow.id)).where(*active))
    home = find_organisation(connection, membership.organisation_id)
    return Promotion(person=person_of(person), organisation=home, grants=grants or 0)


def _promote(work: Work, organisation_id: int, hsa_id: str) -> int:
    find_organisation(work.connection, organisation_id)
    promotion = _promotion(work.connection, hsa_id)
    person_id = promotion.person.id
    membership = _user_membership(work.connection, person_id)
    home = organisation_chain(promotion.organisation.id)
    ended = {"ended_at": work.now, "ended_by": work.actor, "person_role": None}
    active = (GrantRow.membership_id == membership.id, GrantRow.ended_at.is_(None))
    work.connection.execute(update(GrantRow).where(*active).values(**ended))
    _close(work, membership.id)
    UserLines(work.connection).refresh([membership.id])
    subject = f"person:{person_id}"
    detail = {"grants": promotion.grants}
    work.note(Action.MEMBERSHIP_END, subject, detail, chain=home)
    role = {"role": PersonRole.ADMINISTRATOR, **_NO_BOUNDS}
    _save_person(work, person_id, role, chain=organisation_chain(organisation_id))
    return _start(work, person_id, organisation_id)


def _start(work: Work, person_id: int, organisation_id: int) -> int:
    work.note(
        Action.MEMBERSHIP_START,
        f"person:{person_id}",
        {"role": PersonRole.ADMINISTRATOR},
        chain=organisation_chain(organisation_id),
    )
    return PersonStore(work.connection).start_membership(
        person_id,
        PersonRole.ADMINISTRATOR,
        organisation_id=organisation_id,
        now=work.now,
    )


def _end(work: Work, found: AdministratorView) -> None:
    _close(work, found.membership_id)
    work.note(
        Action.MEMBERSHIP_END,
        f"person:{found.person.id}",
        {"role": PersonRole.ADMINISTRATOR},
        chain=organisation_chain(found.organisation_id),
    )


def _close(work: Work, membership_id: int) -> None:
    row = MembershipRow
    ended = {"ended_at": work.now, "ended_by": work.actor, "person_role": None}
    work.connection.execute(update(row).where(row.id == membership_id).values(**ended))


def _save_person(
    work: Work, person_id: int, stated: Mapping[str, Any], *, chain: str
) -> None:
    table = PersonRow.__table__
    columns = [table.c[name] for name in stated]
    there = work.connection.execute(
        select(*columns).where(table.c.id == person_id)
    ).one()
    before = zip(stated, there, strict=True)
    changed = [name for name, value in before if value != stated[name]]
    if changed:
        new = {name: stated[name] for name in changed}
        row = PersonRow
        work.connection.execute(update(row).where(row.id == person_id).values(**new))
        detail = {"after": {"columns": sorted(changed)}}
        work.note(Action.PERSON_CHANGE, f"person:{person_id}", detail, chain=chain)


def _find_person(connection: Connection, hsa_id: str) -> Any:
    found = select(PersonRow.__table__).where(PersonRow.hsa_key == hsa_key(hsa_id))
    return connection.execute(found).one_or_none()


def _user_membership(connection: Connection, person_id: int) -> Any:
    row = MembershipRow
    active = (row.person_id == person_id, row.person_role == PersonRole.USER)
    found = select(row.id, row.organisation_id).where(*active)
    return connection.execute(found).one_or_none()
