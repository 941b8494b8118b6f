"""``python -m benchmarks metadata``: what does a federation of 10 000 cost?"""

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks import partners
from benchmarks.answering import running_rows, start_row
from benchmarks.bridge import Keys
from benchmarks.cost import Cost
from benchmarks.feed import Feed, Member, member
from benchmarks.loading import bare, load_rows, lookup_rows, refresh_rows
from benchmarks.places import PLACES
from benchmarks.table import Row, show

FEW: Final = 10
"""Entities of the federation that the large one is compared with."""
_BITS: Final = 3072


def main(arguments: list[str]) -> None:
    """Run everything about metadata that ``make bench`` measures."""
    given = _parser().parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        feed = Feed(Path(folder), partners.new_key(_BITS))
        floor = bare(feed, given.entities, repeats=given.repeats)
        for place in [given.place] if given.place else PLACES:
            bench = Bench(
                folder=Path(folder) / place,
                place=place,
                feed=feed,
                keys=Keys.new(_BITS),
                given=given,
            )
            title = f"{given.entities} entities on {place}"
            show(title, bench.rows(floor))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks metadata", description=__doc__
    )
    parser.add_argument("--entities", type=int, default=10_000)
    parser.add_argument("--repeats", type=int, default=3, help="of loads and starts")
    parser.add_argument("--slices", type=int, default=7, help="turns of logins")
    parser.add_argument("--logins", type=int, default=1000, help="in a comparison")
    parser.add_argument("--rate", type=float, default=15, help="logins per second")
    parser.add_argument("--place", choices=tuple(PLACES), help="only this database")
    return parser


@dataclass(frozen=True, kw_only=True)
class Bench:
    """All measurements on one kind of database."""

    folder: Path
    place: str
    feed: Feed
    keys: Keys
    given: argparse.Namespace

    def rows(self, floor: Cost) -> Iterator[Row]:
        """Measure everything, one thing after the other.

        Args:
            floor: What bare parsing and verifying costs.
        """
        repeats = self.given.repeats
        with ExitStack() as stack:
            loads = [self._load_once(number) for number in range(1, repeats)]
            many = stack.enter_context(self._member("many", self.given.entities))
            yield from load_rows(floor, [*loads, many.load()])
            yield from refresh_rows(floor, many, repeats=repeats)
            yield from lookup_rows(many, repeats=repeats)
            few = stack.enter_context(self._member("few", FEW))
            few.load()
            yield start_row(few, many, repeats=repeats)
            yield from running_rows(
                few,
                many,
                slices=self.given.slices,
                logins=self.given.logins,
                rate=self.given.rate,
            )

    def _load_once(self, number: int) -> Cost:
        with self._member(f"load-{number}", self.given.entities) as loading:
            return loading.load()

    def _member(self, name: str, entities: int) -> AbstractContextManager[Member]:
        folder = self.folder / name
        return member(folder, self.place, self.keys, self.feed, entities=entities)
