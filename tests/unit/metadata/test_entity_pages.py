"""What operators find among many entities, and how they leaf through them."""

from datetime import timedelta

import pytest

from metadata.entities import Role
from metadata.entity_pages import MAX_PAGE_SIZE, EntityPage, EntityQuery
from metadata.records import EntityDetails, EntityRecord, Loaded
from metadata.sources import PinnedFile, Source
from metadata.store import EntityStore
from tests.support.clock import NOW

END = NOW + timedelta(days=3)


def record(number: int, name: str = "") -> EntityRecord:
    return EntityRecord(
        entity_id=f"https://{number:03}.Example.se/50%_\\",
        roles=frozenset({Role.SP if number % 2 else Role.IDP}),
        xml=b"<x/>",
        sha256=f"{number:064}",
        valid_until=None,
        display_name=name or None,
        details=EntityDetails(names={"sv": name} if name else {}),
    )


@pytest.fixture
def full(store: EntityStore) -> EntityStore:
    for source, numbers in (("a", range(120)), ("b", range(118, 130))):
        records = [record(one, "Åbo Ärende" if one == 7 else "") for one in numbers]
        place = Source(name=source, location="x", trust=PinnedFile("0" * 64))
        store.add(
            Loaded(source=place, records=records, at=NOW, valid_until=END, warnings=())
        )
    return store


def found(page: EntityPage) -> list[str]:
    return [one.entity_id[8:11] for one in page.entities]


def test_pages_follow_one_another(full: EntityStore) -> None:
    first = full.page(EntityQuery(page_size=50))
    second = full.page(EntityQuery(page=2, page_size=50))
    assert (first.total, len(first.entities)) == (132, 50)
    assert found(first) == [f"{one:03}" for one in range(50)]
    assert found(second)[0] == "050"
    assert full.page(EntityQuery(page=4, page_size=50)).entities == ()


def test_an_entity_of_two_sources_stands_there_twice_in_their_order(
    full: EntityStore,
) -> None:
    page = full.page(EntityQuery(search="118.EXAMPLE"))
    assert [one.source for one in page.entities] == ["a", "b"]
    assert page.entities[0].valid_until == END


@pytest.mark.parametrize("search", ["åbo ärende", "ÅBO", " bo Är ", "007.example"])
def test_names_are_found_in_any_case(full: EntityStore, search: str) -> None:
    page = full.page(EntityQuery(search=search))
    assert found(page) == ["007"]
    assert page.entities[0].details.names == {"sv": "Åbo Ärende"}


@pytest.mark.parametrize("search", ["50%_\\", "%_\\", "\\"])
def test_signs_of_patterns_are_just_signs(full: EntityStore, search: str) -> None:
    assert full.page(EntityQuery(search=search)).total == 132


@pytest.mark.parametrize("search", ["5%0", "0_7", "5_%", "\\\\", "'", '"; DROP TABLE'])
def test_what_is_not_there_is_not_found(full: EntityStore, search: str) -> None:
    assert full.page(EntityQuery(search=search)).total == 0


def test_source_and_role_narrow_the_list(full: EntityStore) -> None:
    assert full.page(EntityQuery(source="b")).total == 12
    assert full.page(EntityQuery(source="b", role=Role.IDP)).total == 6
    assert full.page(EntityQuery(role=Role.AA)).total == 0
    assert full.page(EntityQuery(source="c")).total == 0


def test_odd_pages_are_made_to_fit(full: EntityStore) -> None:
    assert full.page(EntityQuery(page=0, page_size=0)).page_size == 1
    assert full.page(EntityQuery(page=-5, page_size=10**9)).page_size == MAX_PAGE_SIZE
