"""How often may strangers make us do something? A few times at once, then slowly."""

from collections.abc import Callable
from threading import Lock
from time import monotonic


class Allowance:
    """A number of tries that is used up and grows again with time.

    Args:
        burst: How many tries there are at most.
        per_second: How many come back each second.
        monotonic: Seconds that only grow.
    """

    def __init__(
        self,
        *,
        burst: int,
        per_second: float,
        monotonic: Callable[[], float] = monotonic,
    ) -> None:
        self._burst = burst
        self._per_second = per_second
        self._monotonic = monotonic
        self._lock = Lock()
        self._left = float(burst)
        self._at = monotonic()

    def take(self) -> bool:
        """Use a try, if there is one."""
        with self._lock:
            now = self._monotonic()
            grown = self._left + (now - self._at) * self._per_second
            self._left, self._at = min(grown, self._burst), now
            if self._left < 1:
                return False
            self._left -= 1
            return True
