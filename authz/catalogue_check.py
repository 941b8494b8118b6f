"""Can what a catalogue file states be true, together with what is in the database?"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from authz.catalogue_entries import (
    AgreementEntry,
    Catalogue,
    OrganisationEntry,
    PersonEntry,
)
from authz.catalogue_store import CatalogueStore
from authz.identifiers import hsa_key
from authz.models import PersonRole
from authz.person_store import PersonStore, Standing

_LINE = re.compile(r"line (\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the database holds already, as far as a catalogue may touch it."""

    services: frozenset[str]
    permissions: frozenset[tuple[str, str]]
    organisations: Mapping[str, int]
    entity_ids: Mapping[str, str]
    standings: Mapping[str, Standing]
    """By the key form of the HSA-id."""


def known_in(
    catalogue: Catalogue, services: CatalogueStore, people: PersonStore
) -> Known:
    """Look up what a catalogue must fit to."""
    keys = [hsa_key(entry.hsa_id) for entry in catalogue.people if entry.hsa_id]
    return Known(
        services=frozenset(services.service_ids()),
        permissions=frozenset(services.permission_ids()),
        organisations=services.organisation_ids(),
        entity_ids=services.owners_of_entity_ids(),
        standings=people.standings(keys),
    )


def problems_of(catalogue: Catalogue, known: Known) -> tuple[str, ...]:
    """Name every mistake and every contradiction, in the order of the file.

    Values that were broken already are empty and are not complained about again.
    """
    found = (*catalogue.problems, *_contradictions(catalogue, known))
    return tuple(sorted(found, key=_line_of))


def _line_of(problem: str) -> int:
    match = _LINE.match(problem)
    return int(match[1]) if match else 0


def _contradictions(catalogue: Catalogue, known: Known) -> Iterator[str]:
    yield from _doublets(catalogue)
    yield from _problems_of_entity_ids(catalogue, known)
    for entry in catalogue.organisations:
        yield from _problems_of_organisation(entry, known)
    organisations = known.organisations.keys() | {
        number for entry in catalogue.organisations for number in entry.numbers
    }
    services = known.services | {entry.code for entry in catalogue.services}
    homes: tuple[AgreementEntry | PersonEntry, ...]
    homes = (*catalogue.agreements, *catalogue.people)
    for home in homes:
        yield from _unknown_organisation(home, organisations)
    for agreement in catalogue.agreements:
        if agreement.service and agreement.service not in services:
            yield f'{agreement.position}: unknown service "{agreement.service}"'
    yield from _problems_of_grants(catalogue, known)
    yield from _problems_of_people(catalogue, known)


def _doublets(catalogue: Catalogue) -> Iterator[str]:
    yield from _repeated("service", ((e.position, e.code) for e in catalogue.services))
    for service in catalogue.services:
        permissions = ((e.position, e.code) for e in service.permissions)
        yield from _repeated("permission", permissions)
    numbers = (
        (e.position, number) for e in catalogue.organisations for number in e.numbers
    )
    yield from _repeated("organisation number", numbers)
    agreements = (
        (e.position, f"{e.organisation}, {e.service}, {e.stated.get('valid_from')}")
        for e in catalogue.agreements
        if e.organisation and e.service
    )
    yield from _repeated("agreement", agreements)
    operators = ((e.position, _key(e.hsa_id)) for e in catalogue.operators)
    yield from _repeated("operator", operators)
    for user in catalogue.people:
        grants = (
            (user.position, f"{g.service}:{g.permission}" * bool(g.permission))
            for g in user.grants
        )
        yield from _repeated("permission", grants)


def _repeated(thing: str, keys: Iterable[tuple[str, str]]) -> Iterator[str]:
    seen: Counter[str] = Counter()
    for position, key in keys:
        seen[key] += 1
        if key and seen[key] > 1:
            yield f"{position}: {thing} {key} is there twice"


def _key(hsa_id: str) -> str:
    return hsa_key(hsa_id) if hsa_id else ""


def _problems_of_entity_ids(catalogue: Catalogue, known: Known) -> Iterator[str]:
    owners = dict(known.entity_ids)
    for service in catalogue.services:
        for entity_id in service.entity_ids:
            owner = owners.setdefault(entity_id, service.code)
            if service.code and owner != service.code:
                yield f'{service.position}: {entity_id} belongs to service "{owner}"'


def _problems_of_organisation(entry: OrganisationEntry, known: Known) -> Iterator[str]:
    owners = {known.organisations.get(number) for number in entry.numbers} - {None}
    if len(owners) > 1:
        numbers = ", ".join(entry.numbers)
        yield f"{entry.position}: {numbers} belong to different organisations"


def _unknown_organisation(
    entry: AgreementEntry | PersonEntry, organisations: Iterable[str]
) -> Iterator[str]:
    if entry.organisation and entry.organisation not in organisations:
        yield f"{entry.position}: unknown organisation {entry.organisation}"


def _problems_of_grants(catalogue: Catalogue, known: Known) -> Iterator[str]:
    permissions = known.permissions | {
        (service.code, permission.code)
        for service in catalogue.services
        for permission in service.permissions
    }
    for user in catalogue.people:
        for grant in user.grants:
            if (grant.service, grant.permission) not in permissions:
                code = f"{grant.service}:{grant.permission}"
                yield f'{user.position}: unknown permission "{code}"'


def _problems_of_people(catalogue: Catalogue, known: Known) -> Iterator[str]:
    seen: dict[str, PersonEntry] = {}
    homes: set[tuple[str, str]] = set()
    for entry in catalogue.people:
        key = _key(entry.hsa_id)
        if not key:
            continue
        first = seen.setdefault(key, entry)
        if (key, entry.organisation) in homes and first.role is entry.role:
            yield f"{entry.position}: {entry.hsa_id} is there twice"
        elif first is not entry:
            yield from _problems_of_second(entry, first)
        homes.add((key, entry.organisation))
        yield from _problems_with_standing(entry, known.standings.get(key), known)


def _problems_of_second(entry: PersonEntry, first: PersonEntry) -> Iterator[str]:
    where = f"({first.position})"
    if entry.role is not first.role:
        yield f"{entry.position}: {entry.hsa_id} is also listed as {first.role} {where}"
    elif entry.role is PersonRole.USER and entry.organisation != first.organisation:
        yield f"{entry.position}: {entry.hsa_id} has another organisation too {where}"
    elif entry.stated != first.stated:
        yield f"{entry.position}: {entry.hsa_id} is described differently {where}"


def _problems_with_standing(
    entry: PersonEntry, standing: Standing | None, known: Known
) -> Iterator[str]:
    if standing is None:
        return
    if standing.role is not entry.role:
        already = f"is already registered as {standing.role}"
        yield f"{entry.position}: {entry.hsa_id} {already}"
    elif entry.role is PersonRole.USER:
        home = known.organisations.get(entry.organisation)
        if standing.organisation_ids - {home}:
            yield f"{entry.position}: {entry.hsa_id} belongs to another organisation"
