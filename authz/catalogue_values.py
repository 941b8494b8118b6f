"""What may stand behind one key of a catalogue file?

Each parser takes what TOML made of the value and gives what the database stores. The
text of a ``ValueError`` becomes part of a sentence: "<key> <text>".
"""

import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import partial
from typing import TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from authz.claims import FORMATS
from authz.errors import BadIdentifierError
from authz.identifiers import parse_code, parse_hsa_id, parse_organisation_number

T = TypeVar("T")

SWEDISH_TIME = ZoneInfo("Europe/Stockholm")
"""Where a date without a time begins at midnight."""

MAX_NAME = 200
MAX_EMAIL = 254
MAX_URI = 1024
MAX_DESCRIPTION = 2000


def text(value: object, *, longest: int = MAX_NAME) -> str:
    """Read words: one line, composed, without control and format characters."""
    words = unicodedata.normalize("NFC", _string(value)).strip()
    if not words:
        raise ValueError("must not be empty")
    if len(words) > longest:
        raise ValueError(f"is longer than {longest} characters")
    if any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") for c in words):
        raise ValueError("must not contain line breaks or control characters")
    return words


def description(value: object) -> str:
    """Read a paragraph; it may have several lines."""
    words = _string(value).strip()
    lines = [text(line, longest=MAX_DESCRIPTION) for line in words.split("\n") if line]
    return "\n".join(lines)


def email(value: object) -> str:
    """Read an address for mail, roughly: something, one @, something, no blanks."""
    address = text(value, longest=MAX_EMAIL)
    name, at, domain = address.partition("@")
    if not (name and at and domain) or "@" in domain or " " in address:
        raise ValueError("is not an e-mail address")
    return address


def web_address(value: object) -> str:
    """Read a URL with the scheme http or https and a host."""
    address = uri(value)
    try:
        parts = urlsplit(address)
    except ValueError:
        raise ValueError("is not a web address") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("is not a web address")
    return address


def uri(value: object) -> str:
    """Read a URI without blanks, as an entityID is one."""
    words = text(value, longest=MAX_URI)
    if " " in words:
        raise ValueError("must not contain blanks")
    return words


def code(value: object) -> str:
    """Read the code of an e-tjänst or of a permission."""
    return _told(parse_code, _string(value))


def organisation_number(value: object) -> str:
    """Read an organisation number, with or without hyphen."""
    return _told(parse_organisation_number, _string(value))


def hsa_id(*, allow_test_ids: bool) -> Callable[[object], str]:
    """Make the parser for HSA-ids."""

    def parse(value: object) -> str:
        return _told(
            partial(parse_hsa_id, allow_test_ids=allow_test_ids), _string(value)
        )

    return parse


def claim_format(value: object) -> str:
    """Read the name of a claim format."""
    name = _string(value)
    if name not in FORMATS:
        raise ValueError(f"is none of {', '.join(FORMATS)}")
    return name


def one_of(choices: type[StrEnum]) -> Callable[[object], str]:
    """Make the parser for a word from a list."""

    def parse(value: object) -> str:
        word = _string(value)
        if word not in list(choices):
            raise ValueError(f"is none of {', '.join(choices)}")
        return word

    return parse


def yes_or_no(value: object) -> bool:
    """Read true or false."""
    if not isinstance(value, bool):
        raise ValueError("must be true or false")  # noqa: TRY004  # told like the others
    return value


def list_of(parser: Callable[[object], T]) -> Callable[[object], tuple[T, ...]]:
    """Make the parser for a list."""

    def parse(value: object) -> tuple[T, ...]:
        if not isinstance(value, list):
            raise ValueError("must be a list")  # noqa: TRY004  # told like the others
        return tuple(parser(each) for each in value)

    return parse


def moment_from(value: object) -> datetime:
    """Read a beginning: a date means its midnight in Sweden."""
    return _moment(value, whole_days=0)


def moment_until(value: object) -> datetime:
    """Read an end: a date is the last day, so it ends at the midnight after it."""
    return _moment(value, whole_days=1)


def _moment(value: object, *, whole_days: int) -> datetime:
    try:
        return _local_moment(value, whole_days).astimezone(UTC)
    except OverflowError:
        raise ValueError("is too far away") from None


def _local_moment(value: object, whole_days: int) -> datetime:
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=SWEDISH_TIME)
    if isinstance(value, date):
        day = value + timedelta(days=whole_days)
        return datetime.combine(day, time.min, tzinfo=SWEDISH_TIME)
    raise ValueError("must be a date such as 2026-01-31, without quotes")


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("must be a text in quotes")  # noqa: TRY004  # told like the others
    return value


def _told(parse: Callable[[str], str], words: str) -> str:
    try:
        return parse(words)
    except BadIdentifierError as error:
        raise ValueError(f"is {error}") from None
