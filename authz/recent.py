"""What did we read a moment ago? For what changes seldom and is asked for often."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from time import monotonic as system_monotonic
from typing import Final, Generic, TypeVar

MAX_KEPT: Final = 1024
"""How many values are kept; the oldest goes first."""

Value = TypeVar("Value")


class Recent(Generic[Value]):
    """Values that were read less than a short while ago.

    Args:
        seconds: How long a value counts; it is also how long a change may go unseen.
        monotonic: Seconds that only grow.
    """

    def __init__(
        self, seconds: float, monotonic: Callable[[], float] = system_monotonic
    ) -> None:
        self._seconds = seconds
        self._monotonic = monotonic
        self._lock = Lock()
        self._kept: OrderedDict[str, tuple[float, Value]] = OrderedDict()

    def get(self, key: str, read: Callable[[], Value]) -> Value:
        """Hand out a value, and read it if it is missing or too old.

        What ``read`` raises is raised, and nothing is kept.
        """
        now = self._monotonic()
        with self._lock:
            found = self._kept.get(key)
        if found is not None and now - found[0] < self._seconds:
            return found[1]
        value = read()
        with self._lock:
            self._kept[key] = (now, value)
            self._kept.move_to_end(key)
            if len(self._kept) > MAX_KEPT:
                self._kept.popitem(last=False)
        return value

    def clear(self) -> None:
        """Forget everything, because something changed."""
        with self._lock:
            self._kept.clear()
