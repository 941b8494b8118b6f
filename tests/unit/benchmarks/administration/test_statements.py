"""Does the work stay the same, however many users there are?

Nothing is timed: statements are counted, and the database is asked for its plans.
"""

from collections.abc import Callable
from itertools import chain
from typing import Any

import pytest

from authz.administration import line_search
from authz.administration.models import SortColumn, UserQuery
from authz.administration.service import AdministrationService
from authz.service import AuthzService
from benchmarks.administration.measuring import administrator
from benchmarks.administration.meter import Count, Statement
from benchmarks.administration.population import (
    LARGEST_ID,
    MOMENT,
    SMALL_ID,
    service_entity_id,
)
from benchmarks.administration.questions import questions
from benchmarks.administration.store import Store
from tests.support.filled_store import PEOPLE

DECISION_STATEMENTS = 2
PAGE_STATEMENTS = 7
LARGE_TABLES = ("grants", "memberships", "people", "user_lines")
QUERIES = [*chain.from_iterable(questions(PEOPLE.largest, page_size=20).values())]


@pytest.fixture
def administration(store: Store) -> AdministrationService:
    """What has ended by itself was written down already, as on most days."""
    service = AdministrationService(store.engine, store.reader)
    for organisation in (LARGEST_ID, SMALL_ID):
        service.users(organisation, UserQuery(), now=MOMENT)
    return service


def counted(store: Store, work: Callable[[], object]) -> Count:
    with store.meter.counting() as count:
        work()
    return count


def looked(
    store: Store,
    administration: AdministrationService,
    query: UserQuery,
    organisation_id: int = LARGEST_ID,
) -> Count:
    return counted(
        store, lambda: administration.users(organisation_id, query, now=MOMENT)
    )


def decided(store: Store, number: int) -> Count:
    authz = AuthzService(store.engine, store.reader)
    service = authz.service_for(service_entity_id(3))
    hsa_id = PEOPLE.user(number).hsa_id
    return counted(
        store,
        lambda: authz.decide(hsa_id, service, organisation_numbers=(), now=MOMENT),
    )


def texts(count: Count) -> str:
    return "\n".join(" ".join(each.text.split()) for each in count.statements)


def test_the_meter_sees_statements_of_both_ways_to_ask(
    store: Store, administration: AdministrationService
) -> None:
    count = decided(store, 7)
    assert len(count.statements) == DECISION_STATEMENTS, texts(count)
    assert count.seconds > 0
    page = counted(
        store, lambda: administration.users(SMALL_ID, UserQuery(), now=MOMENT)
    )
    assert page.statements
    assert "user_lines" in texts(page)


@pytest.mark.parametrize("organisation", [SMALL_ID, LARGEST_ID])
def test_a_page_costs_few_statements_in_any_organisation(
    store: Store, administration: AdministrationService, organisation: int
) -> None:
    for query in QUERIES:
        count = looked(store, administration, query, organisation)
        assert len(count.statements) <= PAGE_STATEMENTS, texts(count)


def test_a_page_of_many_costs_one_more_for_each_number_of_services_on_it(
    store: Store, administration: AdministrationService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line_search, "MANY", 0)
    for query in QUERIES:
        count = looked(store, administration, query)
        lines = administration.users(LARGEST_ID, query, now=MOMENT).lines
        is_turned = query.sort is SortColumn.SERVICES and query.descending
        groups = len({len(each.services) for each in lines}) if is_turned else 0
        assert len(count.statements) <= PAGE_STATEMENTS + 1 + groups, texts(count)


def test_a_page_behind_the_last_one_costs_two_more_looks_at_most(
    store: Store, administration: AdministrationService
) -> None:
    query = UserQuery(search="andersson", page=10**6, page_size=5)
    count = looked(store, administration, query)
    assert len(count.statements) <= PAGE_STATEMENTS + 2, texts(count)
    assert administration.users(LARGEST_ID, query, now=MOMENT).lines


def test_giving_to_many_costs_no_statement_per_user(
    store: Store, administration: AdministrationService
) -> None:
    members = PEOPLE.members_of(LARGEST_ID)
    actor = administrator(PEOPLE)
    counts = []
    for chosen in (members[:3], members[3:150]):
        for give, take in ((chosen, []), ([], chosen)):
            with store.meter.counting() as count:
                administration.change_many(
                    LARGEST_ID, 5, give=give, take=take, actor=actor, now=MOMENT
                )
            counts.append(count)
    few, many = counts[:2], counts[2:]
    for one, other in zip(few, many, strict=True):
        assert len(one.statements) == len(other.statements), texts(other)


def plan(store: Store, statement: Statement) -> str:
    """Ask how the database goes about it when no table is small enough to be read."""
    with store.reader.connect() as connection:
        if store.reader.dialect.name == "sqlite":
            how = "EXPLAIN QUERY PLAN "
        else:
            for way in ("seqscan", "bitmapscan"):
                connection.exec_driver_sql(f"SET enable_{way} = off")
            how = "EXPLAIN "
        rows = connection.exec_driver_sql(how + statement.text, statement.parameters)
        return "\n".join(str(row[-1]) for row in rows)


def reads_whole(line: str) -> bool:
    """Say whether a line of a plan reads all of a large table."""
    start = ("Seq Scan on ", "SCAN ")
    return any(f"{word}{table}" in line for word in start for table in LARGE_TABLES)


def test_the_plan_of_reading_a_whole_table_is_known(store: Store) -> None:
    whole = Statement(text="SELECT sum(length(given_by)) FROM grants", parameters=())
    assert any(map(reads_whole, plan(store, whole).splitlines()))


def test_a_claim_decision_finds_everything_by_an_index(store: Store) -> None:
    for statement in decided(store, 7).statements:
        found = plan(store, statement)
        scans = [line for line in found.splitlines() if "Seq Scan" in line]
        assert not scans, found
        assert not any(map(reads_whole, found.splitlines())), found
        assert "index" in found.lower()


def is_about_lines(statement: Statement) -> bool:
    return "FROM user_lines" in " ".join(statement.text.split())


@pytest.mark.parametrize("sort", SortColumn)
@pytest.mark.parametrize("search", ["", "an"])
def test_a_page_reads_no_table_but_the_lines_of_one_organisation(
    store: Store,
    administration: AdministrationService,
    sort: SortColumn,
    search: str,
) -> None:
    query = UserQuery(search=search, sort=sort, page_size=5)
    count = looked(store, administration, query)
    for statement in count.statements:
        found = plan(store, statement)
        assert not any(map(reads_whole, found.splitlines())), found
    assert any(map(is_about_lines, count.statements))


def test_a_search_is_answered_by_one_index_alone(
    store: Store, administration: AdministrationService
) -> None:
    query = UserQuery(search="an", sort=SortColumn.EMAIL)
    count = looked(store, administration, query)
    (search,) = [each for each in count.statements if "MATERIALIZED" in each.text]
    if store.reader.dialect.name == "sqlite":
        assert "COVERING INDEX ix_user_lines_list" in plan(store, search)
    else:
        tidied(store)
        assert "Index Only Scan using ix_user_lines_list" in plan(store, search)


def tidied(store: Store) -> Any:
    with store.reader.connect() as connection:
        return connection.exec_driver_sql("VACUUM (ANALYZE) user_lines")
