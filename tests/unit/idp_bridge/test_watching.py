"""Watching writes a line for what happens, and goes on whatever happens."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import structlog
from sqlalchemy import Engine

from idp_bridge.watching import Watch
from metadata.lease_store import LeaseStore
from metadata.loader import MetadataAdmin
from metadata.refreshing import Refresher
from metadata.reports import NewSource, Outcome
from metadata.store import EntityStore
from tests.support.clock import NOW, FrozenClock
from tests.support.databases import sqlite_engine
from tests.support.keys import rsa_key
from tests.support.log_lines import capture_logs
from tests.support.metadata_documents import group, idp, signed, sp

SIGNER = rsa_key("federation")
HOUR = timedelta(hours=1)

Lines = list[structlog.typing.EventDict]


def document(*entity_ids: str) -> bytes:
    services = (sp(entity_id) for entity_id in entity_ids)
    whole = group(idp(), *services, valid_until=NOW + timedelta(days=20))
    return signed(whole, SIGNER)


@pytest.fixture
def lines() -> Iterator[Lines]:
    with capture_logs() as captured:
        yield captured


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = sqlite_engine(tmp_path / "bridge.db")
    EntityStore(engine).create_tables()
    yield engine
    engine.dispose()


@pytest.fixture
def feed(engine: Engine, clock: FrozenClock, tmp_path: Path) -> Path:
    feed = tmp_path / "feed.xml"
    feed.write_bytes(document())
    admin = MetadataAdmin(EntityStore(engine), clock, own_entity_ids=())
    certificate = SIGNER.certificate_pem
    admin.add(NewSource(name="feed", location=str(feed), certificate_pem=certificate))
    return feed


@pytest.fixture
def watch(engine: Engine, clock: FrozenClock) -> Watch:
    store = EntityStore(engine)
    admin = MetadataAdmin(store, clock, own_entity_ids=())
    return Watch(Refresher(admin, store, LeaseStore(engine), clock))


def test_what_is_taken_is_told_in_figures(
    watch: Watch, feed: Path, lines: Lines
) -> None:
    feed.write_bytes(document("https://sp.example.se/a"))
    assert [result.outcome for result in watch.look()] == [Outcome.TAKEN]
    (line,) = lines
    assert (line["event"], line["source"]) == ("metadata-taken", "feed")
    assert (line["added"], line["unchanged"]) == (1, 1)


def test_a_problem_is_told_once_and_again_when_it_is_another_one(
    watch: Watch, feed: Path, lines: Lines, clock: FrozenClock
) -> None:
    feed.write_bytes(b"<html>Closed.</html>")
    for _ in range(3):
        watch.look()
        clock.advance(HOUR)
    feed.unlink()
    for _ in range(3):
        watch.look()
        clock.advance(HOUR)
    told = [(line["event"], line["source"], line["code"]) for line in lines]
    assert told == [
        ("metadata-kept", "feed", "source-refused"),
        ("metadata-kept", "feed", "fetch-failed"),
    ]


def test_nothing_is_told_when_nothing_happens(
    watch: Watch, feed: Path, lines: Lines, clock: FrozenClock
) -> None:
    assert feed.is_file()
    for _ in range(3):
        clock.advance(HOUR)
        watch.look()
    assert lines == []


def test_a_database_that_is_gone_for_a_while_is_told_once(
    watch: Watch, feed: Path, lines: Lines, engine: Engine
) -> None:
    assert feed.is_file()
    _rename(engine, "metadata_sources", "elsewhere")
    for _ in range(3):
        assert watch.look() == ()
    _rename(engine, "elsewhere", "metadata_sources")
    watch.look()
    assert [line["event"] for line in lines] == [
        "metadata-watch-waits",
        "metadata-watch-goes-on",
    ]


def _rename(engine: Engine, old: str, new: str) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql(f"ALTER TABLE {old} RENAME TO {new}")


def test_it_looks_until_it_is_no_longer_wanted(engine: Engine) -> None:
    waited: list[float] = []
    store, clock = EntityStore(engine), FrozenClock()
    admin = MetadataAdmin(store, clock, own_entity_ids=())
    Watch(
        Refresher(admin, store, LeaseStore(engine), clock),
        is_wanted=lambda: len(waited) < 5,
        sleep=waited.append,
    ).run()
    assert len(waited) == len(set(waited)) == 5
    assert all(3 < seconds < 5 for seconds in waited)
