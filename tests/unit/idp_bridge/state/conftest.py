"""The three stores that must behave alike."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from idp_bridge.state.port import StateStore
from idp_bridge.state.sql import state_tables
from tests.support.clock import FrozenClock
from tests.support.state_stores import Opened, Place

STORES = [
    "sqlite",
    pytest.param("postgres", marks=pytest.mark.peers),
    pytest.param("redis", marks=pytest.mark.peers),
]

REDIS_TICK = timedelta(milliseconds=20)
"""Redis forgets by the millisecond and looks at its clock now and then."""


@pytest.fixture(params=STORES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """An empty store of each kind."""
    if request.param == "redis":
        return Place(request.getfixturevalue("redis_url"))
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_url")
    else:
        url = f"sqlite:///{tmp_path / 'state.db'}"
    engine = create_engine(url)
    state_tables.create_all(engine)
    engine.dispose()
    return Place(url)


@pytest.fixture
def opened(clock: FrozenClock) -> Iterator[Opened]:
    """Opens stores in places, as an installation does, and closes them."""
    with ExitStack() as stack:

        def open_one(place: Place) -> StateStore:
            return stack.enter_context(closing(place.open(clock)))

        yield open_one


@pytest.fixture
def store(place: Place, opened: Opened) -> StateStore:
    """The store in that place, opened."""
    return opened(place)


@pytest.fixture
def pass_time(place: Place, clock: FrozenClock) -> Callable[[timedelta], None]:
    """Let time pass for the store: Redis has its own clock, so it has to be real."""

    def let_pass(step: timedelta) -> None:
        clock.advance(step)
        if place.is_redis:
            time.sleep((step + REDIS_TICK).total_seconds())

    return let_pass
