"""Sources are looked at when they are due, by one process at a time."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Event

import pytest
from sqlalchemy import Engine, create_engine

from metadata.entities import Role
from metadata.errors import MetadataUnavailableError
from metadata.fetching import FetchPolicy
from metadata.lease_store import Lease, LeaseStore
from metadata.loader import MetadataAdmin
from metadata.refreshing import (
    AFTER_UNEXPECTED,
    LEASE,
    LEASE_TIME,
    Errands,
    Refresher,
)
from metadata.reports import NewSource, Outcome
from metadata.store import EntityStore
from tests.support.clock import NOW, FrozenClock
from tests.support.keys import rsa_key
from tests.support.metadata_documents import group, idp, signed, sp
from tests.support.misbehaving_server import MisbehavingServer, Talk, misbehaving_server

SIGNER = rsa_key("federation")
OTHER = "https://other.example.se/saml"
OLD = "https://old.example.se/saml"
THIRD = "https://third.example.se/saml"
INSTANT = timedelta(microseconds=1)
HOUR = timedelta(hours=1)


def document(*entity_ids: str) -> bytes:
    """Write a signed federation that has one service of each name, and an IdP."""
    services = (sp(entity_id) for entity_id in entity_ids)
    whole = group(idp(), *services, valid_until=NOW + timedelta(days=7))
    return signed(whole, SIGNER)


@dataclass
class Node:
    """A process of the bridge, as far as metadata goes."""

    engine: Engine
    clock: FrozenClock
    errands_waiting: bool = False
    errands_done: int = 0
    store: EntityStore = field(init=False)
    admin: MetadataAdmin = field(init=False)
    leases: LeaseStore = field(init=False)
    refresher: Refresher = field(init=False)

    def __post_init__(self) -> None:
        self.store = EntityStore(self.engine)
        self.admin = MetadataAdmin(
            self.store,
            self.clock,
            own_entity_ids=(),
            fetching=FetchPolicy(allow_loopback_http=True),
        )
        self.leases = LeaseStore(self.engine)
        errands = Errands(
            are_waiting=lambda: self.errands_waiting, carry_out=self.carry_out
        )
        self.refresher = Refresher(
            self.admin, self.store, self.leases, self.clock, errands=errands
        )

    def carry_out(self, may_go_on: Callable[[], bool]) -> None:
        assert may_go_on()
        assert self.leases.holder_of(LEASE, now=self.clock())
        self.errands_waiting = False
        self.errands_done += 1

    def outcomes(self) -> dict[str, Outcome]:
        return {one.source: one.outcome for one in self.refresher.run_due()}

    def knows(self, entity_id: str) -> bool:
        return self.store.find(entity_id, Role.SP) is not None


@contextmanager
def another(engine: Engine, clock: FrozenClock) -> Iterator[Node]:
    own = create_engine(engine.url)
    try:
        yield Node(own, clock)
    finally:
        own.dispose()


@pytest.fixture
def node(engine: Engine, store: EntityStore, clock: FrozenClock) -> Node:
    assert store.states() == ()
    return Node(engine, clock)


@pytest.fixture
def server() -> Iterator[MisbehavingServer]:
    with misbehaving_server(None) as running:
        yield running


def url_source(node: Node, server: MisbehavingServer, name: str = "federation") -> None:
    """Add a source at the server that is looked at every hour."""
    serve(server, document(OTHER), name)
    node.admin.add(
        NewSource(
            name=name,
            location=server.url(f"/{name}"),
            certificate_pem=SIGNER.certificate_pem,
            refresh_every=HOUR,
        )
    )
    server.asked.clear()


def serve(server: MisbehavingServer, body: bytes, name: str = "federation") -> None:
    server.does(f"/{name}", lambda talk: talk.answer(body))


def file_source(node: Node, path: Path, *, is_pinned: bool = False) -> None:
    path.write_bytes(document(OTHER))
    certificate = None if is_pinned else SIGNER.certificate_pem
    node.admin.add(
        NewSource(
            name=path.stem,
            location=str(path),
            certificate_pem=certificate,
            refresh_every=HOUR,
        )
    )


# --- what is due ----------------------------------------------------------------------


def test_a_source_is_fetched_from_the_moment_that_it_is_due(
    node: Node, server: MisbehavingServer, clock: FrozenClock
) -> None:
    url_source(node, server)
    serve(server, document(OTHER, THIRD))
    clock.advance(HOUR - INSTANT)
    assert node.outcomes() == {}
    assert server.asked == []
    clock.advance(INSTANT)
    assert node.outcomes() == {"federation": Outcome.TAKEN}
    assert node.knows(THIRD)
    assert node.outcomes() == {}
    assert len(server.asked) == 1


def test_a_file_that_changes_is_taken_at_once(node: Node, tmp_path: Path) -> None:
    path = tmp_path / "file.xml"
    file_source(node, path)
    assert node.outcomes() == {}
    path.write_bytes(document(OTHER, THIRD))
    assert node.outcomes() == {"file": Outcome.TAKEN}
    assert node.knows(THIRD)
    assert node.outcomes() == {}


def test_a_file_that_is_refused_is_tried_once_and_again_when_it_changes(
    node: Node, tmp_path: Path
) -> None:
    path = tmp_path / "file.xml"
    file_source(node, path)
    path.write_bytes(b"<html>We are working on it.</html>")
    assert node.outcomes() == {"file": Outcome.REFUSED}
    assert node.outcomes() == {}
    path.write_bytes(document(OTHER, THIRD))
    assert node.outcomes() == {"file": Outcome.TAKEN}
    assert node.knows(THIRD)


def test_a_file_that_is_gone_is_told_once_and_taken_when_it_is_back(
    node: Node, tmp_path: Path
) -> None:
    path = tmp_path / "file.xml"
    file_source(node, path)
    path.unlink()
    assert node.outcomes() == {"file": Outcome.REFUSED}
    assert node.outcomes() == {}
    path.write_bytes(document(OTHER, THIRD))
    assert node.outcomes() == {"file": Outcome.TAKEN}


def test_a_pinned_file_that_changes_waits_and_is_looked_at_once(
    node: Node, tmp_path: Path
) -> None:
    path = tmp_path / "pinned.xml"
    file_source(node, path, is_pinned=True)
    path.write_bytes(document(OTHER, THIRD))
    assert node.outcomes() == {"pinned": Outcome.PENDING}
    assert node.outcomes() == {}
    assert not node.knows(THIRD)
    node.admin.approve("pinned")
    assert node.knows(THIRD)
    assert node.outcomes() == {}


def test_a_problem_is_news_once(
    node: Node, server: MisbehavingServer, clock: FrozenClock
) -> None:
    url_source(node, server)
    server.does("/federation", lambda talk: talk.answer(status="500 No"))
    news = []
    for _ in range(3):
        clock.advance(HOUR)
        news += [result.is_news for result in node.refresher.run_due()]
    assert news == [True, False, False]
    assert node.knows(OTHER)


def test_what_one_source_breaks_does_not_stop_the_others(
    node: Node, server: MisbehavingServer, clock: FrozenClock
) -> None:
    url_source(node, server, "first")
    url_source(node, server, "second")
    serve(server, document(OTHER, THIRD), "second")
    real = node.admin.refresh

    def refresh(name: str, **options: bool) -> object:
        if name == "first":
            raise ZeroDivisionError("SE2321000016-A001")
        return real(name, **options)

    node.admin.refresh = refresh  # type: ignore[assignment,method-assign]
    clock.advance(HOUR)
    outcomes = {"first": Outcome.REFUSED, "second": Outcome.TAKEN}
    assert node.outcomes() == outcomes
    state = node.store.state("first")
    assert state.problem == "unexpected: ZeroDivisionError"
    assert state.next_check_at == clock() + AFTER_UNEXPECTED


# --- whose turn it is -----------------------------------------------------------------


def test_of_two_nodes_at_the_same_moment_one_fetches_and_both_know(
    node: Node, server: MisbehavingServer, clock: FrozenClock, engine: Engine
) -> None:
    url_source(node, server)
    clock.advance(HOUR)
    body = document(OTHER, THIRD)
    both_have_looked = Event()

    def answer(talk: Talk) -> None:
        both_have_looked.wait(10)
        talk.answer(body)

    server.does("/federation", answer)
    with another(engine, clock) as second:
        barrier = Barrier(2)

        def run(which: Node) -> dict[str, Outcome]:
            barrier.wait()
            try:
                outcomes = which.outcomes()
            finally:
                both_have_looked.set()
            return outcomes

        with ThreadPoolExecutor(2) as pool:
            found = list(pool.map(run, (node, second)))
        assert sorted(found, key=len) == [{}, {"federation": Outcome.TAKEN}]
        assert len(server.asked) == 1
        assert node.knows(THIRD)
        assert second.knows(THIRD)
        assert node.outcomes() == second.outcomes() == {}
    assert len(server.asked) == 1


def hold(node: Node, holder: str = "somebody") -> None:
    now = node.clock()
    lease = Lease(name=LEASE, holder=holder, until=now + LEASE_TIME)
    assert node.leases.take(lease, now=now)


def test_nothing_is_done_in_the_turn_of_another(
    node: Node, server: MisbehavingServer, clock: FrozenClock
) -> None:
    url_source(node, server)
    clock.advance(HOUR)
    hold(node)
    node.errands_waiting = True
    assert node.outcomes() == {}
    assert (server.asked, node.errands_done) == ([], 0)
    assert node.leases.holder_of(LEASE, now=clock()) == "somebody"


def test_the_turn_of_a_dead_process_ends(
    node: Node, server: MisbehavingServer, clock: FrozenClock
) -> None:
    url_source(node, server)
    clock.advance(HOUR)
    hold(node)
    clock.advance(LEASE_TIME - INSTANT)
    assert node.outcomes() == {}
    clock.advance(INSTANT)
    assert node.outcomes() == {"federation": Outcome.TAKEN}


def test_a_turn_ends_with_its_work(
    node: Node, server: MisbehavingServer, clock: FrozenClock
) -> None:
    url_source(node, server)
    clock.advance(HOUR)
    assert node.outcomes() != {}
    assert node.leases.holder_of(LEASE, now=clock()) is None


def test_a_turn_ends_when_the_process_is_told_to_end(
    node: Node, server: MisbehavingServer, clock: FrozenClock
) -> None:
    url_source(node, server)
    clock.advance(HOUR)

    def end(_name: str) -> object:
        raise SystemExit

    node.admin.refresh = end  # type: ignore[assignment,method-assign]
    with pytest.raises(SystemExit):
        node.outcomes()
    assert node.leases.holder_of(LEASE, now=clock()) is None


def test_errands_are_done_in_the_same_turn_once(node: Node) -> None:
    node.errands_waiting = True
    assert node.outcomes() == {}
    assert node.outcomes() == {}
    assert node.errands_done == 1


def in_the_middle(
    server: MisbehavingServer, name: str, then: Callable[[], None], body: bytes
) -> None:
    """Let something happen while a document is fetched."""

    def answer(talk: Talk) -> None:
        then()
        talk.answer(body)

    server.does(f"/{name}", answer)


def test_whoever_lost_the_turn_stops_between_sources(
    node: Node, server: MisbehavingServer, clock: FrozenClock
) -> None:
    url_source(node, server, "first")
    url_source(node, server, "second")
    clock.advance(HOUR)

    def lose() -> None:
        clock.advance(LEASE_TIME)
        hold(node, "successor")

    in_the_middle(server, "first", lose, document(OTHER, THIRD))
    assert node.outcomes() == {"first": Outcome.TAKEN}
    assert [asked.path for asked in server.asked] == ["/first"]
    assert node.leases.holder_of(LEASE, now=clock()) == "successor"


def test_whoever_lost_the_turn_puts_no_older_version_over_a_newer_one(
    node: Node, server: MisbehavingServer, clock: FrozenClock, engine: Engine
) -> None:
    url_source(node, server)
    clock.advance(HOUR)
    with another(engine, clock) as successor:

        def overtake() -> None:
            clock.advance(LEASE_TIME)
            serve(server, document(OTHER, THIRD))
            assert successor.outcomes() == {"federation": Outcome.TAKEN}

        old = document(OTHER, OLD)
        in_the_middle(server, "federation", overtake, old)
        assert node.outcomes() == {"federation": Outcome.SAME}
        assert node.store.state("federation").problem is None
        assert successor.knows(THIRD)
        assert successor.knows(OTHER)
        assert not successor.knows(OLD)


def test_a_database_that_does_not_answer_is_told(node: Node) -> None:
    with node.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE metadata_sources RENAME TO gone")
    with pytest.raises(MetadataUnavailableError):
        node.refresher.run_due()
