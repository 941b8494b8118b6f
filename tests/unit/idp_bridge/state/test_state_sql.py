"""What the SQL store promises beyond what every store does."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, func, select

from idp_bridge.state.sql import SWEEP_BATCH, SWEEP_EVERY, SqlStateStore, state_entries
from tests.support.clock import FrozenClock
from tests.support.state_stores import TTL

MICROSECOND = timedelta(microseconds=1)


@pytest.fixture(
    params=["sqlite", pytest.param("postgres", marks=pytest.mark.peers)],
)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    url = f"sqlite:///{tmp_path / 'state.db'}"
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_url")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    state_entries.create(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def store(engine: Engine, clock: FrozenClock) -> SqlStateStore:
    return SqlStateStore(engine, clock)


def count(engine: Engine) -> int:
    with engine.connect() as connection:
        query = select(func.count()).select_from(state_entries)
        return connection.execute(query).scalar_one()


def test_a_value_counts_until_its_end_and_not_at_it(
    store: SqlStateStore, clock: FrozenClock
) -> None:
    store.put("login:1", b"one", TTL)
    clock.advance(TTL - MICROSECOND)
    assert store.get("login:1") == b"one"
    clock.advance(MICROSECOND)
    assert store.get("login:1") is None
    assert store.take("login:1") is None


def test_a_key_is_remembered_until_its_end_and_not_at_it(
    store: SqlStateStore, clock: FrozenClock
) -> None:
    store.add_once("replay:1", TTL)
    clock.advance(TTL - MICROSECOND)
    assert not store.add_once("replay:1", TTL)
    clock.advance(MICROSECOND)
    assert store.add_once("replay:1", TTL)


def test_a_sweep_counts_and_deletes_what_is_too_old_at_that_moment(
    store: SqlStateStore, engine: Engine, clock: FrozenClock
) -> None:
    store.put("login:1", b"one", TTL)
    store.add_once("replay:1", TTL)
    store.put("login:2", b"two", TTL + MICROSECOND)
    clock.advance(TTL - MICROSECOND)
    assert store.sweep() == 0
    clock.advance(MICROSECOND)
    assert store.sweep() == 2
    assert count(engine) == 1
    assert store.get("login:2") == b"two"


def test_a_sweep_takes_as_many_batches_as_it_needs(
    store: SqlStateStore, engine: Engine
) -> None:
    old = [
        {"key": f"replay:{number}", "value": b"", "expires_at": 1}
        for number in range(2 * SWEEP_BATCH + 1)
    ]
    with engine.begin() as connection:
        connection.execute(state_entries.insert(), old)
    assert store.sweep() == 2 * SWEEP_BATCH + 1
    assert count(engine) == 0


def test_a_taken_entry_leaves_nothing_behind(
    store: SqlStateStore, engine: Engine
) -> None:
    store.put("login:1", b"one", TTL)
    store.take("login:1")
    assert count(engine) == 0


@pytest.mark.parametrize(
    "engine", [pytest.param("postgres", marks=pytest.mark.peers)], indirect=True
)
def test_a_sweep_does_not_wait_for_an_entry_that_somebody_holds(
    store: SqlStateStore, engine: Engine, clock: FrozenClock
) -> None:
    store.put("login:1", b"one", TTL)
    store.put("login:2", b"two", TTL)
    clock.advance(TTL)
    holder = engine.execution_options(isolation_level="READ COMMITTED")
    with holder.begin() as connection:
        held = select(state_entries).where(state_entries.c.key == "login:1")
        connection.execute(held.with_for_update())
        assert store.sweep() == 1
    assert store.sweep() == 1


def test_what_is_old_goes_without_anybody_asking(
    store: SqlStateStore, engine: Engine, clock: FrozenClock
) -> None:
    for number in range(SWEEP_EVERY - 1):
        store.add_once(f"old:{number}", TTL)
    clock.advance(TTL)
    assert count(engine) == SWEEP_EVERY - 1
    store.add_once("new", TTL)
    assert count(engine) == 1
