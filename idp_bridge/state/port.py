"""What every state store can do, whatever it is made of.

Two adapters, :mod:`idp_bridge.state.sql` and :mod:`idp_bridge.state.redis`, pass one
conformance suite. Keys are ASCII without personal data; values are opaque bytes.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Protocol


class StateStore(Protocol):
    """Short-lived facts, shared by all workers on all nodes.

    Every method raises :class:`idp_bridge.errors.StoreUnavailableError` when the store
    does not answer; the caller then refuses.
    """

    def put(self, key: str, value: bytes, ttl: timedelta) -> None:
        """Keep a value for a while; an older value of the same key is replaced."""

    def get(self, key: str) -> bytes | None:
        """Read a value and leave it there; ``None`` if it is missing or too old."""

    def take(self, key: str) -> bytes | None:
        """Read a value and delete it, atomically: one of many callers gets it."""

    def add_once(self, key: str, ttl: timedelta) -> bool:
        """Remember a key, atomically: true for the first caller, false for others."""

    def append(
        self, additions: Mapping[str, bytes], ttl: timedelta
    ) -> Mapping[str, bytes]:
        """Add to the end of one or two values in one round trip; each begins empty.

        Atomic for every key: what others add at the same moment is never lost. The new
        time replaces the old one. A value that would become too large stays as it is.

        Returns:
            The whole values by key, without those that were full.
        """

    def sweep(self) -> int:
        """Delete what is too old; how many entries went. Costs nothing if automatic."""

    def ping(self) -> None:
        """Ask the store whether it answers."""

    def close(self) -> None:
        """Give all connections back; the next use makes new ones."""
