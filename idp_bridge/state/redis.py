"""How are short-lived facts kept in Redis?

Every method is one command or script, which Redis runs alone. Redis forgets old
entries itself, by its own clock. It needs ``maxmemory-policy noeviction``: one that
forgets early lets a message be used twice.
"""

import os
from collections.abc import Mapping
from datetime import timedelta
from threading import local
from typing import Any

from redis import ConnectionPool, RedisError
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

_APPEND = """
local whole = {}
for i, key in ipairs(KEYS) do
  local addition = ARGV[i + 2]
  whole[i] = false
  if redis.call('STRLEN', key) + #addition <= tonumber(ARGV[2]) then
    redis.call('APPEND', key, addition)
    redis.call('PEXPIRE', key, ARGV[1])
    whole[i] = redis.call('GET', key)
  end
end
return whole
"""
"""Redis runs a script alone, like a command; a full value answers with nothing."""


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
        self._pool = ConnectionPool.from_url(
            url,
            socket_connect_timeout=CONNECT_SECONDS,
            socket_timeout=ANSWER_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
        self._held = local()

    def put(self, key: str, value: bytes, ttl: timedelta) -> None:
        """Keep a value for a while; an older value of the same key is replaced.

        Raises:
            StoreUnavailableError: Redis does not answer.
            ValueError: The key, value or time is out of bounds.
        """
        limits.check_value(value)
        name, milliseconds = self._name(key), _milliseconds(ttl)
        self._ask("SET", name, value, "PX", milliseconds)

    def get(self, key: str) -> bytes | None:
        """Read a value and leave it there; ``None`` if it is missing or too old.

        Raises:
            StoreUnavailableError: Redis does not answer.
            ValueError: The key is out of bounds.
        """
        return self._read("GET", key)

    def take(self, key: str) -> bytes | None:
        """Read a value and delete it, atomically: one of many callers gets it.

        Raises:
            StoreUnavailableError: Redis does not answer.
            ValueError: The key is out of bounds.
        """
        return self._read("GETDEL", key)

    def add_once(self, key: str, ttl: timedelta) -> bool:
        """Remember a key, atomically: true for the first caller, false for others.

        Raises:
            StoreUnavailableError: Redis does not answer.
            ValueError: The key or time is out of bounds.
        """
        name, milliseconds = self._name(key), _milliseconds(ttl)
        return bool(self._ask("SET", name, b"", "PX", milliseconds, "NX"))

    def append(
        self, additions: Mapping[str, bytes], ttl: timedelta
    ) -> Mapping[str, bytes]:
        """Add to the end of one or two values in one round trip; each begins empty.

        Raises:
            StoreUnavailableError: Redis does not answer.
            ValueError: A key, a value, their number or the time is out of bounds.
        """
        limits.check_additions(additions)
        names = [self._name(key) for key in additions]
        bounds = (_milliseconds(ttl), limits.MAX_VALUE_BYTES)
        whole = self._ask(
            "EVAL", _APPEND, len(names), *names, *bounds, *additions.values()
        )
        found = zip(additions, whole, strict=True)
        return {key: bytes(value) for key, value in found if value is not None}

    def sweep(self) -> int:
        """Do nothing: Redis deletes what is too old by itself."""
        return 0

    def ping(self) -> None:
        """Ask Redis whether it answers.

        Raises:
            StoreUnavailableError: It does not.
        """
        self._ask("PING")

    def close(self) -> None:
        """Give all connections back; the next use makes new ones."""
        self._held = local()  # a connection that nobody holds closes itself

    def _name(self, key: str) -> str:
        limits.check_key(key)
        return self._prefix + key

    def _read(self, command: str, key: str) -> bytes | None:
        value = self._ask(command, self._name(key))
        return None if value is None else bytes(value)

    def _ask(self, *command: str | bytes | int) -> Any:
        """Send one command and read its answer.

        Straight on a connection: what redis-py does around each command costs three
        times as much.

        Raises:
            StoreUnavailableError: Redis does not answer, or refuses.
        """
        held = self._held
        try:
            connection = _usable(held.connection) if self._is_held() else self._new()
            held.connection = None  # until it has answered
            connection.send_command(*command)
            answer = connection.read_response()
        except (RedisError, OSError) as error:
            raise StoreUnavailableError(type(error).__name__) from error
        held.connection = connection
        return answer

    def _is_held(self) -> bool:
        """Tell whether this thread of this process has a connection that answered."""
        same_process = getattr(self._held, "process", None) == os.getpid()
        return same_process and self._held.connection is not None

    def _new(self) -> Any:
        self._held.process = os.getpid()
        return self._pool.make_connection()


def _usable(connection: Any) -> Any:
    """Let a connection be made anew if Redis has ended it."""
    try:
        has_ended = connection.can_read()  # an idle Redis says only goodbye
    except (RedisError, OSError):
        has_ended = True
    if has_ended:
        connection.disconnect()
    return connection


def _milliseconds(ttl: timedelta) -> int:
    """Round up: an entry is never forgotten before its time."""
    limits.check_ttl(ttl)
    return -(-ttl // _MILLISECOND)
