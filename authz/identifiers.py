"""What do an HSA-id, an organisation number and a code look like?

Everything here is checked to be ASCII *before* its case is changed: ``"ß".upper()`` is
``"SS"``, a dotless i becomes ``I``, and letters of other alphabets look like ours.
"""

import re

from authz.errors import BadIdentifierError

XML_BLANKS = " \t\r\n"
"""What may surround a value in a form or in XML (XML 1.0, 2.3) and is trimmed."""

MAX_CODE_LENGTH = 64

_HSA_ID = re.compile(r"SE\d{10}-[A-Za-z0-9]{1,18}", re.ASCII | re.IGNORECASE)
_TEST_HSA_ID = re.compile(
    r"(?:T[-_]SERVICES[-_])?(?:SE|TSTNMT|TST|TNT)\d{10}(?:\d{2})?-[A-Za-z0-9]{1,18}",
    re.ASCII | re.IGNORECASE,
)
_ORGANISATION_NUMBER = re.compile(r"(?:16)?(\d{6})-?(\d{4})", re.ASCII)
_CODE = re.compile(rf"[a-z0-9][a-z0-9-]{{0,{MAX_CODE_LENGTH - 1}}}", re.ASCII)


def parse_hsa_id(text: str, *, allow_test_ids: bool) -> str:
    """Read an HSA-id as it was written, without the blanks around it.

    ``SE``, the ten digits of the directory's owner, a hyphen and 1 to 18 letters or
    digits: at most 31 characters. The digits say who keeps the directory, not who the
    employer is, so they are not checked further and never authorise anybody.

    Args:
        text: What somebody typed or a partner sent.
        allow_test_ids: Also accept the forms of test directories: ``TSTNMT…``,
            ``TST…``, ``TNT…``, twelve digits, and ``T-SERVICES-…``.

    Raises:
        BadIdentifierError: The text is not an HSA-id.
    """
    trimmed = _ascii(text, "HSA-id")
    grammar = _TEST_HSA_ID if allow_test_ids else _HSA_ID
    if not grammar.fullmatch(trimmed):
        raise BadIdentifierError("not an HSA-id: SE, ten digits, hyphen, 1-18 letters")
    return trimmed


def hsa_key(text: str) -> str:
    """Make the form by which an HSA-id is found: two spellings, one key.

    HSA-ids are compared without regard to case (caseIgnoreMatch).

    Args:
        text: An HSA-id of any accepted form.

    Raises:
        BadIdentifierError: The text cannot be an HSA-id.
    """
    return parse_hsa_id(text, allow_test_ids=True).upper()


def parse_organisation_number(text: str) -> str:
    """Read an organisation number as its ten digits.

    Accepts ``2321000016``, ``232100-0016`` and the twelve-digit ``162321000016``. The
    third digit is at least 2 (a personal number's is 0 or 1) and the last one is the
    check digit (modulus 10).

    Args:
        text: What somebody typed or a partner sent.

    Raises:
        BadIdentifierError: The text is not an organisation number.
    """
    match = _ORGANISATION_NUMBER.fullmatch(_ascii(text, "organisation number"))
    if match is None:
        raise BadIdentifierError("not an organisation number: ten digits")
    digits = match[1] + match[2]
    if digits[2] < "2":
        raise BadIdentifierError("not an organisation number: third digit below 2")
    if _luhn_sum(digits) % 10:
        raise BadIdentifierError("not an organisation number: wrong check digit")
    return digits


def parse_code(text: str) -> str:
    """Read the code of an e-tjänst or of a permission.

    Codes travel in claims with a colon between them and are never renamed, so they are
    plain: lower-case ASCII letters, digits and hyphens.

    Args:
        text: What an operator wrote.

    Raises:
        BadIdentifierError: The text is not a code.
    """
    if not _CODE.fullmatch(text):
        raise BadIdentifierError(
            f"not a code: a-z, 0-9 and hyphen, at most {MAX_CODE_LENGTH} characters"
        )
    return text


def _ascii(text: str, name: str) -> str:
    trimmed = text.strip(XML_BLANKS)
    if not trimmed.isascii():
        raise BadIdentifierError(f"not an {name}: only ASCII letters and digits")
    return trimmed


def _luhn_sum(digits: str) -> int:
    doubled = (int(digit) * 2 for digit in digits[::2])
    return sum(n - 9 if n > 9 else n for n in doubled) + sum(map(int, digits[1::2]))  # noqa: PLR2004
