from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from threading import Event

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError

from metadata import party_cache
from metadata.entities import Role
from metadata.errors import (
    BadEntityError,
    MetadataExpiredError,
    MetadataUnavailableError,
    UnknownEntityError,
)
from metadata.records import EntityRecord, Loaded
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
    idp,
    idp_role,
    key_descriptor,
    sp,
    sp_role,
)

END = NOW + timedelta(hours=1)
MICROSECOND = timedelta(microseconds=1)


class Seconds:
    """Seconds that grow when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def registry(store: EntityStore, clock: FrozenClock, seconds: Seconds) -> Registry:
    return Registry(store, clock, monotonic=seconds)


@pytest.fixture
def count(engine: Engine) -> Callable[[], int]:
    """Say how many statements were sent since it was asked last."""
    sent: list[None] = []

    @event.listens_for(engine, "before_cursor_execute")
    def note(*_: object) -> None:
        sent.append(None)

    def since() -> int:
        number = len(sent)
        sent.clear()
        return number

    return since


def source(name: str) -> Source:
    return Source(name=name, location=f"{name}.xml", trust=PinnedFile("0" * 64))


def loaded(*entities: tuple[str, Role, str, datetime | None]) -> Loaded:
    records = [
        EntityRecord(
            entity_id=entity_id,
            roles=frozenset({role}),
            xml=xml.encode(),
            sha256=sha256(xml.encode()).hexdigest(),
            valid_until=valid_until,
            display_name=None,
        )
        for entity_id, role, xml, valid_until in entities
    ]
    return Loaded(
        source=source("a"), records=records, at=NOW, valid_until=None, warnings=()
    )


def idp_with_key(name: str) -> str:
    body = key_descriptor(rsa_key(name)) + endpoint(
        "SingleSignOnService", "https://idp.example.se/sso"
    )
    return entity(IDP, idp_role(body))


def test_an_entity_is_found_in_its_role_only(
    store: EntityStore, registry: Registry
) -> None:
    store.add(loaded((IDP, Role.IDP, idp(), None), (SP, Role.SP, sp(), None)))
    assert registry.idp(IDP).signing_keys == (rsa_key("idp").public,)
    assert registry.sp(SP).signing_keys == (rsa_key("sp").public,)
    with pytest.raises(UnknownEntityError):
        registry.sp(IDP)
    with pytest.raises(UnknownEntityError):
        registry.idp(SP)
    with pytest.raises(UnknownEntityError):
        registry.idp(IDP + "/")


def test_a_role_that_the_source_may_not_bring_is_not_found(
    store: EntityStore, registry: Registry
) -> None:
    both = entity("urn:both", idp_role(), sp_role())
    store.add(loaded(("urn:both", Role.SP, both, None)))
    assert registry.sp("urn:both").entity_id == "urn:both"
    with pytest.raises(UnknownEntityError):
        registry.idp("urn:both")


@pytest.mark.parametrize(
    ("xml", "row_end"),
    [
        (idp(), END),
        (idp(valid_until=END), None),
        (idp(valid_until=END + timedelta(hours=1)), END),
        (idp(valid_until=END), END + timedelta(hours=1)),
    ],
)
def test_an_entity_ends_at_its_very_end_even_in_the_cache(
    store: EntityStore,
    registry: Registry,
    clock: FrozenClock,
    xml: str,
    row_end: datetime | None,
) -> None:
    store.add(loaded((IDP, Role.IDP, xml, row_end)))
    assert registry.idp(IDP).valid_until == END
    clock.now = END - MICROSECOND
    assert registry.idp(IDP).entity_id == IDP
    clock.now = END
    with pytest.raises(MetadataExpiredError):
        registry.idp(IDP)


def test_a_new_version_is_seen_after_a_second(
    store: EntityStore, registry: Registry, seconds: Seconds
) -> None:
    store.add(loaded((IDP, Role.IDP, idp_with_key("old"), None)))
    assert registry.idp(IDP).signing_keys == (rsa_key("old").public,)
    store.replace(loaded((IDP, Role.IDP, idp_with_key("new"), None)))
    seconds.now += VERSION_CHECK_SECONDS
    assert registry.idp(IDP).signing_keys == (rsa_key("new").public,)
    store.remove("a")
    seconds.now += VERSION_CHECK_SECONDS
    with pytest.raises(UnknownEntityError):
        registry.idp(IDP)


def test_an_entity_that_comes_later_is_found_without_waiting(
    store: EntityStore, registry: Registry
) -> None:
    with pytest.raises(UnknownEntityError):
        registry.idp(IDP)
    store.add(loaded((IDP, Role.IDP, idp(), None)))
    assert registry.idp(IDP).entity_id == IDP


def test_a_warm_look_up_asks_the_store_once_a_second(
    store: EntityStore,
    registry: Registry,
    seconds: Seconds,
    count: Callable[[], int],
) -> None:
    store.add(loaded((IDP, Role.IDP, idp(), None)))
    registry.idp(IDP)
    count()
    first = registry.idp(IDP)
    assert registry.idp(IDP) is first
    assert count() == 0
    seconds.now += VERSION_CHECK_SECONDS
    assert registry.idp(IDP) is first
    assert registry.idp(IDP) is first
    assert count() == 1


def test_the_cache_is_bounded(
    store: EntityStore,
    registry: Registry,
    count: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(party_cache, "MAX_CACHED", 2)
    names = ["urn:1", "urn:2", "urn:3"]
    store.add(loaded(*((name, Role.IDP, idp(name), None) for name in names)))
    for name in ("urn:1", "urn:2", "urn:1", "urn:3"):
        registry.idp(name)
    count()
    registry.idp("urn:1")
    registry.idp("urn:3")
    assert count() == 0
    registry.idp("urn:2")
    assert count() == 1


def test_what_was_read_before_a_new_version_is_not_kept_for_it(
    store: EntityStore, clock: FrozenClock
) -> None:
    store.add(loaded((IDP, Role.IDP, idp_with_key("old"), None)))

    class SlowStore(EntityStore):
        """While one thread reads, another one notices a new version."""

        def find(self, entity_id: str, role: Role) -> EntityRecord | None:
            found = super().find(entity_id, role)
            if not swapped:
                swapped.append(True)
                store.replace(loaded((IDP, Role.IDP, idp_with_key("new"), None)))
                seconds.now += VERSION_CHECK_SECONDS
                slow.idp(IDP)
            return found

    swapped: list[bool] = []
    seconds = Seconds()
    slow = Registry(SlowStore(store._engine), clock, monotonic=seconds)
    slow.idp(IDP)
    assert slow.idp(IDP).signing_keys == (rsa_key("new").public,)


def test_a_store_that_does_not_answer_is_never_an_unknown_entity(
    store: EntityStore, registry: Registry, engine: Engine, seconds: Seconds
) -> None:
    store.add(loaded((IDP, Role.IDP, idp(), None)))
    registry.idp(IDP)

    @event.listens_for(engine, "before_cursor_execute")
    def fail(*_: object) -> None:
        raise OperationalError("SELECT", {}, ConnectionError("no answer"))

    with pytest.raises(MetadataUnavailableError):
        registry.idp("urn:other")
    seconds.now += VERSION_CHECK_SECONDS
    with pytest.raises(MetadataUnavailableError):
        registry.idp(IDP)


def test_a_row_that_cannot_be_used_is_an_error(
    store: EntityStore, registry: Registry
) -> None:
    store.add(loaded((IDP, Role.IDP, entity(IDP, idp_role("")), None)))
    with pytest.raises(BadEntityError):
        registry.idp(IDP)


def test_plain_http_on_this_machine_is_a_choice(
    store: EntityStore, registry: Registry, clock: FrozenClock
) -> None:
    acs = endpoint("AssertionConsumerService", "http://127.0.0.1/acs", more='index="0"')
    store.add(loaded((SP, Role.SP, entity(SP, sp_role(acs)), None)))
    with pytest.raises(BadEntityError):
        registry.sp(SP)
    demo = Registry(store, clock, allow_loopback_http=True)
    assert demo.sp(SP).acs_endpoints[0].location == "http://127.0.0.1/acs"


def test_a_new_version_reads_nothing_again_that_stayed_the_same(
    store: EntityStore,
    registry: Registry,
    seconds: Seconds,
    count: Callable[[], int],
) -> None:
    same = (IDP, Role.IDP, idp(), None)
    store.add(loaded(same, (SP, Role.SP, sp(), None)))
    first = registry.idp(IDP)
    store.replace(loaded(same))
    seconds.now += VERSION_CHECK_SECONDS
    count()
    assert registry.idp(IDP) is first
    assert count() == 2  # the version, and whether the row is the same
    assert registry.idp(IDP) is first
    assert count() == 0


def test_a_new_end_counts_without_reading_again(
    store: EntityStore, registry: Registry, seconds: Seconds, clock: FrozenClock
) -> None:
    xml = idp(valid_until=END)
    store.add(loaded((IDP, Role.IDP, xml, NOW + timedelta(minutes=1))))
    first = registry.idp(IDP)
    store.replace(loaded((IDP, Role.IDP, xml, END + timedelta(hours=1))))
    seconds.now += VERSION_CHECK_SECONDS
    again = registry.idp(IDP)
    assert again.signing_keys is first.signing_keys
    assert again.valid_until == END
    store.replace(loaded((IDP, Role.IDP, xml, NOW + timedelta(minutes=2))))
    seconds.now += VERSION_CHECK_SECONDS
    assert registry.idp(IDP).valid_until == NOW + timedelta(minutes=2)
    clock.now = NOW + timedelta(minutes=2)
    with pytest.raises(MetadataExpiredError):
        registry.idp(IDP)


def test_an_earlier_source_that_brings_the_entity_later_decides(
    store: EntityStore, registry: Registry, seconds: Seconds
) -> None:
    earlier = replace(loaded(), source=source("earlier"))
    store.add(earlier)
    store.add(loaded((IDP, Role.IDP, idp_with_key("later"), None)))
    assert registry.idp(IDP).signing_keys == (rsa_key("later").public,)
    records = loaded((IDP, Role.IDP, idp_with_key("earlier"), None)).records
    store.replace(replace(earlier, records=records))
    seconds.now += VERSION_CHECK_SECONDS
    assert registry.idp(IDP).signing_keys == (rsa_key("earlier").public,)


def test_the_cache_is_bounded_by_the_size_of_what_was_read(
    store: EntityStore,
    registry: Registry,
    count: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(party_cache, "MAX_CACHED_BYTES", 2 * len(idp("urn:1")) + 1)
    names = ["urn:1", "urn:2", "urn:3"]
    store.add(loaded(*((name, Role.IDP, idp(name), None) for name in names)))
    for name in names:
        registry.idp(name)
    count()
    registry.idp("urn:3")
    registry.idp("urn:2")
    assert count() == 0
    registry.idp("urn:1")
    assert count() == 1


def test_one_thread_looks_for_a_new_version_and_the_others_go_on(
    store: EntityStore, clock: FrozenClock, seconds: Seconds
) -> None:
    store.add(loaded((IDP, Role.IDP, idp(), None)))
    is_asked, may_answer = Event(), Event()

    class SlowStore(EntityStore):
        """A store that takes its time from the second question on."""

        def version(self) -> int:
            if seconds.now > Seconds().now:
                is_asked.set()
                assert may_answer.wait(10)
            return super().version()

    slow = Registry(SlowStore(store._engine), clock, monotonic=seconds)
    slow.idp(IDP)
    seconds.now += VERSION_CHECK_SECONDS
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(slow.idp, IDP)
        assert is_asked.wait(10)
        assert slow.idp(IDP).entity_id == IDP
        assert not waiting.done()
        may_answer.set()
        assert waiting.result(10).entity_id == IDP


def test_what_no_database_can_be_asked_for_is_unknown(registry: Registry) -> None:
    with pytest.raises(UnknownEntityError):
        registry.idp("urn:\0")
