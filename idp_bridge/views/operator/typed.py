"""What did somebody type into a form of the register, and can it be meant?

Only what somebody typed is checked here, so that the page can point at the field. Rules
that need to know what is registered belong to the service; its refusals end up at the
fields with :meth:`Typed.refuse`.
"""

import re
import unicodedata
from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from typing import Final

from werkzeug.datastructures import MultiDict

from authz.errors import BadIdentifierError
from authz.identifiers import parse_code, parse_hsa_id, parse_organisation_number
from authz.models import Validity
from idp_bridge.texts import STOCKHOLM

MAX_LINE: Final = 200
MAX_TEXT: Final = 4000
MAX_ADDRESS: Final = 1024
_MAX_MAIL: Final = 320
_MAIL: Final = re.compile(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+")
_FIRST: Final = date(1900, 1, 1)
_END: Final = date(2200, 1, 1)
_MINUTE: Final = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ]([01]\d|2[0-3])[:.]([0-5]\d)(?::00)?", re.ASCII
)
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_ONE_DAY: Final = timedelta(days=1)


class Typed:
    """What a browser sent, and what is wrong with it, at most one thing per field.

    Args:
        form: The fields; whatever no method asks for is ignored.
        came_late: Whether it was sent when the session was over, and is shown again.
    """

    def __init__(self, form: MultiDict[str, str], *, came_late: bool = False) -> None:
        self._form = form
        self.came_late = came_late
        self.problems: dict[str, str] = {}

    def __getitem__(self, field: str) -> str:
        """Give back what was typed, for the field to be filled again."""
        return self._form.get(field, "")

    def refuse(self, field: str, problem: str) -> None:
        """Note what is wrong with a field, unless something is already."""
        self.problems.setdefault(field, problem)

    def line(
        self, field: str, *, is_required: bool = True, longest: int = MAX_LINE
    ) -> str:
        """Read one line: blanks as one, composed letters, nothing invisible."""
        text = unicodedata.normalize("NFC", " ".join(self[field].split(" "))).strip()
        if not text and is_required:
            self.refuse(field, "required")
        if len(text) > longest:
            self.refuse(field, "long")
        if not _can_be_seen(text):
            self.refuse(field, "signs")
        return text

    def text(self, field: str) -> str:
        """Read several lines, which may be none."""
        lines = self[field].replace("\r\n", "\n").split("\n")
        text = unicodedata.normalize("NFC", "\n".join(map(str.rstrip, lines))).strip()
        if len(text) > MAX_TEXT:
            self.refuse(field, "long")
        if not all(map(_can_be_seen, lines)):
            self.refuse(field, "signs")
        return text

    def mail(self, field: str) -> str:
        """Read an address for e-mail."""
        text = self.line(field, longest=_MAX_MAIL)
        if text and not _MAIL.fullmatch(text):
            self.refuse(field, "mail")
        return text

    def hsa_id(self, field: str, *, allow_test_ids: bool) -> str:
        """Read an HSA-id."""
        text = self[field].strip()
        if not text:
            self.refuse(field, "required")
            return ""
        try:
            return parse_hsa_id(text, allow_test_ids=allow_test_ids)
        except BadIdentifierError:
            self.refuse(field, "hsa-id")
            return ""

    def organisation_number(self, field: str) -> str:
        """Read an organisation number as its ten digits."""
        if not self[field].strip():
            self.refuse(field, "required")
            return ""
        try:
            return parse_organisation_number(self[field])
        except BadIdentifierError:
            self.refuse(field, "number")
            return ""

    def code(self, field: str) -> str:
        """Read a code that will never change."""
        text = self[field].strip()
        try:
            return parse_code(text)
        except BadIdentifierError:
            self.refuse(field, "code")
            return ""

    def choice(self, field: str, choices: Collection[str]) -> str:
        """Read one of several words."""
        if self[field] not in choices:
            self.refuse(field, "choice")
            return ""
        return self[field]

    def address(self, field: str) -> str | None:
        """Read a web address, which may be none."""
        text = self.line(field, is_required=False, longest=MAX_ADDRESS)
        if text and not (text.startswith(("https://", "http://")) and " " not in text):
            self.refuse(field, "address")
        return text or None

    def first_day(self, field: str, *, is_required: bool = False) -> datetime | None:
        """Read the day on which something begins, at its midnight in Sweden."""
        day = self._day(field, is_required=is_required)
        return None if day is None else _midnight(day)

    def last_day(self, field: str, *, is_required: bool = False) -> datetime | None:
        """Read the last day of something: it ends at the midnight after it."""
        day = self._day(field, is_required=is_required)
        return None if day is None else _midnight(day + _ONE_DAY)

    def validity(self, first: str = "first_day", last: str = "last_day") -> Validity:
        """Read an interval of whole days, which may be open at both ends."""
        begins, ends = self.first_day(first), self.last_day(last)
        if begins and ends and ends <= begins:
            self.refuse(last, "order")
        return Validity(valid_from=begins, valid_until=ends)

    def minute(self, field: str) -> datetime | None:
        """Read a minute on the clocks of Sweden; nothing is none."""
        text = self[field].strip()
        if not text:
            return None
        match = _MINUTE.fullmatch(text)
        day = _known_day(match[1]) if match else None
        if match is None or day is None:
            self.refuse(field, "minute")
            return None
        at = time(int(match[2]), int(match[3]))
        return datetime.combine(day, at, tzinfo=STOCKHOLM)

    def _day(self, field: str, *, is_required: bool) -> date | None:
        if not self[field].strip():
            if is_required:
                self.refuse(field, "required")
            return None
        day = _known_day(self[field].strip())
        if day is None:
            self.refuse(field, "day")
        return day


def first_day_of(moment: datetime | None) -> str:
    """Write a beginning as its day, for a field."""
    return "" if moment is None else f"{moment.astimezone(STOCKHOLM):%Y-%m-%d}"


def last_day_of(moment: datetime | None) -> str:
    """Write an end as its last day, for a field and for people."""
    if moment is None:
        return ""
    return f"{moment.astimezone(STOCKHOLM) - timedelta(microseconds=1):%Y-%m-%d}"


def minute_of(moment: datetime | None) -> str:
    """Write a moment as a minute on the clocks of Sweden, for a field."""
    if moment is None:
        return ""
    return f"{moment.astimezone(STOCKHOLM):%Y-%m-%dT%H:%M}"


def _known_day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None
    # A year may be typed wrong, and the last day is followed by another one.
    return day if day and _FIRST <= day < _END else None


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=STOCKHOLM)


def _can_be_seen(text: str) -> bool:
    return not any(unicodedata.category(sign) in _UNSEEN for sign in text)
