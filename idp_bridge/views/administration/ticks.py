"""Which boxes did somebody tick, and which were ticked when the page was opened?

A box is written as its number, or as number and end: ``17`` or
``17@2026-06-30T22:00:00+00:00``. The page brings back what was ticked when it was
opened, so that only what its reader changed is changed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest

from authz.administration.models import BoxState, PermissionChange
from idp_bridge.texts import STOCKHOLM

_MAX_NUMBER: Final = 2_147_483_647
_MAX_DIGITS: Final = len(str(_MAX_NUMBER))
_INSTANT: Final = timedelta(microseconds=1)
_DAY: Final = timedelta(days=1)
_YEARS: Final = range(1900, 9990)
_MINE: Final = "mitt"
_SAVED: Final = "sparat"

Ends = Mapping[int, datetime | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticks:
    """A form with boxes as it came back."""

    before: Ends
    after: Ends
    typed: Mapping[int, str] = field(default_factory=dict)
    """What stands in the fields for ends, as it was typed."""
    reason: str = ""
    problems: Mapping[int, str] = field(default_factory=dict)
    """By box, what is wrong with its end: ``date`` or ``in-the-past``."""

    @property
    def change(self) -> PermissionChange:
        """What shall be changed."""
        return PermissionChange(
            before=self.before, after=self.after, reason=self.reason or None
        )


def read(form: MultiDict[str, str], *, today: date) -> Ticks:
    """Read the form with boxes, or the page that shows a conflict.

    Args:
        form: What a browser sent.
        today: What an end may not lie before.

    Raises:
        BadRequest: No page of ours sends this.
    """
    before = dict(map(_read_box, form.getlist("before")))
    typed: dict[int, str] = {}
    after: dict[int, datetime | None] = {}
    problems: dict[int, str] = {}
    for number in map(read_number, form.getlist("after")):
        typed[number] = form.get(f"till-{number}", "").strip()
        if not typed[number]:
            after[number] = None
            continue
        end, problem = _read_end(typed[number], before.get(number), today)
        after[number] = end
        if problem:
            problems[number] = problem
    after.update(_settled(form, before))
    reason = form.get("skal", "").strip()
    return Ticks(
        before=before, after=after, typed=typed, reason=reason, problems=problems
    )


def write_box(number: int, end: datetime | None) -> str:
    """Write a ticked box."""
    return str(number) if end is None else f"{number}@{end.isoformat()}"


def write_choice(number: int, state: BoxState) -> str:
    """Write a box that is ticked or not."""
    return write_box(number, state.valid_until) if state.is_given else f"-{number}"


def last_day(end: datetime | None) -> str:
    """Say on which day something counts for the last time, as 2026-06-30."""
    return "" if end is None else f"{(end - _INSTANT).astimezone(STOCKHOLM):%Y-%m-%d}"


def end_after(day: date) -> datetime:
    """Say when something ends that counts on a day for the last time."""
    midnight = datetime.combine(day + _DAY, time(), tzinfo=STOCKHOLM)
    return midnight.astimezone(UTC)


def read_day(text: str) -> date | None:
    """Read a day as 2026-06-30; ``None`` for anything else."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.isoformat() == text and day.year in _YEARS else None


def _read_end(
    text: str, before: datetime | None, today: date
) -> tuple[datetime | None, str | None]:
    """Read an end; one that nobody touched stays what it was, to the microsecond."""
    if text == last_day(before):
        return before, None
    day = read_day(text)
    if day is None:
        return None, "date"
    return end_after(day), "in-the-past" if day < today else None


def _settled(
    form: MultiDict[str, str], before: Mapping[int, datetime | None]
) -> Iterable[tuple[int, datetime | None]]:
    """Choose, for each box of a conflict, what somebody decided."""
    keep_all = form.get("avgor") == _SAVED
    for text in form.getlist("mine"):
        is_ticked = not text.startswith("-")
        number, end = _read_box(text.removeprefix("-"))
        if keep_all or form.get(f"val-{number}", _MINE) == _SAVED:
            if number in before:
                yield number, before[number]
        elif is_ticked:
            yield number, end


def _read_box(text: str) -> tuple[int, datetime | None]:
    number, _, end = text.partition("@")
    return read_number(number), _read_moment(end) if end else None


def read_number(text: str) -> int:
    """Read a number that a page of ours wrote.

    Raises:
        BadRequest: It is none.
    """
    is_number = text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS
    if not is_number or int(text) > _MAX_NUMBER:
        raise BadRequest("not a number of ours")
    return int(text)


def _read_moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadRequest("not a moment") from error
    if moment.tzinfo is None or moment.year not in _YEARS:
        raise BadRequest("not a moment")
    return moment
