"""How is a moment written in SAML? As ``xs:dateTime`` in UTC, and in no other way."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

_INSTANT: Final = re.compile(
    r"\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):\d\d:(\d\d)(?:\.\d+)?Z", re.ASCII
)
_LEAP_SECOND: Final = "60"
_AT_SECONDS: Final = len("yyyy-mm-ddThh:mm:")
_DURATION: Final = re.compile(
    r"P(?:(\d{1,4})Y)?(?:(\d{1,5})M)?(?:(\d{1,6})D)?"
    r"(?:T(?:(\d{1,7})H)?(?:(\d{1,9})M)?(?:(\d{1,10})(?:\.\d{1,9})?S)?)?",
    re.ASCII,
)
_DAY: Final = 24 * 60 * 60
_SECONDS: Final = (365 * _DAY, 30 * _DAY, _DAY, 60 * 60, 60, 1)
"""How long the parts of a duration are; a year and a month, roughly."""


def parse_instant(text: str) -> datetime:
    """Read a moment (SAML core 1.3.3): UTC, ended by ``Z``, fractions allowed.

    A leap second is read as the second after it; digits beyond the microsecond are
    dropped. Blanks around the text are not for this function to forgive.

    Raises:
        ValueError: Another form, another time zone, none at all, or no such moment.
    """
    found = _INSTANT.fullmatch(text)
    if found is None:
        raise ValueError("not a moment in UTC")
    leap = found[1] == _LEAP_SECOND
    try:
        if leap:
            before = f"{text[:_AT_SECONDS]}59{text[_AT_SECONDS + 2 :]}"
            return datetime.fromisoformat(before) + timedelta(seconds=1)
        return datetime.fromisoformat(text)
    except (ValueError, OverflowError) as error:
        raise ValueError("no such moment") from error


def format_instant(moment: datetime) -> str:
    """Write a moment as SAML wants it, to the second.

    Raises:
        ValueError: The moment has no time zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_duration(text: str) -> timedelta:
    """Read how long something lasts (``xs:duration``), to the second.

    Raises:
        ValueError: Another form, negative, or longer than any that is meant.
    """
    found = _DURATION.fullmatch(text)
    if found is None or text.endswith(("P", "T")):
        raise ValueError("not a duration")
    pairs = zip(found.groups(), _SECONDS, strict=True)
    return timedelta(seconds=sum(int(part or 0) * seconds for part, seconds in pairs))
