"""What time is it in a test? Whatever the test says."""

from datetime import UTC, datetime, timedelta

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
"""The moment at which tests happen unless they say otherwise."""


class FrozenClock:
    """A clock that stands still until somebody moves it.

    Attributes:
        now: The moment that the clock shows; tests may set it.
    """

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, step: timedelta) -> None:
        """Move the clock; a negative step moves it back."""
        self.now += step
