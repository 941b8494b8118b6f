"""Compare the times in messages with ours, allowing one configured clock skew."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from idp_bridge.errors import ExpiredError, NotYetValidError, UnreadableMessageError
from metadata.instants import parse_instant

MAX_AGE: Final = timedelta(minutes=5)
"""How old a message may be when it arrives, before the skew is added."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Now, with the clock skew that is allowed between us and the partner."""

    now: datetime
    skew: timedelta

    def check_fresh(self, issued: datetime) -> None:
        """Refuse a message that was made long ago or in the future (core 1.3.3).

        Raises:
            ExpiredError: Older than five minutes and the skew.
            NotYetValidError: From the future, beyond the skew.
        """
        if issued < self.now - MAX_AGE - self.skew:
            raise ExpiredError("issued too long ago")
        self.check_begun(issued)

    def check_begun(self, not_before: datetime) -> None:
        """Refuse what becomes valid later (core 2.5.1.2).

        Raises:
            NotYetValidError: The moment lies ahead, beyond the skew.
        """
        if not_before > self.now + self.skew:
            raise NotYetValidError("not yet valid")

    def check_not_over(self, not_on_or_after: datetime) -> None:
        """Refuse what is no longer valid at or after a moment (core 2.5.1.2).

        Raises:
            ExpiredError: The moment has passed, beyond the skew.
        """
        if self.now - self.skew >= not_on_or_after:
            raise ExpiredError("no longer valid")


def read_instant(text: str | None) -> datetime:
    """Read a time that must be there, in UTC (core 1.3.3).

    Raises:
        UnreadableMessageError: There is none, or it is not a time in UTC.
    """
    try:
        return parse_instant(text or "")
    except ValueError as error:
        raise UnreadableMessageError("not a time in UTC") from error


def write_instant(moment: datetime) -> str:
    """Write a time as SAML wants it: UTC, whole milliseconds, ``Z``."""
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.removesuffix("+00:00") + "Z"
