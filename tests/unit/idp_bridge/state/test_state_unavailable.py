"""A store that does not answer is an error, soon, and never an answer."""

import socket
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from idp_bridge.errors import StoreUnavailableError
from idp_bridge.state.port import StateStore
from tests.support.links import Link
from tests.support.ports import free_port
from tests.support.state_stores import TTL, Opened, Place

LIMIT_SECONDS = 3

USES: dict[str, Callable[[StateStore], object]] = {
    "put": lambda store: store.put("login:1", b"one", TTL),
    "get": lambda store: store.get("login:1"),
    "take": lambda store: store.take("login:1"),
    "add_once": lambda store: store.add_once("replay:1", TTL),
    "append": lambda store: store.append({"log:1": b"one"}, TTL),
    "ping": lambda store: store.ping(),
}
NOBODY = ["postgresql+psycopg://nobody@127.0.0.1:1/none", "redis://127.0.0.1:1/0"]


def refuses_soon(store: StateStore, use: str) -> None:
    started = time.monotonic()
    with pytest.raises(StoreUnavailableError):
        USES[use](store)
    assert time.monotonic() - started < LIMIT_SECONDS


def at_port(url: str, port: int) -> Place:
    return Place(make_url(url).set(port=port).render_as_string(hide_password=False))


@pytest.fixture
def silent_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.fixture(
    params=[
        pytest.param("postgres_url", marks=pytest.mark.peers),
        pytest.param("redis_url", marks=pytest.mark.peers),
    ]
)
def linked(
    request: pytest.FixtureRequest, opened: Opened
) -> Iterator[tuple[Link, StateStore]]:
    url: str = request.getfixturevalue(request.param)
    if request.param == "postgres_url":
        _make_table(url)
    with Link(make_url(url).port or 0) as link:
        store = opened(at_port(url, link.port))
        store.put("login:1", b"one", TTL)
        yield link, store


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("url", NOBODY)
def test_nobody_listens(url: str, use: str, opened: Opened) -> None:
    refuses_soon(opened(at_port(url, free_port())), use)


@pytest.mark.parametrize("use", ["take", "add_once"])
@pytest.mark.parametrize("url", NOBODY)
def test_somebody_listens_and_never_answers(
    url: str, use: str, opened: Opened, silent_port: int
) -> None:
    refuses_soon(opened(at_port(url, silent_port)), use)


@pytest.mark.parametrize("use", ["take", "add_once"])
def test_the_link_is_cut_after_it_worked(
    linked: tuple[Link, StateStore], use: str
) -> None:
    link, store = linked
    link.cut()
    refuses_soon(store, use)


@pytest.mark.parametrize("use", ["take", "add_once"])
def test_the_server_falls_silent_after_it_answered(
    linked: tuple[Link, StateStore], use: str
) -> None:
    link, store = linked
    link.freeze()
    refuses_soon(store, use)


@pytest.mark.parametrize("use", USES)
def test_the_database_file_cannot_be_opened(
    use: str, opened: Opened, tmp_path: Path
) -> None:
    refuses_soon(opened(Place(f"sqlite:///{tmp_path}/missing/state.db")), use)


@pytest.mark.parametrize("use", USES)
def test_the_table_is_missing(use: str, opened: Opened, tmp_path: Path) -> None:
    refuses_soon(opened(Place(f"sqlite:///{tmp_path}/empty.db")), use)


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
@pytest.mark.parametrize("use", ["put", "take", "add_once"])
def test_somebody_holds_the_database_file(
    place: Place, store: StateStore, use: str
) -> None:
    path = make_url(place.url).database
    assert path is not None
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    refuses_soon(store, use)
    holder.close()


@pytest.mark.peers
def test_connections_that_the_server_ended_are_not_used(
    postgres_url: str, opened: Opened
) -> None:
    _make_table(postgres_url)
    store = opened(Place(postgres_url))
    store.put("login:1", b"one", TTL)
    with psycopg.connect(postgres_url.replace("+psycopg", "")) as link:
        link.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert store.take("login:1") == b"one"


def _make_table(url: str) -> None:
    with psycopg.connect(url.replace("+psycopg", "")) as link:
        link.execute(
            "CREATE TABLE state_entries (key varchar(200) PRIMARY KEY,"
            " value bytea NOT NULL, expires_at bigint NOT NULL)"
        )
