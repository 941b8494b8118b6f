"""What runs beside the workers of a server, and who starts it again when it dies?"""

import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

from idp_bridge import logs

FIRST_DELAY: Final = 3.0
"""Seconds: workers come first, so that logins wait for nobody."""
LONGEST_DELAY: Final = 300.0
LONG_LIFE: Final = 600.0
"""Seconds after which a death is not counted together with those before."""
PATIENCE_SECONDS: Final = 10.0
"""How long it may take to end."""


class Companion:
    """One process that is ours alone: started late, again when it dies, and ended.

    Args:
        command: What to run. It writes where we write.
        monotonic: Seconds that only grow.
        first_delay: How many seconds it is started later than we.
        patience: How many seconds it may take to end.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        monotonic: Callable[[], float] = time.monotonic,
        first_delay: float = FIRST_DELAY,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self._command = tuple(command)
        self._monotonic = monotonic
        self._process: subprocess.Popen[bytes] | None = None
        self._patience = patience
        self._started = 0.0
        self._due = monotonic() + first_delay
        self._deaths = 0

    @property
    def pid(self) -> int | None:
        """Say which process it is, while it runs."""
        return self._process.pid if self._process else None

    def tend(self) -> None:
        """Start it when it is due. To be called every second or so."""
        now = self._monotonic()
        if self._process is not None and self._process.poll() is not None:
            self._note_death(now)
        if self._process is None and now >= self._due:
            self._start(now)

    def ask_to_end(self) -> None:
        """Ask it to end, and do not wait."""
        self._due = float("inf")
        if self._process is not None:
            self._process.terminate()

    def end(self) -> None:
        """Wait until it has ended, and end it if it does not."""
        self.ask_to_end()
        if self._process is None:
            return
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(self._patience)
        self._process.kill()
        self._process.wait()
        self._process = None

    def _start(self, now: float) -> None:
        self._started = now
        self._process = subprocess.Popen(  # noqa: S603  # our own command
            self._command, stdin=subprocess.DEVNULL
        )

    def _note_death(self, now: float) -> None:
        """Wait longer after every death, unless it had lived long."""
        self._process = None
        lived_long = now - self._started >= LONG_LIFE
        self._deaths = 1 if lived_long else self._deaths + 1
        delay = min(2.0**self._deaths, LONGEST_DELAY)
        self._due = now + delay
        logs.logger(__name__).error("companion-died", again_in_seconds=delay)
