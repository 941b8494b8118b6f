"""``python -m benchmarks administration``: is the permission store quick enough?"""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from benchmarks.administration import measuring
from benchmarks.administration.kept import PLACES, folder_for
from benchmarks.administration.population import (
    FEW,
    GRANTS_EACH,
    LARGEST,
    Population,
)
from benchmarks.administration.store import Store, opened
from benchmarks.table import Row, show

USERS: Final = {"SQLite": 100_000, "PostgreSQL": 1_000_000}
"""How many users there are at full scale."""
_LEAST_LARGEST: Final = 50
_LEAST_OTHERS: Final = 100


def main(arguments: list[str]) -> None:
    """Run everything about administration that ``make bench`` measures."""
    given = _parser().parse_args(arguments)
    with folder_for(given.keep) as folder:
        for place in [given.place] if given.place else PLACES:
            population = population_of(place, given.scale)
            with PLACES[place](folder, population) as url, opened(url) as store:
                show(_title(place, population), rows(store, population, given))


def population_of(place: str, scale: float) -> Population:
    """Decide how many people a database has at a scale; 1 is the size of Sweden."""
    largest = max(_LEAST_LARGEST, int(LARGEST * scale))
    users = max(largest + _LEAST_OTHERS, int(USERS[place] * scale))
    return Population(users=users, largest=largest)


def rows(
    store: Store, population: Population, given: argparse.Namespace
) -> Iterator[Row]:
    """Measure everything, one thing after the other."""
    yield from measuring.decision_rows(store, population, given.decisions)
    yield from measuring.page_rows(store, population, given.times)
    yield from measuring.apart_rows(store, population, 10 * given.times)
    yield from measuring.bulk_rows(store, population, 3)


def _title(place: str, population: Population) -> str:
    return (
        f"{population.users} users, about {population.users * GRANTS_EACH} grants,"
        f" {population.organisations} organisations with {FEW} to"
        f" {population.largest} users, on {place}"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks administration", description=__doc__
    )
    parser.add_argument("--scale", type=float, default=1, help="1 is full size")
    parser.add_argument("--place", choices=tuple(PLACES), help="only this database")
    parser.add_argument("--decisions", type=int, default=3000)
    parser.add_argument("--times", type=int, default=10, help="each page is read")
    parser.add_argument("--keep", type=Path, help="folder for filled databases")
    return parser
