"""A form with boxes says what its reader changed, and nothing else."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest

from authz.administration.models import BoxState
from idp_bridge.views.administration import ticks

TODAY = date(2026, 11, 23)
ENDS = st.none() | st.datetimes(
    min_value=datetime(2026, 11, 24, 12),  # noqa: DTZ001  # given a zone below
    max_value=datetime(2090, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
BOXES = st.dictionaries(st.integers(1, 2**31 - 1), ENDS, max_size=8)


def form(*pairs: tuple[str, str]) -> MultiDict[str, str]:
    return MultiDict(pairs)


def as_shown(boxes: dict[int, datetime | None]) -> list[tuple[str, str]]:
    """What a page sends back when nobody touches it."""
    pairs = []
    for number, end in boxes.items():
        pairs.append(("before", ticks.write_box(number, end)))
        pairs.append(("after", str(number)))
        pairs.append((f"till-{number}", ticks.last_day(end)))
    return pairs


@given(BOXES)
def test_a_form_that_nobody_touched_changes_nothing(
    boxes: dict[int, datetime | None],
) -> None:
    read = ticks.read(form(*as_shown(boxes)), today=TODAY)
    assert read.before == read.after == boxes
    assert read.problems == {}


@given(st.dates(min_value=date(1990, 1, 1), max_value=date(2200, 1, 1)))
def test_an_end_is_the_midnight_after_its_last_day(day: date) -> None:
    end = ticks.end_after(day)
    assert ticks.last_day(end) == day.isoformat()
    assert ticks.last_day(end + timedelta(microseconds=1)) != day.isoformat()


def test_midnight_is_midnight_in_sweden_in_summer_and_in_winter() -> None:
    assert ticks.end_after(date(2026, 6, 30)) == datetime(2026, 6, 30, 22, tzinfo=UTC)
    assert ticks.end_after(date(2026, 12, 31)) == datetime(2026, 12, 31, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    "typed",
    [
        "igen",
        "2026-13-01",
        "30/6",
        "20261231",
        "2026-W01-1",
        "1e9",
        "9999-12-31",
        "\u0662",
    ],
)
def test_what_is_no_day_is_a_problem_and_stays_as_it_was_typed(typed: str) -> None:
    read = ticks.read(form(("after", "7"), ("till-7", typed)), today=TODAY)
    assert read.problems == {7: "date"}
    assert read.typed[7] == typed


def test_a_day_may_be_today_but_not_yesterday() -> None:
    today = ticks.read(form(("after", "7"), ("till-7", "2026-11-23")), today=TODAY)
    assert today.problems == {}
    before = ticks.read(form(("after", "7"), ("till-7", "2026-11-22")), today=TODAY)
    assert before.problems == {7: "in-the-past"}


def test_an_end_without_its_tick_is_no_permission() -> None:
    read = ticks.read(form(("till-7", "2027-01-01")), today=TODAY)
    assert read.after == {}


@pytest.mark.parametrize(
    "pair",
    [
        ("after", "x"),
        ("after", ""),
        ("after", "1" * 40),
        ("after", "2147483648"),
        ("after", "\u0667"),
        ("before", "7@now"),
        ("before", "7@2026-01-01T00:00:00"),
        ("before", "7@0001-01-01T00:00:00+00:00"),
        ("before", "7@9999-12-31T23:59:59-23:00"),
        ("mine", "--7"),
        ("before", "-7"),
    ],
)
def test_what_no_page_of_ours_sends_is_refused(pair: tuple[str, str]) -> None:
    with pytest.raises(BadRequest):
        ticks.read(form(pair), today=TODAY)


END = datetime(2027, 1, 1, tzinfo=UTC)
CONFLICT = [
    ("before", "1"),  # saved now: given for ever
    ("mine", "-1"),  # chosen: not given
    ("mine", ticks.write_choice(2, BoxState(is_given=True, valid_until=END))),
    ("before", "3"),  # no conflict about these two
    ("after", "4"),
]


def test_a_conflict_is_settled_as_chosen() -> None:
    read = ticks.read(form(*CONFLICT, ("avgor", "mitt")), today=TODAY)
    assert read.before == {1: None, 3: None}
    assert read.after == {2: END, 4: None}


def test_a_conflict_is_settled_box_by_box() -> None:
    chosen = [("avgor", "mitt"), ("val-1", "sparat"), ("val-2", "mitt")]
    read = ticks.read(form(*CONFLICT, *chosen), today=TODAY)
    assert read.after == {1: None, 2: END, 4: None}


def test_what_is_saved_can_be_kept_without_losing_the_rest() -> None:
    read = ticks.read(form(*CONFLICT, ("avgor", "sparat")), today=TODAY)
    assert read.before == {1: None, 3: None}
    assert read.after == {1: None, 4: None}


def test_a_reason_is_kept_as_it_was_typed() -> None:
    read = ticks.read(form(("skal", f" {'a' * 600} ")), today=TODAY)
    assert read.change.reason == "a" * 600
    assert ticks.read(form(), today=TODAY).change.reason is None
