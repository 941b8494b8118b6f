"""When is an MDQ server asked, and what holds until it is asked again?"""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select

from metadata import mdq_store
from metadata.entities import Role
from metadata.errors import (
    MetadataExpiredError,
    MetadataUnavailableError,
    UnknownEntityError,
)
from metadata.mdq_asking import ABSENT_FOR, RETRY_AFTER, SLOW_SECONDS
from metadata.mdq_documents import DEFAULT_FRESHNESS
from metadata.records import EntityRecord
from metadata.registry import VERSION_CHECK_SECONDS
from metadata.tables import absent
from tests.support.clock import NOW
from tests.support.keys import rsa_key
from tests.support.mdq import DAY, MdqWorld, answer, loaded, pinned
from tests.support.metadata_documents import (
    IDP,
    endpoint,
    entity,
    idp_role,
    key_descriptor,
    signed,
)
from tests.support.misbehaving_server import Talk

INSTANT = timedelta(microseconds=1)


def broken(talk: Talk) -> None:
    talk.answer(b"sorry", status="500 Internal Server Error")


def not_found(talk: Talk) -> None:
    talk.answer(status="404 Not Found")


def silent(talk: Talk) -> None:
    talk.wait()


def record(xml: str, role: Role = Role.IDP) -> EntityRecord:
    return EntityRecord(
        entity_id=IDP,
        roles=frozenset({role}),
        xml=xml.encode(),
        sha256=str(hash(xml)),
        valid_until=None,
        display_name=None,
    )


def with_key(name: str) -> str:
    body = key_descriptor(rsa_key(name)) + endpoint(
        "SingleSignOnService", "https://idp.example.se/sso"
    )
    return entity(IDP, idp_role(body), valid_until=NOW + DAY)


def absences(engine: Engine) -> int:
    with engine.connect() as connection:
        count = connection.execute(select(func.count()).select_from(absent)).scalar()
    return count or 0


def test_an_answer_serves_all_processes_until_it_must_be_refreshed(
    world: MdqWorld,
) -> None:
    world.answers(answer())
    world.registry.idp(IDP)
    world.clock.now = NOW + DEFAULT_FRESHNESS - INSTANT
    assert world.registry.idp(IDP) is world.registry.idp(IDP)
    world.another_process().idp(IDP)
    assert world.asked == 1
    world.clock.now = NOW + DEFAULT_FRESHNESS
    world.answers(signed(with_key("new"), rsa_key("signer")))
    assert world.registry.idp(IDP).signing_keys == (rsa_key("new").public,)
    assert world.asked == 2


def test_what_has_not_changed_is_not_sent_again(world: MdqWorld) -> None:
    def conditional(talk: Talk) -> None:
        if talk.asked.headers.get("if-none-match") == '"1"':
            talk.answer(status="304 Not Modified")
        else:
            talk.answer(answer(), etag='"1"')

    world.answers(conditional)
    first = world.registry.idp(IDP)
    world.clock.now = NOW + DEFAULT_FRESHNESS
    assert world.another_process().idp(IDP) == first
    assert world.registry.idp(IDP) is first
    assert world.asked == 2
    world.clock.now = NOW + DEFAULT_FRESHNESS * 2
    world.registry.idp(IDP)
    assert world.asked == 3


def test_an_absence_is_believed_for_a_while_by_all_processes(world: MdqWorld) -> None:
    for process in (world.registry, world.registry, world.another_process()):
        with pytest.raises(UnknownEntityError):
            process.idp(IDP)
    assert world.asked == 1
    assert world.problem() is None
    world.answers(answer())
    world.clock.now = NOW + ABSENT_FOR - INSTANT
    with pytest.raises(UnknownEntityError):
        world.registry.idp(IDP)
    world.clock.now = NOW + ABSENT_FOR
    assert world.registry.idp(IDP).entity_id == IDP


def test_a_withdrawn_entity_is_not_used_any_more(world: MdqWorld) -> None:
    world.answers(answer())
    world.registry.idp(IDP)
    world.answers(not_found)
    world.clock.now = NOW + DEFAULT_FRESHNESS
    with pytest.raises(UnknownEntityError):
        world.registry.idp(IDP)
    with pytest.raises(UnknownEntityError):
        world.another_process().idp(IDP)


