"""How does an invented permission store look as rows of the database's tables?"""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from functools import lru_cache
from typing import Final

from authz.models import OrganisationKind, PersonRole, WithoutGrant
from authz.searching import BETWEEN, search_text
from authz.sorting import sort_key
from benchmarks.administration import population as invented
from benchmarks.administration.invented_names import SERVICES
from benchmarks.administration.population import (
    MOMENT,
    PERMISSION_COUNT,
    SERVICE_COUNT,
    Population,
    Row,
    Table,
)

_BEGIN: Final = MOMENT - timedelta(days=1000)
_USER: Final = PersonRole.USER.value
_ADMINISTRATOR: Final = PersonRole.ADMINISTRATOR.value


def tables(population: Population) -> Iterator[Table]:
    """Go through all tables, each after those that it refers to."""
    for name, (columns, rows_of) in _TABLES.items():
        rows = rows_of(population)
        yield Table(name=name, columns=tuple(columns.split()), rows=rows)


def _organisations(population: Population) -> Iterator[Row]:
    for number in population.organisation_ids:
        name = invented.organisation_name(number)
        kind = OrganisationKind(name.split()[1]).value
        yield number, name, kind, population.sizes[number]


def _numbers(population: Population) -> Iterator[Row]:
    for number in population.organisation_ids:
        yield invented.organisation_number(number), number, 0


def _services(_population: Population) -> Iterator[Row]:
    refuse = WithoutGrant.REFUSE.value
    for number, name in enumerate(SERVICES, start=1):
        yield number, f"tjanst-{number}", name, "", "scoped", refuse


def _entity_ids(_population: Population) -> Iterator[Row]:
    for number in range(1, SERVICE_COUNT + 1):
        yield invented.service_entity_id(number), number


def _permissions(_population: Population) -> Iterator[Row]:
    for number in range(1, PERMISSION_COUNT + 1):
        name = invented.permission_name(number)
        yield number, invented.service_of(number), f"behorighet-{number}", name


def _agreements(population: Population) -> Iterator[Row]:
    number = 0
    for organisation in population.organisation_ids:
        for service in range(1, SERVICE_COUNT + 1):
            number += 1
            yield number, organisation, service, _BEGIN


def _people(population: Population) -> Iterator[Row]:
    for user in population.people():
        names = (user.given_name, user.surname, user.email)
        yield user.id, user.hsa_id, user.hsa_id.upper(), _USER, *names
    for organisation in population.organisation_ids:
        number = population.administrator_of(organisation)
        hsa_id = f"SE{invented.organisation_number(organisation)}-ADM{organisation}"
        names = ("Admin", "Öst", f"administrator{organisation}@example.se")
        yield number, hsa_id, hsa_id, _ADMINISTRATOR, *names


def _memberships(population: Population) -> Iterator[Row]:
    for number, home in enumerate(population.homes, start=1):
        yield number, number, _USER, home, _BEGIN
    for organisation in population.organisation_ids:
        number = population.administrator_of(organisation)
        yield number, number, _ADMINISTRATOR, organisation, _BEGIN


def _grants(population: Population) -> Iterator[Row]:
    number = 0
    for user, home in enumerate(population.homes, start=1):
        giver = f"administrator:{population.administrator_of(home)}"
        given_at = _BEGIN + timedelta(days=1 + user % 900)
        for permission in population.permissions_of(user):
            number += 1
            end = population.end_of(user, permission)
            yield number, user, _USER, permission, end, giver, given_at


def _last_logins(population: Population) -> Iterator[Row]:
    """Let two of three users have logged in somewhere, within two years."""
    for user, _ in enumerate(population.homes, start=1):
        services = {
            invented.service_of(permission)
            for permission in population.permissions_of(user)
        }
        for service in sorted(services) if user % 3 else ():
            ago = timedelta(days=(user * 11 + service * 7) % 730)
            yield user, service, (MOMENT - ago).date().isoformat()


def _lines(population: Population) -> Iterator[Row]:
    """Write what :mod:`authz.user_lines` writes for the same people."""
    key = lru_cache(sort_key)
    names_text = lru_cache(lambda *names: search_text(names))
    for user in population.people():
        names = (user.given_name, user.surname)
        texts = (names_text(*names), search_text((user.hsa_id, user.email)))
        permissions = population.permissions_of(user.id)
        ends = [population.end_of(user.id, each) for each in permissions]
        services = {invented.service_of(permission) for permission in permissions}
        yield (
            *(user.id, user.organisation_id, key(names[0]), key(names[1])),
            *(user.hsa_id.upper(), sort_key(user.email), BETWEEN.join(texts)),
            *(_listed(services), _listed(permissions), len(permissions)),
            min((end for end in ends if end is not None), default=None),
        )


def _listed(numbers: Iterable[int]) -> str:
    return "|" + "".join(f"{number}|" for number in sorted(numbers))


_LINE: Final = (
    "membership_id organisation_id given_key surname_key hsa_key email_key"
    " search_text held_services held_permissions held_count ends_next"
)
_TABLES: Final[dict[str, tuple[str, Callable[[Population], Iterator[Row]]]]] = {
    "organisations": ("id name kind user_count", _organisations),
    "organisation_numbers": ("number organisation_id position", _numbers),
    "services": ("id code name description claim_format without_grant", _services),
    "service_entity_ids": ("entity_id service_id", _entity_ids),
    "permissions": ("id service_id code name", _permissions),
    "agreements": ("id organisation_id service_id valid_from", _agreements),
    "people": ("id hsa_id hsa_key role given_name surname email", _people),
    "memberships": (
        "id person_id person_role organisation_id started_at",
        _memberships,
    ),
    "grants": (
        "id membership_id person_role permission_id valid_until given_by given_at",
        _grants,
    ),
    "user_lines": (_LINE, _lines),
    "last_logins": ("membership_id service_id day", _last_logins),
}
"""Columns and rows by the name of the table."""
