"""How is a trace written without ever standing in the way of the page?

A refusal is shown whether or not its trace could be kept. A database that is silent is
left alone for a while, so that nobody waits for it twice. What strangers can cause
without a request of a partner is written only so often: nobody fills the disk with it.
"""

from collections.abc import Callable
from threading import Lock
from time import monotonic as system_monotonic
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from authz.errors import StoreUnavailableError
from idp_bridge import logs
from idp_bridge.tracing.models import Trace
from idp_bridge.tracing.store import TraceStore

REST_SECONDS: Final = 30.0
"""How long a database that did not answer is left alone."""
OF_STRANGERS: Final = (60, 10 / 60)
"""How many at once, and how many more each second, of what anybody can cause."""
OF_PARTNERS: Final = (600, 10.0)
"""The same, of refusals of a partner's request."""


class Ration:
    """So many at once, and so many more with each second.

    Args:
        at_once: How many at most.
        per_second: How many come back each second.
        monotonic: Seconds that only grow.
    """

    def __init__(
        self, at_once: float, per_second: float, monotonic: Callable[[], float]
    ) -> None:
        self._most = at_once
        self._per_second = per_second
        self._monotonic = monotonic
        self._left = at_once
        self._since = monotonic()
        self._lock = Lock()

    def take(self) -> bool:
        """Take one, if there is one left."""
        with self._lock:
            now = self._monotonic()
            grown = self._left + (now - self._since) * self._per_second
            self._left, self._since = min(self._most, grown), now
            if self._left < 1:
                return False
            self._left -= 1
            return True


class TraceWriter:
    """Writes traces down, if that is possible.

    Args:
        store: Where they are kept.
        monotonic: Seconds that only grow.
    """

    def __init__(
        self,
        store: TraceStore,
        *,
        monotonic: Callable[[], float] = system_monotonic,
    ) -> None:
        self._store = store
        self._monotonic = monotonic
        self._rests_until = 0.0
        self._of_strangers = Ration(*OF_STRANGERS, monotonic)
        self._of_partners = Ration(*OF_PARTNERS, monotonic)

    def write(self, trace: Trace) -> None:
        """Write a trace down; that it could not be written stands in the log."""
        if self._monotonic() < self._rests_until or not self._ration_of(trace).take():
            return
        try:
            self._store.add(trace)
        except (StoreUnavailableError, SQLAlchemyError) as error:
            if isinstance(error, StoreUnavailableError):
                self._rests_until = self._monotonic() + REST_SECONDS
            logs.trace_lost(error_id=trace.reference, kind=type(error).__name__)

    def _ration_of(self, trace: Trace) -> Ration:
        return self._of_strangers if trace.is_of_stranger else self._of_partners
