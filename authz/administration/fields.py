"""Can what an administrator wrote about a user be used?"""

import unicodedata
from collections.abc import Callable, Mapping
from typing import Final

from authz.administration.errors import BadFieldsError
from authz.administration.models import NewUser
from authz.errors import BadIdentifierError
from authz.identifiers import parse_hsa_id

MAX_NAME: Final = 100
MAX_NAME_BYTES: Final = 200
"""In UTF-8; an index of PostgreSQL has room for so much."""
MAX_EMAIL: Final = 254
"""In UTF-8 (RFC 5321, 4.5.3.1.3, less the brackets)."""
MAX_REASON: Final = 500

_NOT_SHOWN: Final = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
"""Categories of characters that nobody sees or that break a line."""


class _BrokenRuleError(Exception):
    """The text breaks a rule, named by the only argument."""


def read_user(user: NewUser, *, allow_test_ids: bool) -> NewUser:
    """Read the four values, trimmed and composed; all of them are needed.

    Raises:
        BadFieldsError: At least one of them cannot be used; all are named.
    """
    parsers: Mapping[str, Callable[[str], str]] = {
        "given_name": _name,
        "surname": _name,
        "hsa_id": lambda text: _hsa_id(text, allow_test_ids=allow_test_ids),
        "email": _email,
    }
    values: dict[str, str] = {}
    problems: dict[str, str] = {}
    for field, parse in parsers.items():
        try:
            values[field] = parse(getattr(user, field))
        except _BrokenRuleError as error:
            problems[field] = str(error)
    if problems:
        raise BadFieldsError(problems)
    return NewUser(**values)


def read_reason(reason: str | None) -> str | None:
    """Read why something is changed; nothing counts as no reason.

    Raises:
        BadFieldsError: The text is too long or has characters that nobody sees.
    """
    if reason is None or not reason.strip():
        return None
    try:
        return _line(reason, longest=MAX_REASON)
    except _BrokenRuleError as error:
        raise BadFieldsError({"reason": str(error)}) from None


def _name(text: str) -> str:
    name = _line(text, longest=MAX_NAME)
    if len(name.encode()) > MAX_NAME_BYTES:
        raise _BrokenRuleError("too-long")
    return name


def _hsa_id(text: str, *, allow_test_ids: bool) -> str:
    line = _line(text, longest=MAX_EMAIL).replace(" ", "")
    try:
        return parse_hsa_id(line, allow_test_ids=allow_test_ids)
    except BadIdentifierError:
        raise _BrokenRuleError("not-an-hsa-id") from None


def _email(text: str) -> str:
    address = _line(text, longest=MAX_EMAIL)
    name, at, domain = address.partition("@")
    has_parts = name and at and "." in domain.strip(".")
    if not has_parts or "@" in domain or any(map(str.isspace, address)):
        raise _BrokenRuleError("not-an-email")
    if len(address.encode()) > MAX_EMAIL:
        raise _BrokenRuleError("too-long")
    return address


def _line(text: str, *, longest: int) -> str:
    """Read one line of visible characters; every kind of blank becomes a blank."""
    line = unicodedata.normalize("NFC", text.strip())
    if not line:
        raise _BrokenRuleError("missing")
    if len(line) > longest:
        raise _BrokenRuleError("too-long")
    if any(unicodedata.category(each) in _NOT_SHOWN for each in line):
        raise _BrokenRuleError("control-character")
    return " ".join(line.split())
