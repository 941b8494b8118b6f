"""How does a catalogue file become organisations, e-tjänster, people and grants?

The catalogue states what must exist. Loading it adds what is missing and updates what
it names differently; it never ends, removes or closes anything, and a key that an entry
leaves out stays as it is in the database. Two consequences: a permission that is
missing from a user's list is *not* taken away, and one that was taken away on the
administration pages is given again as long as the file lists it.

A date means Swedish time: ``valid_from`` begins at its midnight, ``valid_until`` is the
last day and ends at the midnight after it. ``docs/permissions.md`` tells all this to
operators.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from authz import audit, catalogue_check
from authz.audit import Action, Event
from authz.catalogue_entries import (
    AgreementEntry,
    Catalogue,
    GrantEntry,
    OperatorEntry,
    OrganisationEntry,
    PersonEntry,
    ServiceEntry,
)
from authz.catalogue_store import CatalogueStore
from authz.errors import CatalogueError
from authz.grant_store import GrantStore
from authz.person_store import PersonStore
from authz.rows import Change, Saved


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueReport:
    """What loading a catalogue changed, or would change."""

    dry_run: bool
    added: int
    changed: int
    unchanged: int
    sentences: tuple[str, ...]
    """One per addition and change; "unchanged" when there are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """Where a catalogue is written, inside one transaction."""

    services: CatalogueStore
    people: PersonStore
    grants: GrantStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What was written, for people and for the audit trail."""

    report: CatalogueReport
    events: tuple[Event, ...]


def load(
    catalogue: Catalogue, stores: Stores, *, dry_run: bool, actor: str, now: datetime
) -> Loaded:
    """Write a catalogue, or nothing at all if anything is wrong with it.

    Args:
        catalogue: What a file states.
        stores: Where to; the caller ends the transaction, a dry run's by undoing it.
        dry_run: What the report says about itself.
        actor: Who loads.
        now: When.

    Raises:
        CatalogueError: Something is wrong; every problem is named.
    """
    known = catalogue_check.known_in(catalogue, stores.services, stores.people)
    problems = catalogue_check.problems_of(catalogue, known)
    if problems:
        raise CatalogueError(problems)
    loading = _Loading(stores, actor=actor, now=now)
    loading.write(catalogue)
    return loading.loaded(dry_run=dry_run)


class _Loading:
    """Writes entries one by one and remembers what that changed."""

    def __init__(self, stores: Stores, *, actor: str, now: datetime) -> None:
        self._stores = stores
        self._actor = actor
        self._now = now
        self._services: Mapping[str, int] = {}
        self._permissions: Mapping[tuple[str, str], int] = {}
        self._organisations: Mapping[str, int] = {}
        self._events: list[Event] = []
        self._sentences: list[str] = []
        self._counts = dict.fromkeys(Change, 0)

    def write(self, catalogue: Catalogue) -> None:
        """Write everything, in the order in which things refer to each other."""
        for service in catalogue.services:
            self._service(service)
        self._organisations = self._stores.services.organisation_ids()
        for organisation in catalogue.organisations:
            self._organisation(organisation)
        self._services = self._stores.services.service_ids()
        self._permissions = self._stores.services.permission_ids()
        self._organisations = self._stores.services.organisation_ids()
        for agreement in catalogue.agreements:
            self._agreement(agreement)
        for person in catalogue.people:
            self._person(person)
        for operator in catalogue.operators:
            self._operator(operator)

    def loaded(self, *, dry_run: bool) -> Loaded:
        """Sum up."""
        report = CatalogueReport(
            dry_run=dry_run,
            added=self._counts[Change.ADDED],
            changed=self._counts[Change.CHANGED],
            unchanged=self._counts[Change.UNCHANGED],
            sentences=tuple(self._sentences) or ("unchanged",),
        )
        if self._events:
            counts = {"added": report.added, "changed": report.changed}
            self._remember(Action.CATALOGUE_LOAD, "catalogue", detail=counts)
        return Loaded(report=report, events=tuple(self._events))

    def _service(self, entry: ServiceEntry) -> None:
        store = self._stores.services
        saved = store.save_service(entry.code, entry.stated)
        new = store.add_entity_ids(saved.id, entry.entity_ids)
        self._note(
            _with_more(saved, "entity_ids", new),
            "service",
            f"service:{entry.code}",
            words=entry.code,
        )
        for permission in entry.permissions:
            code = f"{entry.code}:{permission.code}"
            saved_permission = store.save_permission(
                saved.id, permission.code, permission.stated
            )
            self._note(saved_permission, "permission", f"permission:{code}", words=code)

    def _organisation(self, entry: OrganisationEntry) -> None:
        store = self._stores.services
        ids = (self._organisations.get(number) for number in entry.numbers)
        known = next((one for one in ids if one is not None), None)
        saved = store.save_organisation(known, entry.stated)
        new = store.add_numbers(saved.id, entry.numbers)
        self._note(
            _with_more(saved, "numbers", new),
            "organisation",
            f"organisation:{saved.id}",
            words=f"{entry.numbers[0]} ({entry.stated['name']})",
            chain=audit.organisation_chain(saved.id),
        )

    def _agreement(self, entry: AgreementEntry) -> None:
        organisation_id = self._organisations[entry.organisation]
        saved = self._stores.services.save_agreement(
            organisation_id, self._services[entry.service], entry.stated
        )
        self._note(
            saved,
            "agreement",
            f"agreement:{saved.id}",
            words=f"{entry.organisation} about {entry.service}",
            chain=audit.organisation_chain(organisation_id),
        )

    def _person(self, entry: PersonEntry) -> None:
        organisation_id = self._organisations[entry.organisation]
        chain = audit.organisation_chain(organisation_id)
        people = self._stores.people
        saved = people.save_person(entry.hsa_id, entry.role, entry.stated)
        subject = f"person:{saved.id}"
        words = f"{entry.hsa_id} ({entry.role})"
        self._note(_without_values(saved), "person", subject, words=words, chain=chain)
        membership_id = people.membership_of(saved.id, organisation_id)
        if membership_id is None:
            membership_id = people.start_membership(
                saved.id, entry.role, organisation_id=organisation_id, now=self._now
            )
            self._remember(Action.MEMBERSHIP_START, subject, chain=chain)
            self._sentences.append(f"added {words} to {entry.organisation}")
            self._counts[Change.ADDED] += 1
        for grant in entry.grants:
            code = f"{grant.service}:{grant.permission}"
            given = _with_value(self._give(grant, membership_id), "permission", code)
            words = f"{code} of {entry.hsa_id}"
            self._note(given, "grant", subject, words=words, chain=chain)

    def _give(self, entry: GrantEntry, membership_id: int) -> Saved:
        return self._stores.grants.give(
            membership_id,
            self._permissions[entry.service, entry.permission],
            stated=entry.stated,
            actor=self._actor,
            now=self._now,
        )

    def _operator(self, entry: OperatorEntry) -> None:
        saved = self._stores.people.save_operator(entry.hsa_id, entry.stated)
        self._note(
            _without_values(saved),
            "operator",
            f"operator:{saved.id}",
            words=entry.hsa_id,
        )

    def _note(
        self,
        saved: Saved,
        thing: str,
        subject: str,
        *,
        words: str,
        chain: str = audit.SYSTEM_CHAIN,
    ) -> None:
        self._counts[saved.change] += 1
        if saved.change is Change.UNCHANGED:
            return
        self._sentences.append(f"{saved.change} {thing} {words}")
        detail = {"before": saved.before, "after": saved.after}
        self._remember(_ACTIONS[thing, saved.change], subject, detail, chain=chain)

    def _remember(
        self,
        action: Action,
        subject: str,
        detail: Mapping[str, object] | None = None,
        *,
        chain: str = audit.SYSTEM_CHAIN,
    ) -> None:
        event = Event(
            chain=chain,
            at=self._now,
            actor=self._actor,
            action=action,
            subject=subject,
            detail=audit.canonical(detail or {}),
        )
        self._events.append(event)


_ACTIONS: Mapping[tuple[str, Change], Action] = {
    ("agreement", Change.ADDED): Action.AGREEMENT_ADD,
    ("agreement", Change.CHANGED): Action.AGREEMENT_CHANGE,
    ("grant", Change.ADDED): Action.GRANT_GIVE,
    ("grant", Change.CHANGED): Action.GRANT_CHANGE,
    ("operator", Change.ADDED): Action.OPERATOR_ADD,
    ("operator", Change.CHANGED): Action.OPERATOR_CHANGE,
    ("organisation", Change.ADDED): Action.ORGANISATION_ADD,
    ("organisation", Change.CHANGED): Action.ORGANISATION_CHANGE,
    ("permission", Change.ADDED): Action.PERMISSION_ADD,
    ("permission", Change.CHANGED): Action.PERMISSION_CHANGE,
    ("person", Change.ADDED): Action.PERSON_ADD,
    ("person", Change.CHANGED): Action.PERSON_CHANGE,
    ("service", Change.ADDED): Action.SERVICE_ADD,
    ("service", Change.CHANGED): Action.SERVICE_CHANGE,
}


def _with_more(saved: Saved, name: str, new: tuple[str, ...]) -> Saved:
    """Count new rows that belong to a row as a change of that row."""
    if not new:
        return saved
    change = Change.ADDED if saved.change is Change.ADDED else Change.CHANGED
    after = {**saved.after, name: list(new)}
    return Saved(id=saved.id, change=change, before=saved.before, after=after)


def _with_value(saved: Saved, name: str, value: object) -> Saved:
    after = {**saved.after, name: value}
    return Saved(id=saved.id, change=saved.change, before=saved.before, after=after)


def _without_values(saved: Saved) -> Saved:
    """Keep only the names of columns: no personal data in the audit trail."""
    return Saved(
        id=saved.id, change=saved.change, after={"columns": sorted(saved.after)}
    )
