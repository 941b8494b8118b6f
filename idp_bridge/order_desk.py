"""Who takes the orders of operators, and who carries them out?

Taking one is a row and its audit entry in one transaction. Carrying it out may take
minutes and is for the process that refreshes sources, under its lease: the outcome and
its audit entry are again one transaction. Should that process die in between, the order
is carried out once more; doing the same twice changes nothing or is refused.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from authz import audit
from authz.audit import Event
from authz.audit_store import AuditStore
from authz.service import AuthzService
from metadata.entities import Role
from metadata.errors import MetadataError, MetadataUnavailableError
from metadata.filters import Filters
from metadata.loader import MetadataAdmin
from metadata.orders import Action, Deed, Order, OrderStore, Witness
from metadata.reports import NewSource, Outcome, RefreshResult
from metadata.sources import Kind

_AUDIT: Final[Mapping[Action, audit.Action]] = {
    Action.ADD: audit.Action.METADATA_SOURCE_ADD,
    Action.CHANGE: audit.Action.METADATA_SOURCE_CHANGE,
    Action.MOVE: audit.Action.METADATA_SOURCE_MOVE,
    Action.REFRESH: audit.Action.METADATA_SOURCE_REFRESH,
    Action.APPROVE: audit.Action.METADATA_SOURCE_APPROVE,
    Action.REMOVE: audit.Action.METADATA_SOURCE_REMOVE,
}


_DEEDS: Final[Mapping[Action, Callable[[Order, MetadataAdmin], object]]] = {
    Action.ADD: lambda order, admin: admin.add(new_source(order)),
    Action.CHANGE: lambda order, admin: admin.add(new_source(order), replacing=True),
    Action.REFRESH: lambda order, admin: admin.refresh(order.source, force=True),
    Action.APPROVE: lambda order, admin: admin.approve(
        order.source, order.detail["sha256"]
    ),
    Action.REMOVE: lambda order, admin: admin.remove(order.source),
}


def witness(actor: str, clock: Callable[[], datetime]) -> Witness:
    """Make what writes down deeds that somebody does without an order.

    Args:
        actor: Who does them.
        clock: Says what time it is.
    """

    def write(deed: Deed, connection: Any) -> None:
        event = Event(
            chain=audit.SYSTEM_CHAIN,
            at=clock(),
            actor=actor,
            action=_AUDIT[deed.action],
            subject=f"metadata-source:{deed.source}",
            detail=audit.canonical(deed.detail),
        )
        AuditStore(connection).append([event])

    return write


class OrderDesk:
    """Takes orders and carries them out.

    Args:
        orders: Where they are written down.
        authz: Keeps the audit trail, in the same database.
        clock: Says what time it is.
    """

    def __init__(
        self, orders: OrderStore, authz: AuthzService, clock: Callable[[], datetime]
    ) -> None:
        self._orders = orders
        self._authz = authz
        self._clock = clock

    def take(self, action: Action, source: str, *, actor: str, **detail: Any) -> None:
        """Write down what an operator wants done.

        Args:
            action: What.
            source: To which source.
            actor: Who wants it.
            detail: What the action needs to know: plain values.

        Raises:
            StoreUnavailableError: Nothing was written.
        """
        now = self._clock()
        order = Order(
            action=action, source=source, detail=detail, actor=actor, ordered_at=now
        )
        event = Event(
            chain=audit.SYSTEM_CHAIN,
            at=now,
            actor=actor,
            action=audit.Action.METADATA_SOURCE_ORDER,
            subject=f"metadata-source:{source}",
            detail=audit.canonical({"action": action, **_for_audit(detail)}),
        )
        with self._authz.recording(event) as connection:
            self._orders.place(connection, order)

    def latest(self) -> tuple[Order, ...]:
        """Look at the latest orders, the newest first."""
        return self._orders.latest()

    def carry_out(
        self, admin: MetadataAdmin, *, may_go_on: Callable[[], bool] = lambda: True
    ) -> int:
        """Carry out every open order, the oldest first.

        Args:
            admin: Changes sources.
            may_go_on: Asked before each order; what is left then stays open.

        Returns:
            How many were carried out.

        Raises:
            MetadataUnavailableError: The database does not answer; what is open stays
                open.
            StoreUnavailableError: The same.
        """
        count = 0
        for order in self._orders.open():
            if not may_go_on():
                break
            self._finish(order, _carry_out(order, admin))
            count += 1
        return count

    def _finish(self, order: Order, problem: str | None) -> None:
        now = self._clock()
        event = Event(
            chain=audit.SYSTEM_CHAIN,
            at=now,
            actor=order.actor,
            action=_AUDIT[order.action],
            subject=f"metadata-source:{order.source}",
            detail=audit.canonical({"order": order.number, "problem": problem}),
        )
        with self._authz.recording(event) as connection:
            self._orders.finish(connection, order, now=now, problem=problem)


def _carry_out(order: Order, admin: MetadataAdmin) -> str | None:
    """Do what is wanted; answer with the reason when it is refused.

    Raises:
        MetadataUnavailableError: The database does not answer.
    """
    try:
        done = _DEEDS[order.action](order, admin)
    except MetadataUnavailableError:
        raise
    except MetadataError as error:
        return f"{error.code}: {error}"
    except Exception as error:  # noqa: BLE001  # one order must not stop the others
        return f"unexpected: {type(error).__qualname__}"
    if isinstance(done, RefreshResult) and done.outcome is Outcome.REFUSED:
        return done.problem
    return None


def new_source(order: Order) -> NewSource:
    """Read the source that an order wants to add."""
    given = order.detail
    pem = given.get("certificate_pem")
    minutes = given["refresh_minutes"]
    return NewSource(
        name=order.source,
        kind=Kind(given["kind"]),
        location=given["location"],
        certificate_pem=pem.encode() if pem else None,
        pin=given.get("pin") or None,
        roles=frozenset(map(Role, given["roles"])),
        filters=Filters(
            **{name: frozenset(values) for name, values in given["filters"].items()}
        ),
        max_validity=timedelta(days=given["max_validity_days"]),
        max_shrinkage_percent=given["max_shrinkage_percent"],
        refresh_every=None if minutes is None else timedelta(minutes=minutes),
    )


def _for_audit(detail: Mapping[str, Any]) -> dict[str, Any]:
    """Write a certificate as its hash: the trail is read by people."""
    told = dict(detail)
    pem = told.pop("certificate_pem", None)
    if pem:
        told["certificate_sha256"] = sha256(pem.encode()).hexdigest()
    return told
