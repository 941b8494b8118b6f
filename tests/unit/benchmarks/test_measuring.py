"""Do the measurements do what they say? How long things take is not looked at here."""

import os
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest

from benchmarks.bridge import Keys, serving
from benchmarks.cost import Cost, cost_of
from benchmarks.feed import Feed, member
from benchmarks.loading import load_rows, typical
from benchmarks.logins import answer_times
from benchmarks.partners import new_key
from benchmarks.table import Row
from tests.support.source_code import ROOT

ENTITIES = 12
ENVIRON = MappingProxyType({**os.environ, "PYTHONPATH": str(ROOT)})


@pytest.fixture(scope="module")
def feed(tmp_path_factory: pytest.TempPathFactory) -> Feed:
    return Feed(tmp_path_factory.mktemp("feed"), new_key(2048))


def test_bare_work_is_counted(feed: Feed) -> None:
    cost = cost_of(
        "bare", feed.document(ENTITIES), feed.certificate, environ=dict(ENVIRON)
    )
    assert 0 < cost.cpu_seconds < 30
    assert cost.peak_mb > 1


def test_bare_work_verifies_the_signature(feed: Feed, tmp_path: Path) -> None:
    broken = tmp_path / "broken.xml"
    broken.write_bytes(feed.document(ENTITIES).read_bytes().replace(b"sp-", b"sq-", 1))
    with pytest.raises(RuntimeError, match="erif"):
        cost_of("bare", broken, feed.certificate, environ=dict(ENVIRON))


def test_a_bridge_loads_refreshes_finds_and_answers(feed: Feed, tmp_path: Path) -> None:
    keys = Keys.new(2048)
    folder = tmp_path / "bridge"
    with member(folder, "SQLite", keys, feed, entities=ENTITIES) as one:
        assert one.load().seconds > 0
        with pytest.raises(RuntimeError, match="federation"):
            one.load()  # a command that fails is no measurement
        one.receive(revision=1)
        assert one.refresh().seconds > 0
        assert one.look_up().details.keys() == {"cold_ms", "cold_p99_ms", "warm_us"}
        with serving(one.installation, workers=1) as bridge:
            waited = answer_times(bridge, keys, logins=4, rate=4)
            assert len(waited) == 4
            assert bridge.cpu_seconds() > 0
            memory = bridge.worker_memory()
            assert 0 < memory.proportional_mb <= memory.resident_mb


def test_a_limit_is_kept_up_to_itself() -> None:
    row = Row(what="load", measured="4 s", beside="1 s", compared=4.0, limit=4)
    assert row.is_kept
    assert str(row) == "| load | 4 s | 1 s | 4 x | 4 x | yes |"
    late = replace(row, compared=4.01)
    assert not late.is_kept
    assert str(late).endswith("| **no** |")
    assert replace(row, limit=None).is_kept is None


def test_the_cost_in_the_middle_counts() -> None:
    costs = [Cost(seconds=seconds) for seconds in (9, 1, 2)]
    assert typical(costs).seconds == 2


def test_time_and_memory_are_compared_with_the_bare_work() -> None:
    floor = Cost(seconds=2, peak_mb=500)
    time, memory = load_rows(floor, [Cost(seconds=6, peak_mb=700)])
    assert (time.compared, time.is_kept) == (3, True)
    assert (memory.compared, memory.is_kept) == (1.4, False)
