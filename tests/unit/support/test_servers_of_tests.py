"""The servers that tests start are real, empty and gone afterwards."""

import os
import sys
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
import redis

from tests.support.clock import NOW, FrozenClock
from tests.support.postgres import PostgresServer
from tests.support.processes import Server, ServerDidNotStartError, running


def test_the_clock_stands_until_it_is_moved(clock: FrozenClock) -> None:
    assert clock() == clock() == NOW
    clock.advance(timedelta(seconds=1))
    assert clock() == NOW + timedelta(seconds=1)


def test_a_server_that_ends_at_once_is_reported_with_its_log(tmp_path: Path) -> None:
    server = Server(
        command=[sys.executable, "-c", "print('no licence'); raise SystemExit(1)"],
        log=tmp_path / "log",
        is_ready=lambda: False,
    )
    with pytest.raises(ServerDidNotStartError, match="no licence"), running(server):
        pass


def test_a_server_is_gone_after_a_failure_in_its_block(tmp_path: Path) -> None:
    server = Server(
        command=["sleep", "60"], log=tmp_path / "log", is_ready=lambda: True
    )
    started: list[int] = []
    with pytest.raises(ZeroDivisionError):
        _fail_while_running(server, started)
    with pytest.raises(ProcessLookupError):
        os.kill(started[0], 0)


def _fail_while_running(server: Server, started: list[int]) -> None:
    with running(server) as process:
        started.append(process.pid)
        raise ZeroDivisionError


@pytest.mark.peers
def test_every_database_is_new_and_gone_afterwards(
    postgres_server: PostgresServer,
) -> None:
    with postgres_server.fresh_database() as first:
        address = first.replace("+psycopg", "")
        with psycopg.connect(address) as link:
            link.execute("CREATE TABLE t (n integer)")
        name = first.rpartition("/")[2]
        with postgres_server.fresh_database(template=name) as copy:
            assert _tables(copy) == ["t"]
        with postgres_server.fresh_database() as second:
            assert _tables(second) == []
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(address)


@pytest.mark.peers
def test_redis_is_empty(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0


def _tables(url: str) -> list[str]:
    with psycopg.connect(url.replace("+psycopg", "")) as link:
        query = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        return [name for (name,) in link.execute(query)]
