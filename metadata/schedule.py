"""When is a source looked at again?"""

import random
from datetime import datetime, timedelta
from typing import Final

from metadata.sources import MIN_REFRESH, Source

DEFAULT_REFRESH: Final = timedelta(hours=1)
MAX_REFRESH: Final = timedelta(days=1)
"""No publisher may keep us from looking for longer."""
RETRY: Final = timedelta(minutes=10)
"""How soon a source is looked at again after a problem, at the latest."""
SPREAD: Final = 0.1
"""How much earlier or later than that it may be."""


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


def next_try(source: Source, *, since: datetime | None, now: datetime) -> datetime:
    """Choose when to look again after a problem: later and later while it lasts.

    Args:
        source: What an operator wants, if anything.
        since: Since when there is a problem; ``None`` if it is new.
        now: The present moment.
    """
    lasted = timedelta(0) if since is None else now - since
    longest = min(source.refresh_every or RETRY, RETRY)
    delay = min(max(lasted, MIN_REFRESH), longest)
    # Bridges that lost the same publisher at the same moment do not return at one.
    return now + delay * random.uniform(1 - SPREAD, 1 + SPREAD)  # noqa: S311  # no secret
