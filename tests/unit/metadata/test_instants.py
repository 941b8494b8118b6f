from datetime import UTC, datetime, timedelta, timezone

import pytest

from metadata.instants import format_instant, parse_duration, parse_instant


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-23T12:00:00Z", datetime(2026, 11, 23, 12, tzinfo=UTC)),
        ("2026-11-23T12:00:00.5Z", datetime(2026, 11, 23, 12, 0, 0, 500000, UTC)),
        (
            "2026-11-23T12:00:00.123456789Z",
            datetime(2026, 11, 23, 12, 0, 0, 123456, UTC),
        ),
        ("2016-12-31T23:59:60Z", datetime(2017, 1, 1, tzinfo=UTC)),
        ("2016-12-31T23:59:60.25Z", datetime(2017, 1, 1, 0, 0, 0, 250000, UTC)),
        ("2028-02-29T00:00:00Z", datetime(2028, 2, 29, tzinfo=UTC)),
    ],
)
def test_a_moment_in_utc_is_read(text: str, expected: datetime) -> None:
    assert parse_instant(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-23T12:00:00",
        "2026-11-23T12:00:00+01:00",
        "2026-11-23T12:00:00z",
        "2026-11-23 12:00:00Z",
        " 2026-11-23T12:00:00Z",
        "2026-11-23T12:00:00Z\n",
        "2026-11-23T12:00Z",
        "2026-11-23",
        "2026-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-11-23T24:00:00Z",
        "2026-11-23T12:00:61Z",
        "2026-11-23T12:00:00.Z",
        "-2026-11-23T12:00:00Z",
        "12026-11-23T12:00:00Z",
        "0000-01-01T00:00:00Z",
        "9999-12-31T23:59:60Z",
        "２０２６-11-23T12:00:00Z",  # noqa: RUF001 - digits, but not ASCII
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"moment"):
        parse_instant(text)


def test_a_written_moment_is_in_utc() -> None:
    summer = timezone(timedelta(hours=2))
    assert format_instant(datetime(2026, 7, 1, 14, tzinfo=summer)) == (
        "2026-07-01T12:00:00Z"
    )


def test_a_moment_without_a_time_zone_is_not_written() -> None:
    naive = datetime(2026, 7, 1, 14, tzinfo=UTC).replace(tzinfo=None)
    with pytest.raises(ValueError, match="without a time zone"):
        format_instant(naive)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("PT1H", 3600),
        ("PT0S", 0),
        ("P1D", 86400),
        ("P7DT12H30M5S", 7 * 86400 + 12 * 3600 + 30 * 60 + 5),
        ("PT3600.5S", 3600),
        ("P1Y2M", (365 + 60) * 86400),
    ],
)
def test_a_duration_is_read_to_the_second(text: str, seconds: int) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "P",
        "PT",
        "P1DT",
        "-PT1H",
        "+PT1H",
        "1H",
        "PT1D",
        "PT1.5H",
        "PT 1H",
        "PT\u0661H",
        "P99999Y",
        "PT" + "9" * 30 + "S",
        "PT1H\n",
    ],
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a duration"):
        parse_duration(text)
