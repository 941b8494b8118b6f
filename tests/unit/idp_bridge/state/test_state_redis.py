"""What the Redis store promises beyond what every store does."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from redis import Redis

from idp_bridge.errors import StoreUnavailableError
from idp_bridge.state.redis import RedisStateStore
from tests.support.peers.tls import Authority
from tests.support.redis_server import redis_server_with_tls
from tests.support.state_stores import TTL

pytestmark = pytest.mark.peers


@pytest.fixture
def client(redis_url: str) -> Iterator["Redis"]:
    with Redis.from_url(redis_url) as client:
        yield client


def test_every_key_has_our_prefix_and_an_end(redis_url: str, client: Redis) -> None:
    store = RedisStateStore(redis_url)
    store.put("login:1", b"one", TTL)
    store.add_once("replay:1", TTL)
    assert sorted(client.keys()) == [b"idp-bridge:login:1", b"idp-bridge:replay:1"]
    milliseconds = TTL // timedelta(milliseconds=1)
    for key in client.scan_iter():
        assert 0 < client.pttl(key) <= milliseconds


def test_two_installations_do_not_meet(redis_url: str) -> None:
    ours = RedisStateStore(redis_url, prefix="ours:")
    theirs = RedisStateStore(redis_url, prefix="theirs:")
    ours.put("login:1", b"one", TTL)
    assert theirs.take("login:1") is None
    assert ours.add_once("replay:1", TTL)
    assert theirs.add_once("replay:1", TTL)
    assert ours.take("login:1") == b"one"


def test_a_time_is_rounded_up(redis_url: str, client: Redis) -> None:
    store = RedisStateStore(redis_url)
    assert store.add_once("replay:1", TTL + timedelta(microseconds=1))
    ends_at = client.pexpiretime("idp-bridge:replay:1")
    seconds, microseconds = client.time()
    left = ends_at - (seconds * 1000 + microseconds // 1000)
    assert left > TTL // timedelta(milliseconds=1) - 1000
    client.delete("idp-bridge:replay:1")
    assert store.add_once("replay:1", timedelta(microseconds=1))


def test_a_redis_that_refuses_to_write_is_unavailable(
    redis_url: str, client: Redis
) -> None:
    store = RedisStateStore(redis_url)
    store.put("login:1", b"one", TTL)
    client.config_set("maxmemory", 1)
    try:
        with pytest.raises(StoreUnavailableError):
            store.add_once("replay:1", TTL)
    finally:
        client.config_set("maxmemory", 0)


def test_a_redis_that_wants_another_password_is_unavailable(
    redis_url: str, client: Redis
) -> None:
    client.config_set("requirepass", "right")
    try:
        for url in (redis_url, redis_url.replace("//", "//:wrong@")):
            with pytest.raises(StoreUnavailableError):
                RedisStateStore(url).ping()
        RedisStateStore(redis_url.replace("//", "//:right@")).ping()
    finally:
        client.config_set("requirepass", "")


def test_a_redis_behind_a_unix_socket_is_used(redis_url: str, client: Redis) -> None:
    [socket] = client.config_get("unixsocket").values()
    store = RedisStateStore(f"unix://{socket}")
    store.put("login:1", b"one", TTL)
    assert RedisStateStore(redis_url).take("login:1") == b"one"


def test_a_redis_with_tls_is_used_when_its_certificate_is_trusted(
    tmp_path: Path,
) -> None:
    authority = Authority(tmp_path)
    with redis_server_with_tls(authority) as url:
        store = RedisStateStore(f"{url}?ssl_ca_certs={authority.trust}")
        store.put("login:1", b"one", TTL)
        assert store.take("login:1") == b"one"
        store.close()
        with pytest.raises(StoreUnavailableError):
            RedisStateStore(url).ping()
