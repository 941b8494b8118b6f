"""Which parsed entities does a process keep, and what were they read from?"""

from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock
from typing import Final, Generic, TypeVar

from metadata.elements import nearest
from metadata.entities import IdentityProvider, ServiceProvider

MAX_CACHED: Final = 512
"""Parsed entities of one role; the least recently used one goes first."""
MAX_CACHED_BYTES: Final = 1024 * 1024
"""How much XML these were read from; parsed, an entity is about as large as its XML."""

Party = TypeVar("Party", IdentityProvider, ServiceProvider)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept(Generic[Party]):
    """A parsed entity, and what it was read from."""

    party: Party
    own_end: datetime | None
    """Until when its XML alone says that it holds."""
    sha256: str
    """Of its XML."""
    weight: int
    """The bytes of its XML."""
    version: int = -1
    """The version of the store in which it is certainly the right one."""
    fresh_until: datetime | None = None
    """When an MDQ server must be asked again; ``None`` when no such server counts."""

    def holds(self, version: int, now: datetime) -> bool:
        """Tell whether nobody needs to be asked about it."""
        if version != self.version:
            return False
        return self.fresh_until is None or now < self.fresh_until

    def ending(self, valid_until: datetime | None) -> "Kept[Party]":
        """Let it end with the group or document that brought it, too."""
        end = nearest(self.own_end, valid_until)
        if end == self.party.valid_until:
            return self
        return replace(self, party=replace(self.party, valid_until=end))


class PartyCache(Generic[Party]):
    """A bounded number of parsed entities of one role."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[str, Kept[Party]] = OrderedDict()
        self._weight = 0

    def get(self, entity_id: str) -> Kept[Party] | None:
        """Hand on what is kept, which may no longer hold."""
        with self._lock:
            kept = self._kept.get(entity_id)
            if kept is not None:
                self._kept.move_to_end(entity_id)
            return kept

    def put(self, entity_id: str, kept: Kept[Party]) -> None:
        """Keep an entity, unless one of a newer version came meanwhile."""
        with self._lock:
            present = self._kept.get(entity_id)
            if present is not None and present.version > kept.version:
                return
            self._remove(entity_id)
            self._kept[entity_id] = kept
            self._weight += kept.weight
            while self._is_too_full():
                self._remove(next(iter(self._kept)))

    def _is_too_full(self) -> bool:
        return len(self._kept) > MAX_CACHED or self._weight > MAX_CACHED_BYTES

    def _remove(self, entity_id: str) -> None:
        kept = self._kept.pop(entity_id, None)
        if kept is not None:
            self._weight -= kept.weight
