"""What tests of MDQ may ask for: a server, a client, and a registry that uses it."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from metadata.store import EntityStore
from tests.support.clock import FrozenClock
from tests.support.mdq import MdqWorld
from tests.support.misbehaving_server import MisbehavingServer, misbehaving_server


@pytest.fixture
def server() -> Iterator[MisbehavingServer]:
    """An MDQ server that has no entity yet."""
    with misbehaving_server(None) as server:
        yield server


@pytest.fixture
def world(
    engine: Engine, store: EntityStore, clock: FrozenClock, server: MisbehavingServer
) -> MdqWorld:
    """A registry with one MDQ source, ``mdq``, which is the server."""
    world = MdqWorld(engine, store, clock, server)
    world.add_source("mdq")
    return world
