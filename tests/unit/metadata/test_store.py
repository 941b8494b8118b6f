from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from threading import Barrier

import pytest
from sqlalchemy import Connection, Engine, create_engine, event

from metadata.entities import Role
from metadata.errors import (
    MetadataUnavailableError,
    OvertakenError,
    SourceRefusedError,
    UnknownSourceError,
)
from metadata.mdq_store import MdqStore
from metadata.records import Change, EntityRecord, Loaded, SourceNote
from metadata.sources import Kind, PinnedFile, SignedBy, Source, Validators
from metadata.store import EntityStore
from tests.support.clock import NOW
from tests.support.keys import rsa_key

SOURCE = Source(name="a", location="a.xml", trust=PinnedFile("0" * 64))
END = NOW + timedelta(days=3, microseconds=7)
BAD = SourceNote(name="a", at=NOW, next_check_at=NOW, problem="bad-signature: no")


def record(
    entity_id: str, content: str = "x", roles: Iterable[Role] = (Role.IDP,)
) -> EntityRecord:
    xml = content.encode()
    return EntityRecord(
        entity_id=entity_id,
        roles=frozenset(roles),
        xml=xml,
        sha256=sha256(xml).hexdigest(),
        valid_until=END,
        display_name="Ärlig",
    )


def loaded(*records: EntityRecord, source: Source = SOURCE) -> Loaded:
    return Loaded(
        source=source, records=records, at=NOW, valid_until=END, warnings=("odd",)
    )


def change(
    added: int = 0, changed: int = 0, removed: int = 0, unchanged: int = 0
) -> Change:
    return Change(added=added, changed=changed, removed=removed, unchanged=unchanged)


@pytest.fixture
def statements(engine: Engine) -> list[str]:
    """Every statement on an entity's row, as it is sent."""
    sent: list[str] = []

    @event.listens_for(engine, "before_cursor_execute")
    def note(*arguments: object) -> None:
        sent.append(str(arguments[2]))

    return sent


def test_an_entity_comes_back_as_it_was(store: EntityStore) -> None:
    kept = record("urn:ä", "<å/>", [Role.IDP, Role.SP])
    store.add(loaded(kept))
    assert store.find("urn:ä", Role.IDP) == kept
    assert store.find("urn:ä", Role.SP) == kept
    assert store.find("urn:ä", Role.AA) is None


@pytest.mark.parametrize("other", ["urn:A", "urn:a ", "urn:", "urn:å", ""])
def test_entity_ids_are_compared_byte_for_byte(store: EntityStore, other: str) -> None:
    store.add(loaded(record("urn:a")))
    assert store.find("urn:a", Role.IDP)
    assert store.find(other, Role.IDP) is None


def test_a_source_comes_back_as_it_was(store: EntityStore) -> None:
    signed = Source(
        name="b",
        location="b.xml",
        trust=SignedBy((rsa_key("1").public, rsa_key("2").public)),
        roles=frozenset({Role.SP}),
        max_validity=timedelta(days=14),
    )
    store.add(loaded(record("urn:a")))
    store.add(loaded(record("urn:b"), record("urn:c"), source=signed))
    first, second = store.states()
    assert first.source == replace(SOURCE, position=1)
    assert second.source == replace(signed, position=2)
    assert (second.loaded_at, second.valid_until) == (NOW, END)
    assert (second.warnings, second.problem) == (("odd",), None)
    assert (first.entity_count, second.entity_count) == (1, 2)


def test_the_order_of_sources_decides(store: EntityStore) -> None:
    second = replace(SOURCE, name="b")
    store.add(loaded(record("urn:a", "first")))
    store.add(loaded(record("urn:a", "second", [Role.IDP, Role.SP]), source=second))
    found = store.find("urn:a", Role.IDP)
    assert found is not None
    assert found.xml == b"first"
    as_sp = store.find("urn:a", Role.SP)
    assert as_sp is not None
    assert as_sp.xml == b"second"
    both = frozenset({Role.IDP, Role.SP})
    first = ("urn:a", "a", frozenset({Role.IDP}), True)
    assert list(store.elsewhere("b")) == [first]
    assert list(store.elsewhere("c")) == [first, ("urn:a", "b", both, True)]
    assert list(store.elsewhere("a")) == [("urn:a", "b", both, False)]
    store.remove("a")
    left = store.find("urn:a", Role.IDP)
    assert left is not None
    assert left.xml == b"second"


