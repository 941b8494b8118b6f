"""In which order do Swedish names stand, whatever the database thinks of letters?

Databases sort by rules of their own, or by code points, where Å comes after Ä. So the
order is made here: every value has a key, and keys are compared character by character
(PostgreSQL: collation ``C``, SQLite: ``BINARY``).
"""

import unicodedata
from typing import Final

KEY_LENGTH: Final = 64
"""Longer keys are cut; no list needs more to be in order."""

_LETTERS: Final = str.maketrans(
    {
        "\u00e5": "{",
        "\u00e4": "|",
        "\u00e6": "|",
        "\u00f6": "}",
        "\u00f8": "}",
        "\u00fc": "y",
        "\u00f0": "d",
        "\u0111": "d",
        "\u0142": "l",
        "\u00fe": "th",
        "\u0153": "}",
        "'": None,
        "\u2019": None,
        "\u00b4": None,
        "-": " ",
        "_": " ",
    }
)
"""The three last letters of the alphabet become the three characters after ``z``."""


def sort_key(text: str) -> str:
    """Make the key by which a value is sorted among Swedish names.

    Å, Ä and Ö come last, in this order, and Ü is sorted as Y, as in the telephone
    directory; other accents do not count. A blank or a hyphen comes before every
    letter, so that Ann Sofie comes before Anna.
    """
    composed = unicodedata.normalize("NFC", text.casefold()).translate(_LETTERS)
    letters = unicodedata.normalize("NFD", composed)
    plain = "".join(each for each in letters if not unicodedata.combining(each))
    return " ".join(plain.split())[:KEY_LENGTH]
