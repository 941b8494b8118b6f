"""What do the stand-ins remember? Little, for a while, in this process only."""

from collections import OrderedDict
from datetime import datetime, timedelta
from threading import Lock
from typing import Final, Generic, TypeVar

from metadata.clock import Clock

Value = TypeVar("Value")
LIFETIME: Final = timedelta(hours=2)
ROOM: Final = 1000
"""How many things are remembered; the oldest make room."""


class Memory(Generic[Value]):
    """Things under keys, forgotten after two hours.

    Args:
        clock: Says what time it is.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._things: OrderedDict[str, tuple[datetime, Value]] = OrderedDict()

    def put(self, key: str, value: Value) -> None:
        """Remember something."""
        with self._lock:
            self._keep(key, value)

    def get(self, key: str) -> Value | None:
        """Look something up."""
        with self._lock:
            return self._value_of(self._things.get(key))

    def take(self, key: str) -> Value | None:
        """Look something up and forget it."""
        with self._lock:
            return self._value_of(self._things.pop(key, None))

    def add_once(self, key: str, value: Value) -> bool:
        """Remember something that is not there yet; say whether it was new."""
        with self._lock:
            if self._value_of(self._things.get(key)) is not None:
                return False
            self._keep(key, value)
            return True

    def _keep(self, key: str, value: Value) -> None:
        self._things[key] = (self._clock() + LIFETIME, value)
        self._things.move_to_end(key)
        while len(self._things) > ROOM:
            self._things.popitem(last=False)

    def _value_of(self, found: tuple[datetime, Value] | None) -> Value | None:
        if found is None or found[0] <= self._clock():
            return None
        return found[1]
