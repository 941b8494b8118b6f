"""What does the permission store answer, how quickly, and is that quick enough?"""

from collections.abc import Iterator, Sequence
from random import Random
from time import perf_counter
from typing import Final

from authz.administration.models import Actor, ActorKind, UserQuery
from authz.administration.service import AdministrationService
from authz.database import holding
from authz.service import AuthzService
from benchmarks.administration import population as invented
from benchmarks.administration.population import (
    LARGEST_ID,
    MOMENT,
    SERVICE_COUNT,
    SMALL_ID,
    Population,
)
from benchmarks.administration.questions import questions
from benchmarks.administration.samples import Samples, shuffled, timed
from benchmarks.administration.store import Store
from benchmarks.table import Row

DECISION_LIMIT_MS: Final = 2
PAGE_LIMIT_MS: Final = 100
BULK_LIMIT_S: Final = 2
APART_LIMIT: Final = 3
BULK: Final = 5000
_WARM_UP: Final = 50


def decision_rows(store: Store, population: Population, count: int) -> Iterator[Row]:
    """Measure what a login asks: what may this person do at this e-tjänst?"""
    service = AuthzService(store.engine, store.reader)
    random = Random(2)  # noqa: S311  # no secret
    whole, database = [], []
    for _ in range(count + _WARM_UP):
        user = population.user(random.randint(1, population.users))
        entity_id = invented.service_entity_id(random.randint(1, SERVICE_COUNT))
        asked = service.service_for(entity_id)
        with holding(store.reader), store.meter.counting() as cost:
            start = perf_counter()
            service.decide(user.hsa_id, asked, organisation_numbers=(), now=MOMENT)
            whole.append((perf_counter() - start) * 1000)
        database.append(cost.seconds * 1000)
    samples = Samples(tuple(database[_WARM_UP:]))
    yield Row(
        what="claim decision, time in the database (p99)",
        measured=str(samples),
        beside=f"with Python {Samples(tuple(whole[_WARM_UP:]))}",
        compared=samples.percentile(99),
        unit="ms",
        limit=DECISION_LIMIT_MS,
    )


def page_rows(store: Store, population: Population, times: int) -> Iterator[Row]:
    """Measure pages of the list of users of the largest organisation."""
    for kind, queries in questions(population.largest).items():
        samples = _pages(store, LARGEST_ID, shuffled(queries, times=times))
        yield Row(
            what=f"{kind} (p95)",
            measured=str(samples),
            compared=samples.percentile(95),
            unit="ms",
            limit=PAGE_LIMIT_MS,
        )


def apart_rows(store: Store, population: Population, times: int) -> Iterator[Row]:
    """Compare the same page of the largest and of a small organisation."""
    for size, limit in ((invented.FEW, APART_LIMIT), (50, None)):
        queries = [UserQuery(page_size=size)] * (times + _WARM_UP)
        few = _pages(store, SMALL_ID, queries)
        many = _pages(store, LARGEST_ID, queries)
        lines = min(size, population.largest)
        yield Row(
            what=f"first page, {lines} of {population.largest} users",
            measured=str(many),
            beside=f"{invented.FEW} of {invented.FEW} users {few}",
            compared=many.median / few.median,
            limit=limit,
        )


def bulk_rows(store: Store, population: Population, times: int) -> Iterator[Row]:
    """Give a permission to many who do not have it, and take it again."""
    service = AdministrationService(store.engine, store.reader)
    given, taken = [], []
    for permission_id in range(1, 1 + times):
        chosen = _without(population, permission_id)
        actor = administrator(population)
        start = perf_counter()
        service.change_many(
            LARGEST_ID, permission_id, give=chosen, actor=actor, now=MOMENT
        )
        middle = perf_counter()
        service.change_many(
            LARGEST_ID, permission_id, take=chosen, actor=actor, now=MOMENT
        )
        given.append((middle - start) * 1000)
        taken.append((perf_counter() - middle) * 1000)
    for what, times_taken in (("give to", given), ("take from", taken)):
        samples = Samples(tuple(times_taken))
        yield Row(
            what=f"{what} {len(chosen)} users at once (slowest of {times})",
            measured=f"{samples.median / 1000:.2f} s",
            compared=max(samples.values) / 1000,
            unit="s",
            limit=BULK_LIMIT_S,
        )


def administrator(population: Population) -> Actor:
    """Invent who does it: the administrator of the largest organisation."""
    number = population.administrator_of(LARGEST_ID)
    return Actor(kind=ActorKind.ADMINISTRATOR, id=number, name="Admin Öst")


def _without(population: Population, permission_id: int) -> list[int]:
    """Choose users of the largest organisation who do not have a permission."""
    members = population.members_of(LARGEST_ID)
    without = (
        number
        for number in members
        if permission_id not in population.permissions_of(number)
    )
    return [number for number, _ in zip(without, range(BULK), strict=False)]


def _pages(store: Store, organisation_id: int, queries: Sequence[UserQuery]) -> Samples:
    service = AdministrationService(store.engine, store.reader)

    def read(query: UserQuery) -> object:
        with holding(store.reader):
            return service.users(organisation_id, query, now=MOMENT)

    return timed(read, queries, warm_up=min(_WARM_UP, len(queries) // 5))
