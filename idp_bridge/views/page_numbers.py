"""Which numbers of pages stand under a long list?"""

from collections.abc import Iterator
from typing import Final

_AROUND: Final = 2


def shown_pages(page: int, last: int) -> list[int | None]:
    """List the first and last page and those around this one; ``None`` is a gap."""
    near = range(page - _AROUND, page + _AROUND + 1)
    shown = sorted({1, last, *(one for one in near if 1 <= one <= last)})
    return list(_with_gaps(shown))


def _with_gaps(shown: list[int]) -> Iterator[int | None]:
    before = 0
    for number in shown:
        if number > before + 1:
            yield None
        yield number
        before = number
