"""A session lives while somebody uses it, not for ever, and ends when it is ended."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from idp_bridge.database import autocommit
from idp_bridge.login.pending import Area
from idp_bridge.settings import WebSettings
from idp_bridge.state.redis import RedisStateStore
from idp_bridge.state.sql import SqlStateStore, state_tables
from idp_bridge.web.people import PeopleSessions
from tests.support.clock import FrozenClock
from tests.support.databases import sqlite_engine

MINUTE = timedelta(minutes=1)


@pytest.fixture
def people(tmp_path: Path, clock: FrozenClock) -> PeopleSessions:
    engine = sqlite_engine(tmp_path / "state.db")
    state_tables.create_all(engine)
    store = SqlStateStore(autocommit(engine), clock)
    return PeopleSessions(store, clock, WebSettings())


@pytest.fixture
def on_redis(redis_url: str, clock: FrozenClock) -> PeopleSessions:
    return PeopleSessions(RedisStateStore(redis_url), clock, WebSettings())


def begin(people: PeopleSessions) -> str:
    return people.begin(Area.OPERATOR, 17)


def stay_active(
    people: PeopleSessions, clock: FrozenClock, session_id: str, length: timedelta
) -> None:
    end = clock.now + length
    while clock.now < end:
        clock.advance(min(20 * MINUTE, end - clock.now))
        people.find(session_id)


def test_a_session_says_who_and_since_when(
    people: PeopleSessions, clock: FrozenClock
) -> None:
    found = people.find(begin(people))
    assert found is not None
    assert (found.person, found.began) == (17, clock.now)
    assert len(found.form_token) == 64


def test_each_session_has_a_number_and_a_token_of_its_own(
    people: PeopleSessions,
) -> None:
    numbers = {begin(people) for _ in range(20)}
    tokens = {found.form_token for one in numbers if (found := people.find(one))}
    assert len(numbers) == len(tokens) == 20
    assert all(len(one) >= 43 for one in numbers)


@pytest.mark.parametrize("session_id", ["", "a", "x" * 5000, "session:1", "\u00e5"])
def test_an_invented_number_is_no_session(
    people: PeopleSessions, session_id: str
) -> None:
    begin(people)
    assert people.find(session_id) is None


def test_somebody_idle_for_too_long_is_out(
    people: PeopleSessions, clock: FrozenClock
) -> None:
    session_id = begin(people)
    clock.advance(30 * MINUTE - timedelta(seconds=1))
    assert people.find(session_id) is not None
    clock.advance(30 * MINUTE)
    assert people.find(session_id) is None


def test_using_it_keeps_it(people: PeopleSessions, clock: FrozenClock) -> None:
    session_id = begin(people)
    stay_active(people, clock, session_id, timedelta(hours=7, minutes=59))
    assert people.find(session_id) is not None


def test_nothing_keeps_it_for_longer_than_a_working_day(
    people: PeopleSessions, clock: FrozenClock
) -> None:
    session_id = begin(people)
    stay_active(people, clock, session_id, timedelta(hours=8))
    assert people.find(session_id) is None


def test_an_ended_session_stays_ended_and_the_others_live(
    people: PeopleSessions,
) -> None:
    mine, yours = begin(people), begin(people)
    people.end(mine)
    people.end(mine)
    assert people.find(mine) is None
    assert people.find(yours) is not None


def test_a_click_on_its_way_does_not_bring_an_ended_session_back(
    people: PeopleSessions, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    session_id = begin(people)
    clock.advance(MINUTE)
    see: Callable[..., None] = people._see

    def end_just_before(key: str, now: object) -> None:
        people.end(session_id)
        see(key, now)

    monkeypatch.setattr(people, "_see", end_just_before)
    people.find(session_id)
    monkeypatch.undo()
    assert people.find(session_id) is None


def test_the_store_does_not_know_the_number_that_the_browser_holds(
    tmp_path: Path, clock: FrozenClock
) -> None:
    engine = sqlite_engine(tmp_path / "state.db")
    state_tables.create_all(engine)
    store = SqlStateStore(autocommit(engine), clock)
    session_id = PeopleSessions(store, clock, WebSettings()).begin(Area.OPERATOR, 1)
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM state_entries").all()
    assert len(rows) == 2
    assert session_id not in repr(rows)


def test_redis_keeps_sessions_alike(
    on_redis: PeopleSessions, clock: FrozenClock
) -> None:
    session_id = begin(on_redis)
    assert on_redis.find(session_id) is not None
    clock.advance(30 * MINUTE)
    assert on_redis.find(session_id) is None
    other = begin(on_redis)
    on_redis.end(other)
    assert on_redis.find(other) is None
