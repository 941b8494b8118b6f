from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import Engine, create_engine

from metadata.errors import MetadataUnavailableError
from metadata.lease_store import Lease, LeaseStore
from metadata.store import EntityStore
from tests.support.clock import NOW

MINUTES = timedelta(minutes=5)
INSTANT = timedelta(microseconds=1)
NAME = "refresh"


def lease(holder: str, *, since: datetime = NOW, name: str = NAME) -> Lease:
    return Lease(name=name, holder=holder, until=since + MINUTES)


@pytest.fixture
def leases(engine: Engine, store: EntityStore) -> LeaseStore:
    assert store.states() == ()
    return LeaseStore(engine)


def test_the_first_one_gets_a_lease_and_the_second_one_does_not(
    leases: LeaseStore,
) -> None:
    assert leases.take(lease("a"), now=NOW)
    assert not leases.take(lease("b"), now=NOW)
    assert leases.holder_of(NAME, now=NOW) == "a"


def test_leases_of_other_names_are_other_leases(leases: LeaseStore) -> None:
    assert leases.take(lease("a"), now=NOW)
    assert leases.take(lease("b", name="something else"), now=NOW)


def test_a_holder_can_hold_on(leases: LeaseStore) -> None:
    assert leases.take(lease("a"), now=NOW)
    later = NOW + MINUTES - INSTANT
    assert leases.take(lease("a", since=later), now=later)
    assert leases.holder_of(NAME, now=NOW + MINUTES) == "a"
    assert not leases.take(lease("b", since=NOW + MINUTES), now=NOW + MINUTES)


def test_the_lease_of_a_dead_holder_ends_at_its_very_moment(
    leases: LeaseStore,
) -> None:
    assert leases.take(lease("a"), now=NOW)
    before, end = NOW + MINUTES - INSTANT, NOW + MINUTES
    assert not leases.take(lease("b", since=before), now=before)
    assert leases.holder_of(NAME, now=before) == "a"
    assert leases.holder_of(NAME, now=end) is None
    assert leases.take(lease("b", since=end), now=end)


def test_a_lease_that_was_lost_cannot_be_held_on_to(leases: LeaseStore) -> None:
    assert leases.take(lease("a"), now=NOW)
    end = NOW + MINUTES
    assert leases.take(lease("b", since=end), now=end)
    assert not leases.take(lease("a", since=end), now=end)


def test_a_lease_that_is_released_can_be_taken_at_once(leases: LeaseStore) -> None:
    assert leases.take(lease("a"), now=NOW)
    leases.release(lease("a"))
    assert leases.take(lease("b"), now=NOW)


def test_nobody_releases_the_lease_of_another(leases: LeaseStore) -> None:
    assert leases.take(lease("a"), now=NOW)
    leases.release(lease("b"))
    assert not leases.take(lease("b"), now=NOW)


@pytest.mark.parametrize("ended", [False, True])
def test_of_many_that_ask_at_once_exactly_one_gets_it(
    engine: Engine, leases: LeaseStore, *, ended: bool
) -> None:
    if ended:
        assert leases.take(lease("dead", since=NOW - MINUTES), now=NOW - MINUTES)
    barrier = Barrier(8)

    def ask(holder: int) -> bool:
        own = create_engine(engine.url)
        barrier.wait()
        try:
            return LeaseStore(own).take(lease(str(holder)), now=NOW)
        finally:
            own.dispose()

    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(ask, range(8)))
    assert sum(taken) == 1
    assert leases.holder_of(NAME, now=NOW) == str(taken.index(True))


def test_a_database_that_does_not_answer_is_no_lease(
    leases: LeaseStore, engine: Engine
) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE metadata_leases")
    with pytest.raises(MetadataUnavailableError):
        leases.take(lease("a"), now=NOW)
    with pytest.raises(MetadataUnavailableError):
        leases.release(lease("a"))
    with pytest.raises(MetadataUnavailableError):
        leases.holder_of(NAME, now=NOW)
