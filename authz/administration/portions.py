"""How many numbers go into one statement? Not more than every database takes."""

from collections.abc import Iterable, Iterator
from typing import Final, TypeVar

MANY: Final = 1000

T = TypeVar("T", int, str)


def portions(values: Iterable[T]) -> Iterator[list[T]]:
    """Cut values, each once and in order, into lists for one statement each."""
    wanted = sorted(set(values))
    for start in range(0, len(wanted), MANY):
        yield wanted[start : start + MANY]
