"""What do operators want done to sources? Asked for on a page, done in the background.

Fetching and reading a large document takes seconds and hundreds of megabytes, which no
web worker has. So a page only writes down what is wanted; whoever refreshes sources
does it within seconds, with the same code as the command line.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, delete, func, insert, select, update

from metadata.database import translated_errors
from metadata.tables import orders

_LATEST: Final = 20


class Action(StrEnum):
    """What shall be done."""

    ADD = "add"
    CHANGE = "change"
    MOVE = "move"
    REFRESH = "refresh"
    APPROVE = "approve"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """Something that was just done to a source, and is not committed yet."""

    action: Action
    source: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    """Plain values."""


Witness = Callable[[Deed, Any], None]
"""Writes down a deed through the open connection of the transaction that does it."""


def nobody(_deed: Deed, _connection: object) -> None:
    """Write nothing down: nobody has asked for the deed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Something that an operator wants done, and what became of it."""

    number: int = 0
    """Given by the database."""
    action: Action
    source: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    """What the action needs to know: plain values."""
    actor: str
    ordered_at: datetime
    done_at: datetime | None = None
    problem: str | None = None
    """Why it could not be done."""


class OrderStore:
    """Orders, open and done.

    Writing takes part in the transaction of somebody else, who also writes down who did
    it. Reading raises :class:`~metadata.errors.MetadataUnavailableError` when the
    database does not answer.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def place(self, connection: Connection, order: Order) -> None:
        """Write down what is wanted, unless exactly that is waiting already."""
        wanted = {
            "action": order.action,
            "source": order.source,
            "detail": json.dumps(dict(order.detail), sort_keys=True),
        }
        waiting = select(orders.c.number).where(
            orders.c.done_at.is_(None),
            *(orders.c[name] == value for name, value in wanted.items()),
        )
        if connection.execute(waiting).first() is None:
            row = {**wanted, "actor": order.actor, "ordered_at": order.ordered_at}
            connection.execute(insert(orders).values(**row))

    def finish(
        self,
        connection: Connection,
        order: Order,
        *,
        now: datetime,
        problem: str | None,
    ) -> None:
        """Write down what became of an order."""
        connection.execute(
            update(orders)
            .where(orders.c.number == order.number)
            .values(done_at=now, problem=problem)
        )

    def forget(self, before: datetime, *, dry_run: bool) -> int:
        """Delete orders that were done before a moment; only count them in a dry run.

        Returns:
            How many.
        """
        is_old = orders.c.done_at <= before
        with translated_errors(), self._engine.begin() as connection:
            count = connection.scalar(select(func.count(orders.c.number)).where(is_old))
            if not dry_run:
                connection.execute(delete(orders).where(is_old))
        return count or 0

    def open(self) -> tuple[Order, ...]:
        """Read what is still to be done, the oldest first."""
        query = select(orders).where(orders.c.done_at.is_(None))
        return self._read(query.order_by(orders.c.number))

    def latest(self) -> tuple[Order, ...]:
        """Read the latest orders, the newest first."""
        return self._read(
            select(orders).order_by(orders.c.number.desc()).limit(_LATEST)
        )

    def _read(self, query: Any) -> tuple[Order, ...]:
        with translated_errors(), self._engine.connect() as connection:
            return tuple(map(_order_of, connection.execute(query)))


def _order_of(row: Row[Any]) -> Order:
    return Order(
        number=row.number,
        action=Action(row.action),
        source=row.source,
        detail=json.loads(row.detail),
        actor=row.actor,
        ordered_at=row.ordered_at,
        done_at=row.done_at,
        problem=row.problem,
    )
