"""Which questions failed a moment ago, so that nobody waits for them again so soon?"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Final

MAX_REMEMBERED: Final = 1024
"""Failures that one process remembers; the oldest goes first."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Why a server is not asked, and until when."""

    until: datetime
    problem: str


class Failures:
    """What could not be answered, by server and entity."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._pauses: OrderedDict[tuple[str, str], Pause] = OrderedDict()

    def note(self, source: str, entity_id: str, pause: Pause) -> None:
        """Remember a failure."""
        key = (source, entity_id)
        with self._lock:
            self._pauses.pop(key, None)
            self._pauses[key] = pause
            if len(self._pauses) > MAX_REMEMBERED:
                self._pauses.popitem(last=False)

    def pause(self, source: str, entity_id: str, now: datetime) -> Pause | None:
        """Tell why a question must wait, if it must."""
        with self._lock:
            pause = self._pauses.get((source, entity_id))
        return pause if pause is not None and now < pause.until else None