def test_a_copy_serves_until_its_end_while_the_server_fails(world: MdqWorld) -> None:
    world.answers(answer())
    world.registry.idp(IDP)
    world.answers(broken)
    world.clock.now = NOW + DEFAULT_FRESHNESS
    for _ in range(3):
        assert world.registry.idp(IDP).entity_id == IDP
    assert world.asked == 2
    assert "500" in (world.problem() or "")
    world.clock.now = NOW + DEFAULT_FRESHNESS + RETRY_AFTER
    world.registry.idp(IDP)
    assert world.asked == 3
    world.clock.now = NOW + DAY - INSTANT
    assert world.registry.idp(IDP).entity_id == IDP
    world.clock.now = NOW + DAY
    with pytest.raises(MetadataExpiredError):
        world.registry.idp(IDP)


def test_a_copy_serves_while_the_server_sends_what_cannot_be_believed(
    world: MdqWorld,
) -> None:
    world.answers(answer())
    first = world.registry.idp(IDP)
    world.answers(signed(with_key("evil"), rsa_key("another signer")))
    world.clock.now = NOW + DEFAULT_FRESHNESS
    assert world.registry.idp(IDP) == first


def test_a_server_that_makes_people_wait_is_left_alone_by_everybody(
    world: MdqWorld,
) -> None:
    world.answers(silent)
    with pytest.raises(MetadataUnavailableError):
        world.registry.idp(IDP)
    assert SLOW_SECONDS < 2
    for name in ("urn:1", "urn:2"):
        with pytest.raises(MetadataUnavailableError):
            world.another_process().idp(name)
    assert world.asked == 1
    world.clock.now = NOW + RETRY_AFTER
    with pytest.raises(UnknownEntityError):
        world.registry.idp("urn:1")
    assert world.asked == 2


def test_a_question_that_fails_fast_stops_no_other_question(world: MdqWorld) -> None:
    world.answers(broken)
    world.answers(answer("urn:other"), "urn:other")
    for _ in range(2):
        with pytest.raises(MetadataUnavailableError):
            world.registry.idp(IDP)
    assert world.asked == 1
    assert world.registry.idp("urn:other").entity_id == "urn:other"
    assert world.asked == 2


def test_a_source_before_the_server_decides_and_nobody_is_asked(
    world: MdqWorld,
) -> None:
    world.store.remove("mdq")
    world.store.add(loaded(pinned("file"), record(with_key("file"))))
    world.add_source("later")
    world.answers(answer())
    assert world.registry.idp(IDP).signing_keys == (rsa_key("file").public,)
    assert world.asked == 0


def test_a_server_before_a_source_decides(world: MdqWorld) -> None:
    world.store.add(loaded(pinned("file"), record(with_key("file"))))
    world.answers(answer())
    assert world.registry.idp(IDP).signing_keys == (rsa_key("idp").public,)


def test_a_source_after_the_server_serves_when_it_has_no_answer(
    world: MdqWorld,
) -> None:
    world.store.add(loaded(pinned("file"), record(with_key("file"))))
    assert world.registry.idp(IDP).signing_keys == (rsa_key("file").public,)
    world.answers(broken)
    world.clock.now = NOW + ABSENT_FOR
    assert world.registry.idp(IDP).signing_keys == (rsa_key("file").public,)
    assert world.asked == 2
    world.answers(answer())
    world.clock.now = NOW + ABSENT_FOR + RETRY_AFTER
    assert world.registry.idp(IDP).signing_keys == (rsa_key("idp").public,)


def test_a_source_before_the_server_that_lacks_the_role_does_not_decide(
    world: MdqWorld,
) -> None:
    world.store.remove("mdq")
    world.store.add(loaded(pinned("file"), record(with_key("file"), Role.SP)))
    world.add_source("later")
    world.answers(answer())
    assert world.registry.idp(IDP).signing_keys == (rsa_key("idp").public,)


def test_a_new_answer_makes_nobody_read_other_entities_again(world: MdqWorld) -> None:
    world.answers(answer())
    world.answers(answer("urn:other"), "urn:other")
    version = world.store.version()
    first = world.registry.idp(IDP)
    world.registry.idp("urn:other")
    world.monotonic += VERSION_CHECK_SECONDS
    assert world.registry.idp(IDP) is first
    assert world.store.version() == version


def test_a_source_that_is_removed_takes_its_entities_with_it(world: MdqWorld) -> None:
    world.answers(answer())
    world.registry.idp(IDP)
    world.store.remove("mdq")
    world.monotonic += VERSION_CHECK_SECONDS
    with pytest.raises(UnknownEntityError):
        world.registry.idp(IDP)


