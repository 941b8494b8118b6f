"""Where is a search found in a text, on every database and every page alike?

The same form of both is compared: composed (NFC), without regard to case. The database
compares what :func:`search_form` made, a page marks what :func:`hits` finds.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

MAX_SEARCH: Final = 200
"""Longer searches are cut."""

MAX_COLUMN_BYTES: Final = 300
"""No search is found behind this in a column: an index row holds 2 704 bytes."""

BETWEEN: Final = "\n"
"""What stands between columns, so that no search is found across two of them."""


def search_form(text: str) -> str:
    """Make the form of a text that is compared; every kind of blank is a blank."""
    spaced = "".join(" " if each.isspace() else each for each in text)
    composed = unicodedata.normalize("NFC", spaced)
    return unicodedata.normalize("NFC", composed.casefold())


def needle_of(search: str) -> str:
    """Make what is looked for of what somebody typed.

    Blanks around it do not count, and a control character (which no column has) is
    looked for in vain like any other character, but never reaches the database.
    """
    form = search_form(search.strip()[:MAX_SEARCH])
    return "".join(
        "\ufffd" if unicodedata.category(each) in ("Cc", "Cs") else each
        for each in form
    )


def search_text(columns: Iterable[str]) -> str:
    """Put the columns of a line together in the form that is compared."""
    return BETWEEN.join(_bounded(search_form(column)) for column in columns)


def _bounded(form: str) -> str:
    return form.encode(errors="replace")[:MAX_COLUMN_BYTES].decode(errors="ignore")


def hits(text: str, search: str) -> Iterator[tuple[int, int]]:
    """Say from where until where the search is found in a text, without overlaps.

    A letter that consists of several characters is marked whole.

    Args:
        text: What a page shows.
        search: What somebody typed.
    """
    needle = needle_of(search)
    if not needle:
        return
    forms = [(search_form(text[a:b]), a, b) for a, b in _letters(text)]
    form = "".join(each for each, _, _ in forms)
    places = [place for each, a, b in forms for place in [(a, b)] * len(each)]
    at = form.find(needle)
    last = 0
    while at >= 0:
        end = at + len(needle)
        start, last = max(places[at][0], last), places[end - 1][1]
        if start < last:
            yield start, last
        at = form.find(needle, end)


def _letters(text: str) -> Iterator[tuple[int, int]]:
    """Cut a text before every character that does not combine with the one before."""
    start = 0
    for at in range(1, len(text)):
        if not unicodedata.combining(text[at]):
            yield start, at
            start = at
    if text:
        yield start, len(text)
