"""An operator decides in which order sources stand, and the first one counts."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256
from threading import Barrier

import pytest
from sqlalchemy import Connection

from metadata.entities import Role
from metadata.errors import UnknownSourceError
from metadata.records import EntityRecord, Loaded, Overlap
from metadata.registry import VERSION_CHECK_SECONDS, Registry
from metadata.sources import PinnedFile, Source
from metadata.store import EntityStore
from tests.support.clock import NOW, FrozenClock
from tests.support.keys import rsa_key
from tests.support.metadata_documents import (
    IDP,
    SP,
    endpoint,
    entity,
    idp_role,
    key_descriptor,
    sp,
)

BOTH = frozenset({Role.IDP, Role.SP})


def add(
    store: EntityStore, name: str, *entity_ids: str, roles: frozenset[Role] = BOTH
) -> None:
    """Add a source whose entities say which source they come from."""
    records = tuple(
        record(entity_id, with_key_of(name, entity_id), roles)
        for entity_id in entity_ids
    )
    source = Source(name=name, location=f"{name}.xml", trust=PinnedFile("0" * 64))
    store.add(
        Loaded(source=source, records=records, at=NOW, valid_until=None, warnings=())
    )


def with_key_of(name: str, entity_id: str) -> str:
    address = endpoint("SingleSignOnService", "https://idp.example.se/sso")
    return entity(entity_id, idp_role(key_descriptor(rsa_key(name)) + address))


def record(entity_id: str, xml: str, roles: frozenset[Role]) -> EntityRecord:
    return EntityRecord(
        entity_id=entity_id,
        roles=roles,
        xml=xml.encode(),
        sha256=sha256(xml.encode()).hexdigest(),
        valid_until=None,
        display_name=None,
    )


def order(store: EntityStore) -> list[str]:
    return [state.source.name for state in store.states()]


@pytest.fixture
def three(store: EntityStore) -> EntityStore:
    for name in ("a", "b", "c"):
        add(store, name, IDP)
    return store


@pytest.mark.parametrize(
    ("name", "before", "expected"),
    [
        ("c", "a", ["c", "a", "b"]),
        ("c", "b", ["a", "c", "b"]),
        ("a", None, ["b", "c", "a"]),
        ("a", "c", ["b", "a", "c"]),
        ("b", "b", ["a", "b", "c"]),
        ("b", "c", ["a", "b", "c"]),
        ("c", None, ["a", "b", "c"]),
    ],
)
def test_a_source_is_put_before_another_one_and_the_rest_keeps_its_order(
    three: EntityStore, name: str, before: str | None, expected: list[str]
) -> None:
    version = three.version()
    is_moved = three.move(name, before)
    assert order(three) == expected
    assert is_moved == (expected != ["a", "b", "c"])
    assert three.version() == version + is_moved
    assert [one.source.position for one in three.states()] == [1, 2, 3]


def test_a_new_source_stands_last_also_after_moves(three: EntityStore) -> None:
    three.move("c", "a")
    add(three, "d", IDP)
    assert order(three) == ["c", "a", "b", "d"]


@pytest.mark.parametrize(("name", "before"), [("x", "a"), ("a", "x"), ("x", None)])
def test_only_sources_that_are_there_are_moved(
    three: EntityStore, name: str, before: str | None
) -> None:
    with pytest.raises(UnknownSourceError):
        three.move(name, before)
    assert order(three) == ["a", "b", "c"]


def test_workers_follow_the_order_without_a_restart(
    three: EntityStore, clock: FrozenClock
) -> None:
    seconds = 0.0
    registry = Registry(three, clock, monotonic=lambda: seconds)
    assert registry.idp(IDP).signing_keys == (rsa_key("a").public,)
    three.move("b", "a")
    seconds = VERSION_CHECK_SECONDS
    assert registry.idp(IDP).signing_keys == (rsa_key("b").public,)


def test_what_else_is_written_stands_or_falls_with_the_move(three: EntityStore) -> None:
    def fail(_connection: Connection) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        three.move("c", "a", also=fail)
    assert order(three) == ["a", "b", "c"]
    three.move("b", "c", also=fail)  # nothing moves, so nothing is written


def test_a_new_version_of_a_source_keeps_its_place(three: EntityStore) -> None:
    three.move("c", "a")
    state = three.state("a")
    three.replace(
        Loaded(
            source=replace(state.source, position=0),
            records=(),
            at=NOW,
            valid_until=None,
            warnings=(),
        )
    )
    assert order(three) == ["c", "a", "b"]


def test_moves_at_the_same_moment_leave_one_order(three: EntityStore) -> None:
    start = Barrier(6)

    def move(name: str) -> None:
        start.wait()
        three.move(name, None)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(move, "abcabc"))
    assert sorted(order(three)) == ["a", "b", "c"]
    assert [one.source.position for one in three.states()] == [1, 2, 3]


# --- overlaps -------------------------------------------------------------------------


def test_overlaps_say_who_decides_and_follow_the_order(store: EntityStore) -> None:
    add(store, "a", IDP, "urn:only:a")
    add(store, "b", IDP, "urn:both", "urn:only:b")
    add(store, "c", "urn:both")
    assert store.overlaps() == {
        "a": (Overlap(source="b", decides=False, count=1),),
        "b": (
            Overlap(source="a", decides=True, count=1),
            Overlap(source="c", decides=False, count=1),
        ),
        "c": (Overlap(source="b", decides=True, count=1),),
    }
    store.move("c", "a")
    assert store.overlaps_of("b") == (
        Overlap(source="c", decides=True, count=1, entity_ids=("urn:both",)),
        Overlap(source="a", decides=True, count=1, entity_ids=(IDP,)),
    )
    store.remove("a")
    assert [one.source for one in store.overlaps()["b"]] == ["c"]


def test_sources_with_different_roles_of_an_entity_do_not_overlap(
    store: EntityStore,
) -> None:
    add(store, "idps", IDP, roles=frozenset({Role.IDP}))
    add(store, "sps", IDP, roles=frozenset({Role.SP}))
    assert store.overlaps() == {}
    add(store, "all", IDP, roles=BOTH)
    assert [one.source for one in store.overlaps()["all"]] == ["idps", "sps"]


def test_overlaps_of_many_entities_are_counted_and_the_first_named(
    store: EntityStore,
) -> None:
    many = [f"urn:entity:{number:03}" for number in range(30)]
    add(store, "a", *many)
    add(store, "b", *reversed(many))
    (overlap,) = store.overlaps_of("b")
    assert (overlap.count, overlap.entity_ids) == (30, tuple(many[:20]))


def test_nothing_overlaps_with_itself(store: EntityStore) -> None:
    records = (record(SP, sp(), BOTH), record(IDP, sp(IDP), BOTH))
    source = Source(name="a", location="a.xml", trust=PinnedFile("0" * 64))
    store.add(
        Loaded(source=source, records=records, at=NOW, valid_until=None, warnings=())
    )
    assert store.overlaps() == {}
    assert store.overlaps_of("a") == ()
