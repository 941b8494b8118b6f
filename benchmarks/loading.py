"""What do loading, refreshing and looking up cost, beside bare parsing?"""

import os
from collections.abc import Iterator, Sequence
from operator import attrgetter
from statistics import median
from typing import Final

from benchmarks.cost import Cost, cost_of
from benchmarks.feed import Feed, Member
from benchmarks.table import Row

LOAD_LIMIT: Final = 4
MEMORY_LIMIT: Final = 1.3
REFRESH_LIMIT: Final = 2
COLD_LIMIT_MS: Final = 2
WARM_LIMIT_US: Final = 20


def typical(costs: Sequence[Cost]) -> Cost:
    """Choose the one in the middle, by the clock on the wall."""
    return sorted(costs, key=attrgetter("seconds"))[len(costs) // 2]


def bare(feed: Feed, entities: int, *, repeats: int) -> Cost:
    """Measure what lxml and xmlsec need to parse and to verify the document."""
    path = feed.document(entities)
    return typical(
        [
            cost_of("bare", path, feed.certificate, environ=os.environ)
            for _ in range(repeats)
        ]
    )


def load_rows(floor: Cost, loads: Sequence[Cost]) -> Iterator[Row]:
    """Compare full loads, each into a new database."""
    load = typical(loads)
    yield _time_row("full load into a new database", load, floor, LOAD_LIMIT)
    yield _memory_row("its memory at most", load, floor)


def refresh_rows(floor: Cost, member: Member, *, repeats: int) -> Iterator[Row]:
    """Compare refreshes of a federation that is loaded."""
    changed = []
    for revision in range(1, repeats + 1):
        member.receive(revision=revision)
        changed.append(member.refresh())
    refresh = typical(changed)
    yield _time_row("refresh, 1 % changed", refresh, floor, REFRESH_LIMIT)
    yield _memory_row("its memory at most", refresh, floor)
    same = typical([member.refresh("--force") for _ in range(repeats)])
    yield _time_row("refresh, read again, nothing changed", same, floor, None)
    untouched = typical([member.refresh() for _ in range(repeats)])
    yield _time_row("refresh, file untouched", untouched, floor, None)


def lookup_rows(member: Member, *, repeats: int) -> Iterator[Row]:
    """Measure the way of an entity to a login."""
    costs = [member.look_up().details for _ in range(repeats)]
    cold = median(one["cold_ms"] for one in costs)
    slow = median(one["cold_p99_ms"] for one in costs)
    warm = median(one["warm_us"] for one in costs)
    yield Row(
        what="lookup, cold",
        measured=f"{cold:.2f} ms (p99 {slow:.2f} ms)",
        compared=cold,
        unit="ms",
        limit=COLD_LIMIT_MS,
    )
    yield Row(
        what="lookup, warm",
        measured=f"{warm:.1f} µs",
        compared=warm,
        unit="µs",
        limit=WARM_LIMIT_US,
    )


def _time_row(what: str, cost: Cost, floor: Cost, limit: float | None) -> Row:
    return Row(
        what=what,
        measured=_times(cost),
        beside=f"bare {_times(floor)}",
        compared=cost.seconds / floor.seconds,
        limit=limit,
    )


def _memory_row(what: str, cost: Cost, floor: Cost) -> Row:
    return Row(
        what=what,
        measured=f"{cost.peak_mb:.0f} MB",
        beside=f"bare {floor.peak_mb:.0f} MB",
        compared=cost.peak_mb / floor.peak_mb,
        limit=MEMORY_LIMIT,
    )


def _times(cost: Cost) -> str:
    return f"{cost.seconds:.2f} s (CPU {cost.cpu_seconds:.2f} s)"