def test_a_server_that_is_added_later_is_asked(world: MdqWorld) -> None:
    world.store.remove("mdq")
    with pytest.raises(UnknownEntityError):
        world.registry.idp(IDP)
    world.answers(answer())
    world.add_source("mdq")
    world.monotonic += VERSION_CHECK_SECONDS
    assert world.registry.idp(IDP).entity_id == IDP


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "a b", "a\nb", "a\x00b", "{sha1}" + "0" * 40, "x" * 1025],
)
def test_nobody_is_asked_for_what_is_no_entity_id(world: MdqWorld, name: str) -> None:
    with pytest.raises(UnknownEntityError):
        world.registry.sp(name)
    assert world.asked == 0
    with pytest.raises(UnknownEntityError):
        world.registry.sp("x" * 1024)
    assert world.asked == 1


def test_strangers_make_us_ask_only_so_often(world: MdqWorld) -> None:
    world.answers(answer())
    world.registry.idp(IDP)
    for number in range(19):
        with pytest.raises(UnknownEntityError):
            world.registry.sp(f"urn:{number}")
    with pytest.raises(MetadataUnavailableError):
        world.registry.sp("urn:one-too-many")
    assert world.asked == 20
    world.clock.now = NOW + DEFAULT_FRESHNESS
    world.registry.idp(IDP)
    assert world.asked == 21
    world.monotonic += 1
    with pytest.raises(UnknownEntityError):
        world.registry.sp("urn:one-too-many")


def test_absences_are_bounded_and_the_first_to_end_goes_first(
    world: MdqWorld, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mdq_store, "MAX_ABSENT", 2)
    for number in range(4):
        world.clock.advance(timedelta(seconds=1))
        with pytest.raises(UnknownEntityError):
            world.registry.sp(f"urn:{number}")
    assert absences(engine) == 2
    with pytest.raises(UnknownEntityError):
        world.another_process().sp("urn:3")
    assert world.asked == 4
    with pytest.raises(UnknownEntityError):
        world.registry.sp("urn:0")
    assert world.asked == 5


def test_those_who_find_all_places_taken_wait_a_little_and_go(world: MdqWorld) -> None:
    world.answers(answer())
    until = NOW + timedelta(seconds=5)
    slots = [
        world.mdq_store.take_slot(f"{task}-x", task=task, now=NOW, until=until)
        for task in ("a", "b")
    ]
    assert None not in slots
    with pytest.raises(MetadataUnavailableError):
        world.registry.idp(IDP)
    assert world.asked == 0
    assert 0 < sum(world.waited) < 0.5
    world.mdq_store.give_slot_back(slots[0] or "", "b-x")
    world.clock.advance(timedelta(seconds=1))
    with pytest.raises(MetadataUnavailableError):
        world.registry.idp(IDP)
    world.mdq_store.give_slot_back(slots[0] or "", "a-x")
    world.clock.advance(timedelta(seconds=1))
    assert world.registry.idp(IDP).entity_id == IDP


def test_the_place_of_a_process_that_died_is_free_again(world: MdqWorld) -> None:
    until = NOW + timedelta(seconds=5)
    for task in ("a", "b"):
        world.mdq_store.take_slot(f"{task}-x", task=task, now=NOW, until=until)
    world.clock.now = until
    world.answers(answer())
    assert world.registry.idp(IDP).entity_id == IDP


def test_who_waited_while_another_process_asked_uses_its_answer(
    world: MdqWorld,
) -> None:
    world.answers(answer())
    until = NOW + timedelta(seconds=5)
    slots = [
        world.mdq_store.take_slot(f"{task}-x", task=task, now=NOW, until=until) or ""
        for task in ("a", "b")
    ]

    class OtherProcess(list[float]):
        def append(self, seconds: float) -> None:
            del seconds
            world.mdq_store.give_slot_back(slots[0], "a-x")
            other.idp(IDP)

    other = world.another_process()
    world.waited = OtherProcess()
    waiting = world.another_process()
    assert waiting.idp(IDP).entity_id == IDP
    assert world.asked == 1


def test_no_place_stays_taken_after_an_answer_or_a_failure(world: MdqWorld) -> None:
    world.answers(broken)
    world.answers(answer("urn:ok"), "urn:ok")
    for _ in range(4):
        with pytest.raises(MetadataUnavailableError):
            world.another_process().idp(IDP)
        world.another_process().idp("urn:ok")
    assert world.asked == 5


def test_only_one_asks_for_an_entity_at_a_time(world: MdqWorld) -> None:
    until = NOW + timedelta(seconds=5)
    take = world.mdq_store.take_slot
    assert take("a-1", task="a", now=NOW, until=until) is not None
    assert take("a-2", task="a", now=NOW, until=until) is None
    assert take("b-1", task="b", now=NOW, until=until) is not None