def test_a_swap_writes_only_what_changed(
    store: EntityStore, statements: list[str]
) -> None:
    assert store.add(loaded(record("urn:a"), record("urn:b"), record("urn:c"))) == (
        change(added=3)
    )
    del statements[:]
    new = loaded(record("urn:a"), record("urn:b", "new"), record("urn:d"))
    assert store.replace(new) == change(added=1, changed=1, removed=1, unchanged=1)
    assert store.find("urn:c", Role.IDP) is None
    changed = store.find("urn:b", Role.IDP)
    assert changed is not None
    assert changed.xml == b"new"
    del statements[:]
    assert store.replace(new) == change(unchanged=3)
    written = [one for one in statements if not one.startswith("SELECT")]
    assert not [one for one in written if "metadata_entities" in one]


def test_an_end_or_a_role_that_changed_is_written(store: EntityStore) -> None:
    store.add(loaded(record("urn:a"), record("urn:b")))
    longer = replace(record("urn:a"), valid_until=END + timedelta(microseconds=1))
    other = replace(record("urn:b"), roles=frozenset({Role.SP}))
    endless = replace(loaded(longer, other), valid_until=None)
    assert store.replace(endless) == change(changed=2)
    assert store.find("urn:a", Role.IDP) == longer
    assert store.find("urn:b", Role.SP) == other


def test_the_version_grows_with_every_change_and_only_then(store: EntityStore) -> None:
    versions = [store.version()]
    store.add(loaded(record("urn:a")))
    versions.append(store.version())
    store.replace(loaded(record("urn:a", "new")))
    versions.append(store.version())
    store.remove("a")
    versions.append(store.version())
    assert versions == sorted(set(versions))
    store.add(loaded(record("urn:a")))
    before = store.version()
    store.replace(loaded(record("urn:a")))
    assert store.version() == before


def test_a_swap_that_fails_half_way_changes_nothing(store: EntityStore) -> None:
    store.add(loaded(record("urn:a")))
    before = store.version()

    def broken() -> Iterator[EntityRecord]:
        for number in range(1200):
            yield record(f"urn:{number}")
        raise InterruptedError

    with pytest.raises(InterruptedError):
        store.replace(replace(loaded(), records=broken()))
    assert store.find("urn:a", Role.IDP)
    assert store.find("urn:1", Role.IDP) is None
    assert store.version() == before


def test_a_large_swap_goes_in_batches(store: EntityStore) -> None:
    many = [record(f"urn:{number}") for number in range(1200)]
    assert store.add(loaded(*many)) == change(added=1200)
    assert len(store.seen("a").marks) == 1200
    assert store.replace(loaded(many[0])) == change(removed=1199, unchanged=1)


def test_readers_see_the_old_version_or_the_new_one(store: EntityStore) -> None:
    names = [f"urn:{number}" for number in range(40)]
    contents = [str(number) for number in range(10)]
    store.add(loaded(*(record(name, contents[0]) for name in names)))

    def write() -> None:
        for content in contents[1:]:
            store.replace(loaded(*(record(name, content) for name in names)))

    with ThreadPoolExecutor() as pool:
        writers = [pool.submit(write) for _ in range(2)]
        while not all(writer.done() for writer in writers):
            first, last = (store.records_of(name) for name in (names[0], names[-1]))
            assert len(first) == len(last) == 1
        for writer in writers:
            writer.result()
    assert {store.records_of(name)[0][1].xml for name in names} == {b"9"}


def test_sources_added_at_the_same_moment_stand_in_one_order(
    store: EntityStore,
) -> None:
    names = [f"s{number}" for number in range(8)]
    start = Barrier(len(names))

    def add(name: str) -> None:
        start.wait()
        store.add(loaded(record(f"urn:{name}"), source=replace(SOURCE, name=name)))

    with ThreadPoolExecutor(len(names)) as pool:
        list(pool.map(add, names))
    states = store.states()
    assert [state.source.position for state in states] == list(range(1, 9))
    assert sorted(state.source.name for state in states) == names
    assert store.version() == 8


def test_a_name_is_used_once(store: EntityStore) -> None:
    store.add(loaded(record("urn:a")))
    with pytest.raises(SourceRefusedError, match="already"):
        store.add(loaded(record("urn:b")))
    assert store.find("urn:b", Role.IDP) is None


def test_a_problem_is_kept_until_a_version_is_taken(store: EntityStore) -> None:
    store.add(loaded(record("urn:a")))
    store.note(BAD, over=store.state("a"))
    assert store.state("a").problem == BAD.problem
    store.replace(loaded(record("urn:a")))
    assert store.state("a").problem is None


@pytest.mark.parametrize("problem", [BAD.problem, None])
def test_a_look_that_was_overtaken_leaves_no_note(
    store: EntityStore, problem: str | None
) -> None:
    store.add(loaded(record("urn:a")))
    seen = store.state("a")
    newer = NOW + timedelta(minutes=1)
    store.replace(replace(loaded(record("urn:a")), at=newer))
    after = store.state("a")
    with pytest.raises(OvertakenError):
        store.note(replace(BAD, problem=problem), over=seen)
    assert store.state("a") == after
    assert store.note(replace(BAD, problem="x"), over=after)


