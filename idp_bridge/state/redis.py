"""How are short-lived facts kept in Redis?

Every method is one command, which Redis runs alone. Redis forgets old entries itself,
by its own clock. It needs ``maxmemory-policy noeviction``: one that forgets early lets
a message be used twice.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from idp_bridge.errors import StoreUnavailableError
from idp_bridge.state import limits

CONNECT_SECONDS = 1.0
ANSWER_SECONDS = 2.0
"""Together the longest time that a person waits for a Redis that is silent."""

PREFIX = "idp-bridge:"
"""In front of every key, since others may use the same Redis."""

_MILLISECOND = timedelta(milliseconds=1)


class RedisStateStore:
    """Short-lived facts in Redis 6.2 or later.

    Args:
        url: ``redis://``, ``rediss://`` (TLS) or ``unix://``.
        prefix: What our keys start with; one for each installation.

    Raises:
        ValueError: The URL is of another kind.
    """

    def __init__(self, url: str, *, prefix: str = PREFIX) -> None:
        self._prefix = prefix
        self._redis = Redis.from_url(
            url,
            socket_connect_timeout=CONNECT_SECONDS,
            socket_timeout=ANSWER_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )

    def put(self, key: str, value: bytes, ttl: timedelta) -> None:
        """Keep a value for a while; an older value of the same key is replaced.

        Raises:
            StoreUnavailableError: Redis does not answer.
            ValueError: The key, value or time is out of bounds.
        """
        limits.check_value(value)
        name, milliseconds = self._name(key), _milliseconds(ttl)
        with _answering():
            self._redis.set(name, value, px=milliseconds)

    def get(self, key: str) -> bytes | None:
        """Read a value and leave it there; ``None`` if it is missing or too old.

        Raises:
            StoreUnavailableError: Redis does not answer.
            ValueError: The key is out of bounds.
        """
        return self._read(self._redis.get, key)

    def take(self, key: str) -> bytes | None:
        """Read a value and delete it, atomically: one of many callers gets it.

        Raises:
            StoreUnavailableError: Redis does not answer.
            ValueError: The key is out of bounds.
        """
        return self._read(self._redis.getdel, key)

    def add_once(self, key: str, ttl: timedelta) -> bool:
        """Remember a key, atomically: true for the first caller, false for others.

        Raises:
            StoreUnavailableError: Redis does not answer.
            ValueError: The key or time is out of bounds.
        """
        name, milliseconds = self._name(key), _milliseconds(ttl)
        with _answering():
            return bool(self._redis.set(name, b"", px=milliseconds, nx=True))

    def sweep(self) -> int:
        """Do nothing: Redis deletes what is too old by itself."""
        return 0

    def ping(self) -> None:
        """Ask Redis whether it answers.

        Raises:
            StoreUnavailableError: It does not.
        """
        with _answering():
            self._redis.ping()

    def close(self) -> None:
        """Give all connections back; the next use makes new ones."""
        self._redis.close()

    def _name(self, key: str) -> str:
        limits.check_key(key)
        return self._prefix + key

    def _read(self, command: Callable[[str], Any], key: str) -> bytes | None:
        name = self._name(key)
        with _answering():
            value = command(name)
        return None if value is None else bytes(value)


def _milliseconds(ttl: timedelta) -> int:
    """Round up: an entry is never forgotten before its time."""
    limits.check_ttl(ttl)
    return -(-ttl // _MILLISECOND)


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except (RedisError, OSError) as error:
        raise StoreUnavailableError(type(error).__name__) from error
