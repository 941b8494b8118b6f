"""How long is an ``xs:duration``?"""

import re
from datetime import timedelta
from typing import Final

_DURATION: Final = re.compile(
    r"P(?=.)(?:(\d{1,4})Y)?(?:(\d{1,5})M)?(?:(\d{1,6})D)?"
    r"(?:T(?=.)(?:(\d{1,8})H)?(?:(\d{1,9})M)?(?:(\d{1,10})(?:\.\d+)?S)?)?",
    re.ASCII,
)
_DAYS_OF_A_YEAR: Final = 365
_DAYS_OF_A_MONTH: Final = 30


def parse_duration(text: str) -> timedelta:
    """Read a duration that is not negative (XML Schema part 2, 3.2.6).

    A year counts 365 days and a month 30; parts of a second are dropped. Blanks around
    the text are not for this function to forgive.

    Raises:
        ValueError: Another form.
    """
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError("not a duration")
    years, months, days, hours, minutes, seconds = (
        int(part or 0) for part in found.groups()
    )
    return timedelta(
        days=years * _DAYS_OF_A_YEAR + months * _DAYS_OF_A_MONTH + days,
        hours=hours,
        minutes=minutes,
        seconds=seconds,
    )
