"""The one place that asks what time it is."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Anything that answers with an aware moment in UTC; tests pass ``lambda: NOW``."""


def utc_now() -> datetime:
    """Say what time it is, in UTC, with its time zone."""
    return datetime.now(tz=UTC)
