"""Which number does a person read out who met an error page?"""

import re
import secrets
from typing import Final

_ALPHABET: Final = "23456789BCDFGHJKMNPQRSTVWXZ"
"""No look-alikes (0, O, 1, I, L), and no vowels: no number happens to be a word."""
LENGTH: Final = 9
_REFERENCE: Final = re.compile(f"[{_ALPHABET}]{{{LENGTH}}}", re.ASCII)
_BETWEEN: Final = re.compile(r"[\s.\-\u2010-\u2015]+")
"""What people and mail programs put between the signs."""


def new_reference() -> str:
    """Make a reference number that can be read aloud; 42 random bits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(LENGTH))


def read_reference(typed: str) -> str | None:
    """Read a reference number as people write it; ``None`` if it cannot be one."""
    word = _BETWEEN.sub("", typed).upper()
    return word if _REFERENCE.fullmatch(word) else None
