"""How does a process look after metadata, for as long as it is wanted?

It gives way to logins, writes one line for each thing that happens and none for what
stays as it was, and ends at SIGTERM even in the middle of a document: nothing is taken
then, and its turn ends at once.
"""

import ctypes
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from types import FrameType
from typing import Final, NoReturn

from authz.errors import StoreUnavailableError
from idp_bridge import logs
from metadata.errors import MetadataUnavailableError
from metadata.refreshing import Refresher
from metadata.reports import Outcome, RefreshResult

NICE: Final = 19
SECONDS: Final = 4.0
"""How long after one look the next one follows, give or take a fifth."""
_SPREAD: Final = 0.2
_UNAVAILABLE: Final = (MetadataUnavailableError, StoreUnavailableError)


class Watch:
    """Looks again and again.

    Args:
        refresher: Does what is due.
        is_wanted: Says whether to go on.
        sleep: Waits for some seconds.
    """

    def __init__(
        self,
        refresher: Refresher,
        *,
        is_wanted: Callable[[], bool] = lambda: True,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._refresher = refresher
        self._is_wanted = is_wanted
        self._sleep = sleep
        self._is_silent = False

    def run(self) -> None:
        """Look until it is no longer wanted."""
        while self._is_wanted():
            self.look()
            _give_memory_back()
            self._sleep(SECONDS * random.uniform(1 - _SPREAD, 1 + _SPREAD))  # noqa: S311  # no secret

    def look(self) -> tuple[RefreshResult, ...]:
        """Do what is due, and tell what happened."""
        try:
            results = self._refresher.run_due()
        except _UNAVAILABLE as error:
            if not self._is_silent:
                logs.logger(__name__).error("metadata-watch-waits", code=error.code)
            self._is_silent = True
            return ()
        if self._is_silent:
            logs.logger(__name__).info("metadata-watch-goes-on")
        self._is_silent = False
        for result in results:
            tell(result)
        return results


def tell(result: RefreshResult) -> None:
    """Write one line about what happened to a source, if anything did."""
    log = logs.logger(__name__)
    if result.outcome is Outcome.TAKEN and result.report and result.report.change:
        change = result.report.change
        log.info(
            "metadata-taken",
            source=result.source,
            added=change.added,
            changed=change.changed,
            removed=change.removed,
            unchanged=change.unchanged,
        )
    elif result.problem is not None and result.is_news:
        code, _, reason = result.problem.partition(": ")
        log.error("metadata-kept", source=result.source, code=code, reason=reason)


def give_way() -> None:
    """Let logins have the processor first."""
    os.nice(NICE)


def end_on_signals() -> None:
    """End at once, whatever is being done; blocks that clean up still do so."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _end)


def _end(_number: int, _frame: FrameType | None) -> NoReturn:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    sys.exit()


def _give_memory_back() -> None:
    """Return what a large document took; the C library keeps it otherwise."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
