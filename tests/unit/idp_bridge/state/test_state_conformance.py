"""What every state store does, whatever it is made of."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from idp_bridge.state.limits import MAX_KEY_CHARACTERS, MAX_VALUE_BYTES
from idp_bridge.state.port import StateStore
from tests.support.clock import FrozenClock
from tests.support.state_stores import (
    PROCESSES,
    TTL,
    Opened,
    Place,
    add_once,
    append,
    take,
    wins,
)

SHORT = timedelta(milliseconds=500)
EVERY_BYTE = bytes(range(256))
ROUNDS = [f"round:{number:03}" for number in range(40)]

PassTime = Callable[[timedelta], None]


def test_a_value_is_read_as_often_as_wanted(store: StateStore) -> None:
    store.put("login:1", b"one", TTL)
    assert store.get("login:1") == b"one"
    assert store.get("login:1") == b"one"


def test_a_value_is_taken_once(store: StateStore) -> None:
    store.put("login:1", b"one", TTL)
    assert store.take("login:1") == b"one"
    assert store.take("login:1") is None
    assert store.get("login:1") is None


def test_what_nobody_put_is_missing(store: StateStore) -> None:
    store.put("login:1", b"one", TTL)
    assert store.get("login:2") is None
    assert store.take("login:2") is None
    assert store.get("login:1") == b"one"


def test_a_new_value_replaces_the_old_one_and_its_time(
    store: StateStore, pass_time: PassTime
) -> None:
    store.put("login:1", b"one", SHORT)
    store.put("login:1", b"two", TTL)
    pass_time(SHORT)
    assert store.get("login:1") == b"two"


def test_a_taken_key_can_be_used_again(store: StateStore) -> None:
    store.put("login:1", b"one", TTL)
    store.take("login:1")
    store.put("login:1", b"two", TTL)
    assert store.take("login:1") == b"two"


@pytest.mark.parametrize("value", [b"", EVERY_BYTE, b"\x00" * MAX_VALUE_BYTES])
def test_every_byte_of_a_value_is_kept(store: StateStore, value: bytes) -> None:
    store.put("login:1", value, TTL)
    assert store.get("login:1") == value
    assert store.take("login:1") == value


def test_a_value_is_there_before_its_end_and_gone_after(
    store: StateStore, pass_time: PassTime
) -> None:
    store.put("login:1", b"one", SHORT)
    store.put("login:2", b"two", SHORT)
    pass_time(SHORT / 10)
    assert store.get("login:1") == b"one"
    pass_time(SHORT)
    assert store.get("login:1") is None
    assert store.take("login:2") is None


def test_a_key_is_added_once(store: StateStore) -> None:
    assert store.add_once("replay:1", TTL)
    assert not store.add_once("replay:1", TTL)
    assert store.add_once("replay:2", TTL)


def test_a_second_try_does_not_make_a_key_live_longer(
    store: StateStore, pass_time: PassTime
) -> None:
    store.add_once("replay:1", SHORT)
    assert not store.add_once("replay:1", TTL)
    pass_time(SHORT)
    assert store.add_once("replay:1", TTL)


def test_a_forgotten_key_can_be_added_once_more(
    store: StateStore, pass_time: PassTime
) -> None:
    store.add_once("replay:1", SHORT)
    pass_time(SHORT)
    assert store.add_once("replay:1", TTL)
    assert not store.add_once("replay:1", TTL)


def test_what_is_added_stands_at_the_end(store: StateStore) -> None:
    assert store.append({"log:1": b"one"}, TTL) == {"log:1": b"one"}
    assert store.append({"log:1": EVERY_BYTE}, TTL) == {"log:1": b"one" + EVERY_BYTE}
    assert store.append({"log:1": b""}, TTL) == {"log:1": b"one" + EVERY_BYTE}
    assert store.get("log:1") == b"one" + EVERY_BYTE


def test_what_was_put_is_added_to(store: StateStore) -> None:
    store.put("log:1", b"one", TTL)
    store.append({"log:1": b" two"}, TTL)
    assert store.take("log:1") == b"one two"


def test_two_values_are_added_to_at_once(store: StateStore) -> None:
    store.append({"log:2": b"b"}, TTL)
    added = store.append({"log:2": b"B", "log:1": b"A"}, TTL)
    assert added == {"log:1": b"A", "log:2": b"bB"}
    assert store.get("log:1") == b"A"


def test_a_taken_value_begins_empty_again(store: StateStore) -> None:
    store.append({"log:1": b"one"}, TTL)
    store.take("log:1")
    assert store.append({"log:1": b"two"}, TTL) == {"log:1": b"two"}


def test_a_value_that_is_too_old_begins_empty_again(
    store: StateStore, pass_time: PassTime
) -> None:
    store.append({"log:1": b"one"}, SHORT)
    pass_time(SHORT)
    assert store.append({"log:1": b"two"}, TTL) == {"log:1": b"two"}


def test_what_is_added_brings_a_new_time(
    store: StateStore, pass_time: PassTime
) -> None:
    store.append({"log:1": b"one"}, SHORT)
    store.append({"log:1": b" two"}, TTL)
    store.append({"log:2": b"one"}, TTL)
    store.append({"log:2": b" two"}, SHORT)
    pass_time(SHORT)
    assert store.get("log:1") == b"one two"
    assert store.get("log:2") is None


def test_a_full_value_stays_as_it_is(store: StateStore) -> None:
    store.put("log:1", b"x" * (MAX_VALUE_BYTES - 1), TTL)
    assert store.append({"log:1": b"ab", "log:2": b"c"}, TTL) == {"log:2": b"c"}
    assert store.get("log:1") == b"x" * (MAX_VALUE_BYTES - 1)
    whole = store.append({"log:1": b"a"}, TTL)["log:1"]
    assert whole == b"x" * (MAX_VALUE_BYTES - 1) + b"a"


@pytest.mark.parametrize(
    "additions",
    [
        {},
        dict.fromkeys(("log:1", "log:2", "log:3"), b""),
        {"log:1": b"", "\u00e5": b""},
        {"log:1": b"x" * (MAX_VALUE_BYTES + 1)},
    ],
)
def test_an_addition_out_of_bounds_adds_nothing(
    store: StateStore, additions: dict[str, bytes]
) -> None:
    with pytest.raises(ValueError, match=r"1 to|limit"):
        store.append(additions, TTL)
    with pytest.raises(ValueError, match="positive"):
        store.append({"log:1": b"one"}, timedelta(0))
    assert store.get("log:1") is None


def test_two_stores_in_one_place_share_everything(place: Place, opened: Opened) -> None:
    one, other = opened(place), opened(place)
    one.put("login:1", b"one", TTL)
    assert other.take("login:1") == b"one"
    assert one.take("login:1") is None
    assert other.add_once("replay:1", TTL)
    assert not one.add_once("replay:1", TTL)


def test_a_sweep_leaves_what_still_counts(
    store: StateStore, pass_time: PassTime
) -> None:
    store.put("login:old", b"old", SHORT)
    store.put("login:new", b"new", TTL)
    pass_time(SHORT)
    store.sweep()
    assert store.get("login:old") is None
    assert store.get("login:new") == b"new"


def test_a_store_that_answers_says_so(store: StateStore) -> None:
    store.ping()


@pytest.mark.parametrize(
    "key", ["", "k" * (MAX_KEY_CHARACTERS + 1), "line\nbreak", "\u00e5"]
)
def test_a_key_that_not_every_store_keeps_is_refused(
    store: StateStore, key: str
) -> None:
    for use in (store.get, store.take):
        with pytest.raises(ValueError, match="ASCII"):
            use(key)
    with pytest.raises(ValueError, match="ASCII"):
        store.put(key, b"", TTL)
    with pytest.raises(ValueError, match="ASCII"):
        store.add_once(key, TTL)


def test_the_longest_key_is_kept(store: StateStore) -> None:
    store.put("k" * MAX_KEY_CHARACTERS, b"one", TTL)
    assert store.get("k" * MAX_KEY_CHARACTERS) == b"one"
    assert store.get("k" * (MAX_KEY_CHARACTERS - 1)) is None


def test_a_value_over_the_limit_is_refused(store: StateStore) -> None:
    with pytest.raises(ValueError, match="65536"):
        store.put("login:1", b"\x00" * (MAX_VALUE_BYTES + 1), TTL)
    assert store.get("login:1") is None


@pytest.mark.parametrize("ttl", [timedelta(0), timedelta(microseconds=-1)])
def test_nothing_is_kept_for_no_time(store: StateStore, ttl: timedelta) -> None:
    with pytest.raises(ValueError, match="positive"):
        store.put("login:1", b"one", ttl)
    with pytest.raises(ValueError, match="positive"):
        store.add_once("replay:1", ttl)


def test_one_of_eight_processes_takes_a_value(place: Place, store: StateStore) -> None:
    for key in ROUNDS:
        store.put(key, key.encode(), TTL)
    assert wins(place, take, ROUNDS) == ROUNDS


def test_one_of_eight_processes_adds_a_key(place: Place) -> None:
    assert wins(place, add_once, ROUNDS) == ROUNDS


def test_one_of_eight_processes_adds_a_forgotten_key_again(
    place: Place, store: StateStore, clock: FrozenClock
) -> None:
    clock.advance(-TTL)
    for key in ROUNDS:
        store.add_once(key, timedelta(milliseconds=1) if place.is_redis else TTL)
    assert wins(place, add_once, ROUNDS) == ROUNDS


def test_eight_processes_that_add_at_once_lose_nothing(
    place: Place, store: StateStore
) -> None:
    wins(place, append, ROUNDS)
    for key in ROUNDS:
        log = store.get(f"log:{key}") or b""
        assert log.splitlines() == [key.encode()] * PROCESSES
    assert store.get("log:all") == b"." * len(ROUNDS) * PROCESSES
