"""How long do we wait for a PostgreSQL server that took our connection and is silent?

libpq bounds the time of connecting only. A server that stops afterwards (suspended,
cut off by a firewall) would keep a worker waiting for hours.
"""

import os
import select
from functools import partial
from typing import Any

import psycopg
from psycopg.abc import RV, PQGen
from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.exc import DisconnectionError

CONNECT_SECONDS = 2
"""For making a connection; less is rounded up to this by libpq's rules."""

ANSWER_SECONDS = 2
"""For every answer to a statement."""

SORT_MEMORY = "16MB"
"""What a look at the list of a large organisation may use (``work_mem``): with the 4 MB
of a server that was left alone, 60 000 lines are written to the disk and read again."""

_ALONE = "-c max_parallel_workers_per_gather=0"
"""A statement uses one core of the server: starting helpers takes 8 ms, longer than
most of ours take, and one person's search must not have all cores."""


class PatientConnection(psycopg.Connection[Any]):
    """A connection that gives up on a server that does not answer."""

    def wait(
        self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None
    ) -> RV:
        """Wait for the server, at most as long as ``ANSWER_SECONDS``.

        Raises:
            psycopg.OperationalError: No answer, or one that the connection does not
                survive; it is closed then, since a late answer would be taken for
                that of the next statement.
        """
        try:
            limit = ANSWER_SECONDS if timeout is None else timeout
            return super().wait(gen, interval, limit)
        except psycopg.OperationalError:
            self.close()
            raise


class BoundedConnection(PatientConnection):
    """A connection to PostgreSQL that waits for every answer as long as it may."""

    answer_seconds: float = ANSWER_SECONDS

    def wait(
        self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None
    ) -> RV:
        """Wait for the server, at most as long as ``answer_seconds``.

        Raises:
            psycopg.OperationalError: No answer in time; the connection is closed.
        """
        limit = self.answer_seconds if timeout is None else timeout
        return super().wait(gen, interval, limit)


class _ConnectBounded:
    """Makes connections that wait for an answer only so long."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def __call__(
        self,
        _dialect: object,
        _record: object,
        arguments: list[Any],
        options: dict[str, Any],
    ) -> BoundedConnection:
        wanted = f"{options.get('options', '')} {_ALONE} -c work_mem={SORT_MEMORY}"
        connection = BoundedConnection.connect(
            *arguments, **{**options, "options": wanted.strip()}
        )
        connection.answer_seconds = self._seconds
        return connection


def bound(engine: Engine, *, seconds: float) -> None:
    """Bound how long the connections of an engine wait, and notice dead ones.

    Args:
        engine: An engine for PostgreSQL that has no connection yet.
        seconds: How long to wait for the answer to a statement.
    """
    event.listen(engine, "do_connect", _ConnectBounded(seconds))
    event.listen(engine, "checkout", refuse_dead)


def patient_engine(url: URL) -> Engine:
    """Make an engine for statements that are answered at once or not at all.

    The server gives up too, so that nothing happens after we have refused.

    Args:
        url: A PostgreSQL database.
    """
    connect_args = {
        "connect_timeout": CONNECT_SECONDS,
        "options": f"-c statement_timeout={ANSWER_SECONDS}s",
        "application_name": "idp-bridge state",
    }
    engine = create_engine(
        url,
        isolation_level="AUTOCOMMIT",
        pool_reset_on_return=None,  # there is no transaction to roll back
        hide_parameters=True,
        pool_timeout=CONNECT_SECONDS,
        connect_args=connect_args,
    )
    event.listen(engine, "do_connect", _connect)
    event.listen(engine, "checkout", refuse_dead)
    os.register_at_fork(after_in_child=partial(engine.dispose, close=False))
    return engine


def _connect(
    _dialect: object, _record: object, arguments: list[Any], options: dict[str, Any]
) -> PatientConnection:
    return PatientConnection.connect(*arguments, **options)


def refuse_dead(connection: PatientConnection, _record: object, _proxy: object) -> None:
    """Take another connection when the server has ended this one.

    An idle server says something only when it says goodbye. Asking the kernel costs
    microseconds; asking the server (``pool_pre_ping``) costs a round trip every time.

    Raises:
        DisconnectionError: There is something to read; the pool connects anew.
    """
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    if poll.poll(0):
        raise DisconnectionError
