"""What may a state store be asked to keep?"""

from collections.abc import Mapping
from datetime import timedelta

MAX_KEY_CHARACTERS = 200
"""Long enough for a purpose and a SHA-512 in hexadecimal."""

MAX_VALUE_BYTES = 64 * 1024
"""A pending login has a few kilobytes; more is a mistake or an attack."""

MAX_ADDITIONS = 2
"""How many values one call adds to."""


def check_key(key: str) -> None:
    """Refuse a key that not every store could keep.

    Raises:
        ValueError: It is empty, too long or not printable ASCII.
    """
    fits = 0 < len(key) <= MAX_KEY_CHARACTERS
    if not (fits and key.isascii() and key.isprintable()):
        raise ValueError(f"a key is 1 to {MAX_KEY_CHARACTERS} ASCII characters")


def check_value(value: bytes) -> None:
    """Refuse a value that is too large to keep for every login.

    Raises:
        ValueError: It is larger than the limit.
    """
    if len(value) > MAX_VALUE_BYTES:
        raise ValueError(f"{len(value)} bytes; the limit is {MAX_VALUE_BYTES}")


def check_ttl(ttl: timedelta) -> None:
    """Refuse to keep something for no time at all.

    Raises:
        ValueError: The time is zero or negative.
    """
    if ttl <= timedelta(0):
        raise ValueError("something is kept for a positive time")


def check_additions(additions: Mapping[str, bytes]) -> None:
    """Refuse to add to nothing, or to many values at once.

    Raises:
        ValueError: None, too many, or one of them is out of bounds.
    """
    if not 0 < len(additions) <= MAX_ADDITIONS:
        raise ValueError(f"something is added to 1 to {MAX_ADDITIONS} values")
    for key, value in additions.items():
        check_key(key)
        check_value(value)
