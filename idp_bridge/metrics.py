"""What do we count and measure? No personal data, and no label that strangers choose.

One process keeps its figures in memory. Several workers keep them in files of one
folder (:func:`share`), so that whichever of them is asked answers for all.
"""

import os
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    values,
)
from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from metadata.clock import Clock
from metadata.errors import MetadataError
from metadata.records import SourceState
from metadata.sources import Kind
from metadata.store import EntityStore

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
ISSUED: Final = "issued"
"""The outcome of a login that succeeded; all others are codes of errors."""
ANSWERED: Final = "answered"
"""The outcome of a query about attributes that was answered."""
LOGGED_OUT: Final = "logged-out"
"""The outcome of a logout that came to its end."""
NO_PROBLEM: Final = "none"
_FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_NAME: Final = "idp_bridge"
_SOURCE: Final = ("source",)


def share(folder: Path) -> None:
    """Keep the figures of this process where its siblings find them.

    To be called in every worker before its first :class:`Metrics`. The library looks
    at its environment when it is imported, which was in the parent.
    """
    os.environ[_FOLDER] = str(folder)
    values.ValueClass = values.MultiProcessValue()  # type: ignore[no-untyped-call]


class Metrics:
    """The figures of this process.

    Args:
        sources: Says how sources of metadata are, whenever figures are asked for.
    """

    def __init__(self, sources: Collector) -> None:
        self._own = CollectorRegistry()
        self._sources = CollectorRegistry()
        self._sources.register(sources)
        self._outcomes = Counter(
            f"{_NAME}_outcomes",
            "Logins, logouts and queries that went well, and refusals, by code.",
            ("code",),
            registry=self._own,
        )
        self._durations = Histogram(
            f"{_NAME}_request_seconds",
            "How long a worker needed for a request, by route.",
            ("route",),
            buckets=_SECONDS,
            registry=self._own,
        )
        self._routes: dict[str, Histogram] = {}

    def count(self, code: str) -> None:
        """Count how something ended.

        Args:
            code: ``issued``, or the code of an error.
        """
        self._outcomes.labels(code).inc()

    def observe(self, route: str, seconds: float) -> None:
        """Take down how long a request took.

        Args:
            route: The pattern of its address, never the address.
            seconds: How long it took.
        """
        histogram = self._routes.get(route)
        if histogram is None:
            histogram = self._routes[route] = self._durations.labels(route)
        histogram.observe(seconds)

    def text(self) -> bytes:
        """Write all figures, those of our siblings too, as Prometheus reads them."""
        return generate_latest(self._figures()) + generate_latest(self._sources)

    def _figures(self) -> CollectorRegistry:
        folder = os.environ.get(_FOLDER)
        if folder is None:
            return self._own
        shared = CollectorRegistry()
        MultiProcessCollector(shared, path=folder)  # type: ignore[no-untyped-call]  # puts itself into it
        return shared


class SourceFigures(Collector):
    """How fresh every source of metadata is, read when it is asked for.

    Args:
        store: Where sources are kept.
        clock: What time it is.
    """

    def __init__(self, store: EntityStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """Name nothing beforehand: registering must not ask the database."""
        return ()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Measure every source, unless the database is silent."""
        up = GaugeMetricFamily(
            f"{_NAME}_metadata_store_up", "Whether the store of metadata answers."
        )
        try:
            states = self._store.states()
        except MetadataError:
            up.add_metric((), 0)
            yield up
            return
        up.add_metric((), 1)
        yield up
        yield from self._families(states)

    def _families(self, states: Iterable[SourceState]) -> Iterator[GaugeMetricFamily]:
        age = _family("age_seconds", "Time since the version in use was taken.")
        left = _family("valid_seconds", "Time until the version in use ends.")
        late = _family("overdue_seconds", "How much later than due nobody has looked.")
        count = _family("entities", "Entities that the source brings.")
        problem = _family("problem", "1: why the newest version is not in use.", "code")
        waits = _family("waits", "1: a version waits for an operator's approval.")
        now = self._clock()
        for state in states:
            name = (state.source.name,)
            if state.source.kind is not Kind.MDQ:  # whose entities come one at a time
                _add_seconds(age, name, since=state.loaded_at, until=now)
                _add_seconds(left, name, since=now, until=state.valid_until)
                late.add_metric(name, _overdue_seconds(state, now))
            count.add_metric(name, state.entity_count)
            code = problem_code(state.problem)
            problem.add_metric((*name, code or NO_PROBLEM), 1 if code else 0)
            waits.add_metric(name, 0 if state.pending is None else 1)
        yield from (age, left, late, count, problem, waits)


def _overdue_seconds(state: SourceState, now: datetime) -> float:
    if state.next_check_at is None:
        return 0
    return max(0, (now - state.next_check_at).total_seconds())


def _add_seconds(
    family: GaugeMetricFamily,
    labels: tuple[str, ...],
    *,
    since: datetime | None,
    until: datetime | None,
) -> None:
    """Measure a time whose both ends are known; of another one nothing is said."""
    if since is not None and until is not None:
        family.add_metric(labels, (until - since).total_seconds())


def problem_code(problem: str | None) -> str | None:
    """Take the code from a problem as it is kept: ``code: what happened``."""
    return problem.partition(":")[0] if problem else None


def _family(name: str, meaning: str, *more: str) -> GaugeMetricFamily:
    full = f"{_NAME}_metadata_source_{name}"
    return GaugeMetricFamily(full, meaning, labels=(*_SOURCE, *more))
