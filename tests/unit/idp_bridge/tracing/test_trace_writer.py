"""A trace is written if it can be; it never stands in the way."""

from collections.abc import Iterator

import pytest
import structlog
from sqlalchemy import Engine

from idp_bridge.tracing.store import TraceStore
from idp_bridge.tracing.tables import trace_tables
from idp_bridge.tracing.writer import (
    OF_PARTNERS,
    OF_STRANGERS,
    REST_SECONDS,
    Ration,
    TraceWriter,
)
from tests.support.clock import NOW
from tests.support.log_lines import capture_logs
from tests.support.traces import TRACE, trace

Lines = list[structlog.typing.EventDict]
AT_ONCE, _ = OF_STRANGERS


class Seconds:
    """A clock that only a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def writer(store: TraceStore, seconds: Seconds) -> TraceWriter:
    return TraceWriter(store, monotonic=seconds)


@pytest.fixture
def lines() -> Iterator[Lines]:
    with capture_logs() as captured:
        yield captured


def test_a_trace_is_written_down(writer: TraceWriter, store: TraceStore) -> None:
    writer.write(TRACE)
    assert store.find(TRACE.reference) == TRACE


def test_a_database_that_cannot_write_is_left_alone_for_a_while(
    writer: TraceWriter,
    store: TraceStore,
    engine: Engine,
    seconds: Seconds,
    lines: Lines,
) -> None:
    trace_tables.drop_all(engine)
    writer.write(TRACE)
    assert [line["event"] for line in lines] == ["trace-lost"]
    assert lines[0]["error_id"] == TRACE.reference
    assert TRACE.sp_entity_id not in lines[0].values()
    seconds.now += REST_SECONDS
    trace_tables.create_all(engine)
    writer.write(TRACE)
    assert store.find(TRACE.reference) == TRACE


def test_a_number_that_is_taken_stops_nothing(
    writer: TraceWriter, store: TraceStore, lines: Lines
) -> None:
    for code in ("expired", "replayed"):
        writer.write(trace("BBBBBBBBB", code=code))
    writer.write(trace("CCCCCCCCC"))
    found = store.find("BBBBBBBBB")
    assert found is not None
    assert found.code == "expired"
    assert store.find("CCCCCCCCC") is not None
    assert [line["kind"] for line in lines] == ["IntegrityError"]


def test_strangers_cannot_fill_the_disk(
    writer: TraceWriter, store: TraceStore, seconds: Seconds
) -> None:
    for number in range(AT_ONCE + 20):
        writer.write(trace(f"S{number}", request_id=None))
    assert _count(store) == AT_ONCE
    writer.write(trace("of a partner"))
    assert _count(store) == AT_ONCE + 1
    seconds.now += 6
    writer.write(trace("later", request_id=None))
    writer.write(trace("too soon", request_id=None))
    assert _count(store) == AT_ONCE + 2
    assert store.find("later") is not None


def test_a_ration_grows_again_but_not_for_ever(seconds: Seconds) -> None:
    ration = Ration(2, 0.5, seconds)
    assert [ration.take() for _ in range(3)] == [True, True, False]
    seconds.now += 2
    assert [ration.take() for _ in range(2)] == [True, False]
    seconds.now += 3600
    assert [ration.take() for _ in range(3)] == [True, True, False]


def test_partners_get_more_than_strangers() -> None:
    assert OF_PARTNERS > OF_STRANGERS


def _count(store: TraceStore) -> int:
    return sum(store.counts(since=NOW.replace(year=2000)).values())
