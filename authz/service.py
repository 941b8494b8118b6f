"""What may others ask of the permission store?

Questions read a few rows by index and decide in pure code. Every change is written in
one transaction together with its entries in the audit trail.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from time import monotonic as system_monotonic

from sqlalchemy import Engine, exc

from authz import audit, catalogue, catalogue_file, decisions
from authz.administrator_store import AdministratorStore
from authz.audit import Action, Event
from authz.audit_store import AuditStore
from authz.catalogue import CatalogueReport, Stores
from authz.catalogue_store import CatalogueStore
from authz.database import reader_of, reading, writing
from authz.errors import StoreUnavailableError
from authz.fact_gathering import acting, facts_of
from authz.grant_store import GrantStore
from authz.last_logins import LastLoginStore, swedish_day
from authz.models import (
    Administrator,
    Decision,
    LastLogin,
    Operator,
    OrganisationKind,
    Service,
)
from authz.name_id_store import EVERYWHERE, NameIdStore
from authz.operator_store import OperatorStore
from authz.person_store import PersonStore
from authz.recent import Recent
from authz.shown_store import ShownStore
from authz.trail import Trail
from authz.user_lines import UserLines

SERVICE_SECONDS = 1.0
"""How long a change of an e-tjänst may go unseen by a login."""
BRIDGE = "bridge"
"""The actor of what the bridge does by itself."""


class AuthzService(Trail):
    """The permission store as the rest of the bridge sees it.

    Every method raises :class:`authz.errors.StoreUnavailableError` when the database
    does not answer; the caller then refuses.

    Args:
        engine: The database. Its transactions must hold the write lock of SQLite from
            the beginning.
        reader: The same database with the isolation level ``AUTOCOMMIT``; without one,
            connections of ``engine`` are switched to it for every question.
        monotonic: Seconds that only grow, for what may be a moment old.
    """

    def __init__(
        self,
        engine: Engine,
        reader: Engine | None = None,
        *,
        monotonic: Callable[[], float] = system_monotonic,
    ) -> None:
        super().__init__(engine, reader or reader_of(engine))
        self._services = Recent[Service](SERVICE_SECONDS, monotonic)

    def service_for(self, sp_entity_id: str) -> Service:
        """Find the e-tjänst that asks under an entityID.

        A login asks twice and many logins ask for the same, so the answer may be up to
        a second old. What people may do there is always read anew.

        Raises:
            UnknownServiceError: No e-tjänst has this entityID.
            StoreUnavailableError: The database does not answer.
        """
        return self._services.get(
            sp_entity_id, lambda: self._read_service_for(sp_entity_id)
        )

    def _read_service_for(self, sp_entity_id: str) -> Service:
        with reading(self._reader) as connection:
            return CatalogueStore(connection).service_for(sp_entity_id)

    def service_of_code(self, code: str) -> Service:
        """Find an e-tjänst by its code.

        Raises:
            UnknownServiceError: No e-tjänst has this code.
            StoreUnavailableError: The database does not answer.
        """
        with reading(self._reader) as connection:
            return CatalogueStore(connection).service_of_code(code)

    def services_of_kind(
        self, kind: OrganisationKind | None, *, now: datetime
    ) -> tuple[Service, ...]:
        """List the open e-tjänster for a kind of organisation, ``None`` for all.

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        with reading(self._reader) as connection:
            services = CatalogueStore(connection).services_of_kind(kind)
        return tuple(service for service in services if service.validity.holds(now))

    def decide(
        self,
        hsa_id: str,
        service: Service,
        *,
        organisation_numbers: tuple[str, ...],
        now: datetime,
    ) -> Decision:
        """Decide what somebody may do at an e-tjänst now.

        Args:
            hsa_id: Who, in any spelling.
            service: Where.
            organisation_numbers: The numbers that the assertion names, if any. They
                also choose for an administrator of several organisations.
            now: When.

        Raises:
            BadIdentifierError: The HSA-id is none.
            StoreUnavailableError: The database does not answer.
        """
        with reading(self._reader) as connection:
            members = PersonStore(connection).members(hsa_id, service.id)
            member = acting(members, organisation_numbers)
            facts = facts_of(connection, service, member)
        return decisions.decide(
            facts, organisation_numbers=organisation_numbers, moment=now
        )

    def note_login(self, last: LastLogin | None, *, now: datetime) -> None:
        """Write down on which day somebody logged in, unless it stands there.

        One statement, and none for the other logins of the day.

        Args:
            last: What the decision found.
            now: When.

        Raises:
            StoreUnavailableError: It could not be written.
        """
        today = swedish_day(now)
        if last is None or (last.day is not None and last.day >= today):
            return
        try:
            with reading(self._reader) as connection:
                LastLoginStore(connection).note(last, today)
        except exc.SQLAlchemyError as error:
            raise StoreUnavailableError(type(error).__name__) from error

    def explain(self, hsa_id: str, service_code: str, *, now: datetime) -> Decision:
        """Say what somebody would get, or got at a moment in the past, and why.

        Memberships and grants count as they were at that moment, also those that were
        ended since; everything else is as it is registered today.

        Args:
            hsa_id: Who, in any spelling.
            service_code: Where.
            now: The moment that is asked about.

        Raises:
            BadIdentifierError: The HSA-id is none.
            UnknownServiceError: No e-tjänst has this code.
            StoreUnavailableError: The database does not answer.
        """
        with reading(self._reader) as connection:
            service = CatalogueStore(connection).service_of_code(service_code)
            people = PersonStore(connection)
            member = acting(people.members_at(hsa_id, service.id, now), ())
            facts = facts_of(connection, service, member)
            if member and member.membership_id is not None:
                grants = GrantStore(connection).history
                facts = replace(facts, grants=grants(member.membership_id, service.id))
        return decisions.decide(facts, organisation_numbers=(), moment=now)

    def operator_of(self, hsa_id: str, *, now: datetime) -> Operator | None:
        """Find an active operator by HSA-id, in any spelling.

        Raises:
            BadIdentifierError: The HSA-id is none.
            StoreUnavailableError: The database does not answer.
        """
        with reading(self._reader) as connection:
            found = OperatorStore(connection).of_hsa_id(hsa_id)
        return found if found and found.validity.holds(now) else None

    def operator(self, operator_id: int, *, now: datetime) -> Operator | None:
        """Find an active operator by the number in the database.

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        with reading(self._reader) as connection:
            found = OperatorStore(connection).of_number(operator_id)
        return found if found and found.validity.holds(now) else None

    def administrator_of(self, hsa_id: str, *, now: datetime) -> Administrator | None:
        """Find an active administrator by HSA-id, in any spelling.

        Raises:
            BadIdentifierError: The HSA-id is none.
            StoreUnavailableError: The database does not answer.
        """
        with reading(self._reader) as connection:
            return AdministratorStore(connection).of_hsa_id(hsa_id, now)

    def administrator(self, person_id: int, *, now: datetime) -> Administrator | None:
        """Find an active administrator by the number in the database.

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        with reading(self._reader) as connection:
            return AdministratorStore(connection).of_number(person_id, now)

    def name_id_for(self, person_id: int, sp_entity_id: str, *, now: datetime) -> str:
        """Answer with the name of a person at one e-tjänst, made at its first use.

        Random, and different at every e-tjänst (SAML core 8.3.7).

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        with reading(self._reader) as connection:
            name_id = NameIdStore(connection).find(person_id, sp_entity_id)
        return name_id or self._new_name_id(person_id, sp_entity_id, now)

    def subject_name_of(self, person_id: int, *, now: datetime) -> str:
        """Answer with the name of a person at every e-tjänst, made at its first use.

        Random: nothing about the person follows from it (SAML subject identifiers 3.3).

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        return self.name_id_for(person_id, EVERYWHERE, now=now)

    def hsa_id_named(self, value: str, sp_entity_id: str) -> str | None:
        """Find the HSA-id of whom an e-tjänst knows by a name that we gave it.

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        with reading(self._reader) as connection:
            return NameIdStore(connection).owner_of(value, sp_entity_id)

    def hsa_id_of(self, person_id: int) -> str | None:
        """Find the HSA-id of a person by the number in the database.

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        with reading(self._reader) as connection:
            return NameIdStore(connection).hsa_id_of(person_id)

    def shown_attributes(self, person_id: int, service_id: int) -> frozenset[str]:
        """Say which attributes a person has seen that an e-tjänst is told.

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        with reading(self._reader) as connection:
            return ShownStore(connection).names(person_id, service_id)

    def remember_shown(
        self, person_id: int, service_id: int, names: Iterable[str], *, now: datetime
    ) -> None:
        """Remember which attributes a person has seen, and let the e-tjänst be told.

        Raises:
            StoreUnavailableError: The database does not answer; nothing was written.
        """
        with writing(self._engine) as connection:
            ShownStore(connection).add(person_id, service_id, names, now=now)

    def load_catalogue(
        self,
        text: str,
        *,
        dry_run: bool,
        actor: str,
        now: datetime,
        allow_test_ids: bool = False,
    ) -> CatalogueReport:
        """Load a catalogue file, wholly or not at all; the second time changes nothing.

        Args:
            text: The file.
            dry_run: Only say what would change.
            actor: Who loads, for the audit trail.
            now: When.
            allow_test_ids: Accept HSA-ids of test directories.

        Raises:
            CatalogueError: The file has mistakes; nothing was changed.
            StoreUnavailableError: The database does not answer.
        """
        stated = catalogue_file.read(text, allow_test_ids=allow_test_ids)
        self._services.clear()
        with writing(self._engine) as connection:
            AuditStore(connection).take_turn()
            stores = Stores(
                services=CatalogueStore(connection),
                people=PersonStore(connection),
                grants=GrantStore(connection),
            )
            loaded = catalogue.load(
                stated, stores, dry_run=dry_run, actor=actor, now=now
            )
            AuditStore(connection).append(loaded.events)
            lines = UserLines(connection)
            lines.refresh_people(stores.people.touched)
            lines.refresh(stores.grants.touched)
            if dry_run:
                connection.rollback()
        return loaded.report

    def _new_name_id(self, person_id: int, sp_entity_id: str, now: datetime) -> str:
        with writing(self._engine) as connection:
            store = NameIdStore(connection)
            if store.create(person_id, sp_entity_id, now=now):
                home = PersonStore(connection).home_of(person_id)
                event = Event(
                    chain=audit.organisation_chain(home)
                    if home
                    else audit.SYSTEM_CHAIN,
                    at=now,
                    actor=BRIDGE,
                    action=Action.NAME_ID_CREATE,
                    subject=f"person:{person_id}",
                    detail=audit.canonical({"sp_entity_id": sp_entity_id}),
                )
                AuditStore(connection).append([event])
            return store.get(person_id, sp_entity_id)
