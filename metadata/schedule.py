"""When is a source looked at again?"""

from datetime import datetime, timedelta
from typing import Final

from metadata.sources import MIN_REFRESH, Source

DEFAULT_REFRESH: Final = timedelta(hours=1)
MAX_REFRESH: Final = timedelta(days=1)
"""No publisher may keep us from looking for longer."""
RETRY: Final = timedelta(minutes=10)
"""How soon a source is looked at again after a problem, at the latest."""


def next_check(
    source: Source,
    *,
    wish: timedelta | None,
    valid_until: datetime | None,
    now: datetime,
) -> datetime:
    """Choose when to look again after all went well.

    Args:
        source: What an operator wants, if anything.
        wish: What the publisher wants (``cacheDuration``), if anything.
        valid_until: Until when the version in use holds: half of the rest is enough.
        now: The present moment.
    """
    every = source.refresh_every or min(wish or DEFAULT_REFRESH, MAX_REFRESH)
    if valid_until is not None:
        every = min(every, (valid_until - now) / 2)
    return now + max(every, MIN_REFRESH)


def next_try(source: Source, *, now: datetime) -> datetime:
    """Choose when to look again after a problem."""
    return now + min(source.refresh_every or RETRY, RETRY)
