"""A source is looked at as often as somebody wants, and later after problems."""

from datetime import datetime, timedelta

import pytest

from metadata.schedule import (
    DEFAULT_REFRESH,
    MAX_REFRESH,
    RETRY,
    SPREAD,
    next_check,
    next_try,
)
from metadata.sources import MIN_REFRESH, PinnedFile, Source
from tests.support.clock import NOW

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def source(every: timedelta | None = None) -> Source:
    trust = PinnedFile("0" * 64)
    return Source(name="a", location="a.xml", trust=trust, refresh_every=every)


@pytest.mark.parametrize(
    ("every", "wish", "valid_until", "expected"),
    [
        (None, None, None, DEFAULT_REFRESH),
        (None, 3 * HOUR, None, 3 * HOUR),
        (None, 30 * DAY, None, MAX_REFRESH),
        (2 * HOUR, 3 * HOUR, None, 2 * HOUR),
        (2 * HOUR, None, NOW + HOUR, HOUR / 2),
        (2 * HOUR, None, NOW + DAY, 2 * HOUR),
        (None, timedelta(seconds=1), None, MIN_REFRESH),
        (None, None, NOW - HOUR, MIN_REFRESH),
    ],
)
def test_operator_publisher_and_end_decide_when_to_look_again(
    every: timedelta | None,
    wish: timedelta | None,
    valid_until: datetime | None,
    expected: timedelta,
) -> None:
    again = next_check(source(every), wish=wish, valid_until=valid_until, now=NOW)
    assert again - NOW == expected


@pytest.mark.parametrize(
    ("lasted", "expected"),
    [
        (None, MIN_REFRESH),
        (30 * MINUTE / 60, MIN_REFRESH),
        (3 * MINUTE, 3 * MINUTE),
        (DAY, RETRY),
    ],
)
def test_a_problem_is_looked_at_later_and_later(
    lasted: timedelta | None, expected: timedelta
) -> None:
    since = None if lasted is None else NOW - lasted
    waits = {next_try(source(), since=since, now=NOW) - NOW for _ in range(50)}
    assert len(waits) > 1
    assert min(waits) >= expected * (1 - SPREAD)
    assert max(waits) <= expected * (1 + SPREAD)


def test_a_source_that_is_looked_at_often_is_so_after_problems_too() -> None:
    again = next_try(source(2 * MINUTE), since=NOW - DAY, now=NOW)
    assert again - NOW <= 2 * MINUTE * (1 + SPREAD)
