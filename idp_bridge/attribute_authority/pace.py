"""How often may one e-tjänst ask? Known askers only, so strangers fill nothing."""

from collections.abc import Callable
from threading import Lock
from time import monotonic as system_monotonic
from typing import Final

from idp_bridge.errors import TooManyQueriesError

_MINUTE: Final = 60.0


class Pace:
    """Counts the queries of each e-tjänst in this process, minute by minute.

    A count that all workers shared would cost each query a round trip; this one costs
    nothing, and so the limit holds for each worker.

    Args:
        most: How many queries one e-tjänst may send in a minute.
        monotonic: Seconds that only grow.
    """

    def __init__(
        self, most: int, monotonic: Callable[[], float] = system_monotonic
    ) -> None:
        self._most = most
        self._monotonic = monotonic
        self._lock = Lock()
        self._counted: dict[str, tuple[int, int]] = {}

    def check(self, sp_entity_id: str) -> None:
        """Count one more query of an e-tjänst that has proved who it is.

        Raises:
            TooManyQueriesError: It has asked too often in this minute.
        """
        minute = int(self._monotonic() // _MINUTE)
        with self._lock:
            counted_in, count = self._counted.get(sp_entity_id, (minute, 0))
            count = count + 1 if counted_in == minute else 1
            self._counted[sp_entity_id] = (minute, count)
        if count > self._most:
            raise TooManyQueriesError(f"more than {self._most} queries in a minute")
