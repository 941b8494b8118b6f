"""Which page of a list is shown, in which order, and where are the others?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from flask import request

from idp_bridge.views.page_numbers import shown_pages

PAGE_SIZE: Final = 50
_MAX_SEARCH: Final = 200
_MAX_PAGE: Final = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """Where we are in a list that has pages."""

    total: int
    page: int
    page_size: int = PAGE_SIZE

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(1, -(-self.total // self.page_size))

    @property
    def numbers(self) -> list[int | None]:
        """The pages to link, ``None`` where some are left out."""
        return shown_pages(self.page, self.last)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorting:
    """By which column a list is sorted."""

    column: str
    descending: bool

    @property
    def kept(self) -> dict[str, str]:
        """What an address says about it."""
        return {"sortera": f"-{self.column}" if self.descending else self.column}

    def aria(self, column: str) -> str | None:
        """Say how a column is sorted, as a table header says it."""
        if column != self.column:
            return None
        return "descending" if self.descending else "ascending"

    def next(self, column: str) -> str:
        """Say what a press on a column's header asks for."""
        turns = column == self.column and not self.descending
        return f"-{column}" if turns else column


def asked_page(*, most: int = _MAX_PAGE) -> int:
    """Read the number of a page; whatever is none means the first one.

    Args:
        most: A larger number means this page.
    """
    word = request.args.get("sida", "")
    if not (word.isascii() and word.isdigit()):
        return 1
    return min(max(int(word[:9]), 1), most)


def asked_sorting(columns: Mapping[str, object], usual: str) -> Sorting:
    """Read by which column to sort; the usual one if the word is none."""
    word = request.args.get("sortera", usual)
    column = word.removeprefix("-")
    if column not in columns:
        word = column = usual
    return Sorting(column=column, descending=word.startswith("-"))


def asked_search(name: str = "sok") -> str:
    """Read what is looked for."""
    return request.args.get(name, "").strip()[:_MAX_SEARCH]


def asked_choice(name: str, choices: Mapping[str, object]) -> str | None:
    """Read one of several words; ``None`` when it is none of them."""
    word = request.args.get(name, "")
    return word if word in choices else None
