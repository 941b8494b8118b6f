"""What do many measurements of the same thing say?"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import ceil
from random import Random
from statistics import median
from time import perf_counter
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Samples:
    """How long the same thing took, each time, in milliseconds."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        """What half of them did not exceed."""
        return median(self.values)

    def percentile(self, percent: int) -> float:
        """Say what that many percent of them did not exceed."""
        return sorted(self.values)[ceil(len(self.values) * percent / 100) - 1]

    def __str__(self) -> str:
        """Write what is typical and what is slow."""
        slow = f"p95 {self.percentile(95):.2f} ms, p99 {self.percentile(99):.2f} ms"
        return f"{self.median:.2f} ms ({slow})"


def timed(work: Callable[[T], object], inputs: Iterable[T], *, warm_up: int) -> Samples:
    """Do some work with each input.

    Args:
        work: What is measured.
        inputs: What it is done with.
        warm_up: How many of the first are not counted.
    """
    values = []
    for each in inputs:
        start = perf_counter()
        work(each)
        values.append((perf_counter() - start) * 1000)
    return Samples(tuple(values[warm_up:]))


def shuffled(things: Iterable[T], *, times: int) -> list[T]:
    """Repeat things, in an order that is the same in every run."""
    many = [thing for thing in things for _ in range(times)]
    Random(1).shuffle(many)  # noqa: S311  # no secret
    return many
