"""What may a state store be asked to keep?"""

from datetime import timedelta

MAX_KEY_CHARACTERS = 200
"""Long enough for a purpose and a SHA-512 in hexadecimal."""

MAX_VALUE_BYTES = 64 * 1024
"""A pending login has a few kilobytes; more is a mistake or an attack."""


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
