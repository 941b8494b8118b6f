"""Traces come back as they were, are counted by an index and go when they are old."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from authz.errors import StoreUnavailableError
from idp_bridge.database import autocommit
from idp_bridge.tracing.models import Trace, TraceKind
from idp_bridge.tracing.steps import Step, TraceStep
from idp_bridge.tracing.store import TraceStore
from tests.support.clock import NOW
from tests.support.databases import postgresql_engine
from tests.support.traces import TRACE, trace

HOUR = timedelta(hours=1)


def test_a_trace_comes_back_as_it_was(store: TraceStore) -> None:
    bare = Trace(reference="ZZZZZZZZZ", at=NOW, kind=TraceKind.PAGE, code="unexpected")
    store.add(TRACE)
    store.add(bare)
    assert store.find(TRACE.reference) == TRACE
    assert store.find(bare.reference) == bare
    assert store.find("BBBBBBBBB") is None


def test_what_no_database_likes_in_a_text_comes_back_too(store: TraceStore) -> None:
    strange = trace("CCCCCCCCC", reason="nul \0, half \ud800, Å \U0001f600 '; DROP")
    store.add(strange)
    assert store.find("CCCCCCCCC") == strange


def test_a_step_of_a_newer_version_is_shown_as_it_is(store: TraceStore) -> None:
    step = TraceStep(step="walked-on-water", at=NOW)
    store.add(trace("DDDDDDDDD", steps=(step,)))
    found = store.find("DDDDDDDDD")
    assert found is not None
    assert found.steps == (step,)
    assert step.step not in set(Step)


def test_refused_logins_of_the_last_hour_are_counted_by_cause(
    store: TraceStore,
) -> None:
    instant = timedelta(microseconds=1)
    store.add(trace("B", at=NOW - HOUR))
    store.add(trace("C", at=NOW - HOUR + instant))
    store.add(trace("D", code="bad-signature"))
    store.add(trace("F", code="bad-signature"))
    store.add(trace("G", code="unexpected", kind=TraceKind.PAGE))
    found = store.counts(since=NOW - HOUR)
    assert list(found.items()) == [("bad-signature", 2), ("no-permission", 1)]


def test_a_list_has_the_newest_first_and_pages(store: TraceStore) -> None:
    for number, reference in enumerate("BCDFG"):
        at = NOW - timedelta(minutes=number)
        store.add(trace(reference, at=at, code="expired" if number % 2 else "replayed"))
    every = store.page(since=NOW - HOUR, code=None, limit=2, offset=2)
    assert [one.reference for one in every.traces] == ["D", "F"]
    assert every.total == 5
    some = store.page(since=NOW - HOUR, code="expired", limit=50, offset=0)
    assert [one.reference for one in some.traces] == ["C", "F"]


def test_old_traces_are_counted_and_then_forgotten(store: TraceStore) -> None:
    store.add(trace("B", at=NOW - HOUR))
    store.add(trace("C", at=NOW - HOUR, kind=TraceKind.PAGE))
    store.add(trace("D"))
    assert store.forget(NOW - HOUR, dry_run=True) == 2
    assert store.find("B") is not None
    assert store.forget(NOW - HOUR, dry_run=False) == 2
    assert store.find("B") is store.find("C") is None
    assert store.find("D") is not None


def test_counting_and_forgetting_follow_the_index(
    store: TraceStore, engine: Engine
) -> None:
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET enable_seqscan = off"))
        for statement in (
            (
                "SELECT code, count(*) FROM login_traces"
                " WHERE kind = 'login' AND at > '2026-01-01' GROUP BY code"
            ),
            (
                "DELETE FROM login_traces WHERE kind IN ('login', 'page')"
                " AND at <= '2026-01-01'"
            ),
        ):
            explain = "EXPLAIN QUERY PLAN" if _is_sqlite(engine) else "EXPLAIN"
            rows = connection.execute(text(f"{explain} {statement}"))
            assert "ix_login_traces_found" in str(rows.all())
    assert store.counts(since=NOW) == {}


def _is_sqlite(engine: Engine) -> bool:
    return engine.dialect.name == "sqlite"


@pytest.mark.peers
def test_a_silent_database_is_an_error_in_our_own_words() -> None:
    engine = postgresql_engine("postgresql+psycopg://nobody@127.0.0.1:1/none")
    silent = TraceStore(autocommit(engine))
    with pytest.raises(StoreUnavailableError):
        silent.add(TRACE)
    with pytest.raises(StoreUnavailableError):
        silent.counts(since=NOW)
