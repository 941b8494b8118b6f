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
        0x00E5: "{",  # a with ring
        0x00E4: "|",  # a with diaeresis
        0x00E6: "|",  # ae
        0x00F6: "}",  # o with diaeresis
        0x00F8: "}",  # o with stroke
        0x0153: "}",  # oe
        0x00FC: "y",  # u with diaeresis
        0x00F0: "d",  # eth
        0x0111: "d",  # d with stroke
        0x0142: "l",  # l with stroke
        0x00FE: "th",  # thorn
        0x2019: None,  # apostrophe
        0x00B4: None,  # acute accent, used as an apostrophe
        0x0027: None,  # typewriter's apostrophe
        0x002D: " ",  # hyphen
        0x005F: " ",  # low line
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
