"""The settings decide which store is opened."""

import pytest
from sqlalchemy import create_engine

from idp_bridge.errors import MisconfiguredError
from idp_bridge.state.opening import open_state
from idp_bridge.state.redis import RedisStateStore
from idp_bridge.state.sql import SqlStateStore
from tests.support.clock import FrozenClock


@pytest.mark.parametrize(
    ("state_url", "kind"),
    [
        ("", SqlStateStore),
        ("redis://127.0.0.1:6379/0", RedisStateStore),
        ("rediss://redis.example.se/0", RedisStateStore),
        ("unix:///run/redis.sock", RedisStateStore),
    ],
)
def test_the_url_names_the_store(
    state_url: str, kind: type[object], clock: FrozenClock
) -> None:
    engine = create_engine("sqlite://")
    assert isinstance(open_state(state_url, engine=engine, clock=clock), kind)


@pytest.mark.parametrize("state_url", ["memcached://x", "redis.example.se", "redis"])
def test_another_url_is_refused_without_repeating_it(
    state_url: str, clock: FrozenClock
) -> None:
    engine = create_engine("sqlite://")
    with pytest.raises(MisconfiguredError) as refused:
        open_state(state_url, engine=engine, clock=clock)
    assert state_url not in str(refused.value).replace("Redis URL", "")
