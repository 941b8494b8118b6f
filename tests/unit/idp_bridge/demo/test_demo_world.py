"""The demonstration's people are registered as its pages say."""

from datetime import date, timedelta

import pytest

from authz.catalogue_file import read
from authz.identifiers import parse_hsa_id, parse_organisation_number
from idp_bridge.demo import catalogue
from idp_bridge.demo.guide import RECIPES
from idp_bridge.demo.memory import LIFETIME, ROOM, Memory
from idp_bridge.demo.people import ORGANISATIONS, PEOPLE, STOPPED, Person
from idp_bridge.demo.places import Places
from idp_bridge.texts import TEXTS
from tests.support.clock import FrozenClock


def test_the_catalogue_has_no_mistakes() -> None:
    found = read(catalogue.write(Places(8000)), allow_test_ids=False)
    assert found.problems == ()
    assert [service.code for service in found.services] == [
        "statlig-ersattning",
        "landsting",
        "ansvar-ensamkommande",
    ]


@pytest.mark.parametrize("person", PEOPLE.values(), ids=PEOPLE)
def test_everybody_has_an_hsa_id_of_their_organisation(person: Person) -> None:
    assert parse_hsa_id(person.hsa_id, allow_test_ids=False) == person.hsa_id
    assert parse_organisation_number(person.number) in person.hsa_id
    assert person.organisation in ORGANISATIONS.values()


def test_everybody_who_is_stopped_stops_at_an_error_that_has_a_page() -> None:
    assert {person.error for person in STOPPED} <= TEXTS.keys()


def test_the_guide_speaks_of_errors_that_there_are() -> None:
    assert RECIPES.keys() <= TEXTS.keys()
    assert len(RECIPES) >= 20


def test_what_is_remembered_is_forgotten_in_time(clock: FrozenClock) -> None:
    memory: Memory[str] = Memory(clock)
    memory.put("key", "value")
    clock.advance(LIFETIME - timedelta(seconds=1))
    assert memory.get("key") == "value"
    clock.advance(timedelta(seconds=1))
    assert memory.get("key") is None
    assert memory.take("key") is None


def test_what_is_taken_is_gone(clock: FrozenClock) -> None:
    memory: Memory[str] = Memory(clock)
    memory.put("key", "value")
    assert memory.take("key") == "value"
    assert memory.take("key") is None


def test_something_is_new_once(clock: FrozenClock) -> None:
    memory: Memory[bool] = Memory(clock)
    assert memory.add_once("key", value=True)
    assert not memory.add_once("key", value=True)
    clock.advance(LIFETIME)
    assert memory.add_once("key", value=True)


def test_the_oldest_make_room(clock: FrozenClock) -> None:
    memory: Memory[int] = Memory(clock)
    for number in range(ROOM + 1):
        memory.put(str(number), number)
    assert memory.get("0") is None
    assert memory.get(str(ROOM)) == ROOM


def test_what_ends_soon_in_the_demonstration_belongs_to_somebody_in_it() -> None:
    text = catalogue.write(Places(8000))
    ending = read(catalogue.write_ending(date(2026, 12, 13)), allow_test_ids=False)
    assert ending.problems == ()
    [person] = ending.people
    assert person.hsa_id in text
    assert len(person.grants) > 0
    assert all("valid_until" in grant.stated for grant in person.grants)
