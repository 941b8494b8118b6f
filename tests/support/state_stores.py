"""How do tests open a state store, in this process and in others?"""

import multiprocessing
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Barrier

from sqlalchemy import Engine, create_engine

from idp_bridge.database import prepare_reader
from idp_bridge.state.opening import open_state
from idp_bridge.state.port import StateStore
from metadata.clock import Clock
from tests.support.clock import FrozenClock

PROCESSES = 8
PATIENCE_SECONDS = 60
TTL = timedelta(minutes=5)

Contest = Callable[[StateStore, str], bool]
"""Try to win one key; says whether this process did. A module-level function."""


@dataclass(frozen=True)
class Place:
    """Where a store keeps its entries; travels to other processes.

    Attributes:
        url: Of a database or a Redis.
    """

    url: str

    @property
    def is_redis(self) -> bool:
        """Whether the store has a clock of its own."""
        return self.url.startswith(("redis", "unix"))

    def engine(self) -> Engine:
        """Connect to the database; for Redis to one that nobody uses."""
        url = "sqlite://" if self.is_redis else self.url
        engine = create_engine(
            url, connect_args=_patience(url), isolation_level="AUTOCOMMIT"
        )
        return prepare_reader(engine)

    def open(self, clock: Clock) -> StateStore:
        """Open the store as an installation does; the caller closes it."""
        state_url = self.url if self.is_redis else ""
        return open_state(state_url, engine=self.engine(), clock=clock)


Opened = Callable[[Place], StateStore]
"""What the fixture of that name is."""


def take(store: StateStore, key: str) -> bool:
    """Win by taking the value away."""
    return store.take(key) == key.encode()


def add_once(store: StateStore, key: str) -> bool:
    """Win by being the first to remember the key."""
    return store.add_once(key, TTL)


def append(store: StateStore, key: str) -> bool:
    """Add to the key's own log and to one for all; everybody wins."""
    line = f"{key}\n".encode()
    whole = store.append({"log:all": b".", f"log:{key}": line}, TTL)
    return whole[f"log:{key}"].endswith(line)


def wins(place: Place, contest: Contest, keys: list[str]) -> list[str]:
    """Let eight processes try to win every key at the same moment.

    Returns:
        The keys that were won, once for every winner.
    """
    context = multiprocessing.get_context("spawn")
    barrier, won = context.Barrier(PROCESSES), context.SimpleQueue()
    arguments = (place, contest, keys, barrier, won)
    processes = [
        context.Process(target=_compete, args=arguments) for _ in range(PROCESSES)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(PATIENCE_SECONDS)
        process.kill()
        process.join()
    assert [process.exitcode for process in processes] == [0] * PROCESSES
    return sorted(key for _ in processes for key in won.get())


def _compete(
    place: Place,
    contest: Contest,
    keys: list[str],
    barrier: Barrier,
    won: "SimpleQueue[list[str]]",
) -> None:
    store = place.open(FrozenClock())
    store.ping()
    mine = []
    for key in keys:
        barrier.wait(PATIENCE_SECONDS)
        if contest(store, key):
            mine.append(key)
    store.close()
    won.put(mine)


def _patience(url: str) -> dict[str, int]:
    return {"timeout": 2} if url.startswith("sqlite") else {}