def test_what_else_is_written_stands_or_falls_with_the_change(
    store: EntityStore,
) -> None:
    def fail(_connection: Connection) -> None:
        raise SourceRefusedError("no")

    with pytest.raises(SourceRefusedError):
        store.add(loaded(record("urn:a")), also=fail)
    assert store.states() == ()
    store.add(loaded(record("urn:a")))
    with pytest.raises(SourceRefusedError):
        store.replace(loaded(record("urn:b")), also=fail)
    with pytest.raises(SourceRefusedError):
        store.remove("a", also=fail)
    assert store.find("urn:a", Role.IDP) is not None


def test_what_is_not_there_is_said_so(store: EntityStore) -> None:
    with pytest.raises(UnknownSourceError):
        store.state("a")
    with pytest.raises(UnknownSourceError):
        store.replace(loaded(record("urn:a")))
    with pytest.raises(UnknownSourceError):
        store.remove("a")
    assert store.version() == 0
    assert store.states() == ()


def test_removing_a_source_removes_its_entities(store: EntityStore) -> None:
    store.add(loaded(record("urn:a")))
    store.remove("a")
    assert store.find("urn:a", Role.IDP) is None
    assert store.states() == ()


def test_a_database_that_does_not_answer_is_an_error() -> None:
    engine = create_engine("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    store = EntityStore(engine)
    for ask in (
        store.version,
        store.states,
        lambda: store.find("urn:a", Role.IDP),
        lambda: store.add(loaded(record("urn:a"))),
    ):
        with pytest.raises(MetadataUnavailableError) as caught:
            ask()
        assert caught.value.code == "store-unavailable"


def test_a_database_without_our_tables_is_an_error(engine: Engine) -> None:
    with pytest.raises(MetadataUnavailableError):
        EntityStore(engine).find("urn:a", Role.IDP)


def test_what_stays_must_still_be_as_it_was(store: EntityStore) -> None:
    store.add(loaded(record("urn:a"), record("urn:b")))
    kept = store.seen("a").marks
    same = replace(loaded(), kept=kept)
    assert store.replace(same) == change(unchanged=2)
    store.replace(loaded(record("urn:a", "new"), record("urn:b")))
    with pytest.raises(SourceRefusedError, match="meanwhile"):
        store.replace(same)
    changed = store.find("urn:a", Role.IDP)
    assert changed is not None
    assert changed.xml == b"new"


def test_what_was_seen_before_is_not_read_again_while_others_wait(
    store: EntityStore, statements: list[str]
) -> None:
    store.add(loaded(record("urn:a"), record("urn:b"), record("urn:c")))
    seen = store.seen("a")
    version = replace(loaded(record("urn:a", "new"), record("urn:d")), seen=seen)
    version = replace(version, kept={"urn:b": seen.marks["urn:b"]})
    statements.clear()
    assert store.replace(version) == change(1, 1, 1, 1)
    assert not [each for each in statements if _reads_digests(each)]
    assert set(store.seen("a").marks) == {"urn:a", "urn:b", "urn:d"}


def _reads_digests(statement: str) -> bool:
    read, _, where = statement.partition("WHERE")
    return "sha256" in read and "SELECT" in read and "entity_id IN" not in where


def test_what_has_changed_since_it_was_seen_is_read_again(
    store: EntityStore, statements: list[str]
) -> None:
    store.add(loaded(record("urn:a")))
    seen = store.seen("a")
    store.replace(loaded(record("urn:a"), record("urn:b")))
    statements.clear()
    assert store.replace(replace(loaded(record("urn:a")), seen=seen)) == change(
        removed=1, unchanged=1
    )
    assert [each for each in statements if _reads_digests(each)]
    assert set(store.seen("a").marks) == {"urn:a"}


def test_entities_of_a_server_that_came_since_are_gone_with_it(
    store: EntityStore, engine: Engine
) -> None:
    server = Source(
        name="a",
        kind=Kind.MDQ,
        location="https://mdq.example.se/",
        trust=SignedBy((rsa_key("1").public,)),
    )
    store.add(loaded(source=server))
    kept_by, answers = store.state("a").source, MdqStore(engine)
    assert answers.keep(kept_by, record("urn:early"), Validators())
    seen = store.seen("a")
    assert answers.keep(kept_by, record("urn:late"), Validators())
    assert store.replace(replace(loaded(record("urn:a")), seen=seen)) == change(
        added=1, removed=2
    )
    assert set(store.seen("a").marks) == {"urn:a"}
