"""How is a source doing, in one word?"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from metadata.records import SourceState

_LATE: Final = timedelta(hours=1)
"""How long after its time a look for a newer version may come."""


class SourceStatus(StrEnum):
    """What an operator must know first; the worst comes first."""

    EXPIRED = "expired"
    """What we have is past its end and not used: logins stop."""
    WAITING = "waiting"
    """A newer version waits for an operator."""
    FAILED = "failed"
    """A newer version could not be had; the last good one is used."""
    STALE = "stale"
    """Nobody has looked for a newer version, though it is time."""
    OK = "ok"


def status_of(state: SourceState, now: datetime) -> SourceStatus:
    """Say how a source is doing at a moment."""
    if state.valid_until is not None and state.valid_until <= now:
        return SourceStatus.EXPIRED
    if state.pending is not None:
        return SourceStatus.WAITING
    if state.problem is not None:
        return SourceStatus.FAILED
    if state.next_check_at is not None and state.next_check_at + _LATE <= now:
        return SourceStatus.STALE
    return SourceStatus.OK
