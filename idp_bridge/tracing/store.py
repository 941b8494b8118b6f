"""Where do traces stay, and how are they found again?

Every method is one statement on a connection in the mode ``AUTOCOMMIT``, and raises
:class:`authz.errors.StoreUnavailableError` when the database does not answer.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Engine, delete, func, insert, select

from authz.database import reading
from idp_bridge.tracing.models import Told, Trace, TraceKind
from idp_bridge.tracing.steps import TraceStep
from idp_bridge.tracing.tables import login_traces

_ROW: Final = login_traces.c
_IS_ANY: Final = _ROW.kind.in_(list(TraceKind))
"""Every row, in words that let the index find those of a time."""
_PLAIN: Final = (
    "reason",
    "route",
    "sp_entity_id",
    "idp_entity_id",
    "request_id",
    "login_id",
    "status",
    "second_status",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TracePage:
    """Some traces, the newest first."""

    traces: tuple[Trace, ...]
    total: int


class TraceStore:
    """Traces of refusals.

    Args:
        engine: The database, with connections in the mode ``AUTOCOMMIT``.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, trace: Trace) -> None:
        """Write a trace down."""
        values = {
            "reference": trace.reference,
            "kind": trace.kind,
            "at": trace.at,
            "code": trace.code,
            "facts": json.dumps(_facts_of(trace)),
        }
        with reading(self._engine) as connection:
            connection.execute(insert(login_traces).values(**values))

    def find(self, reference: str) -> Trace | None:
        """Find a trace by the number that somebody read on a page."""
        wanted = select(login_traces).where(_ROW.reference == reference)
        with reading(self._engine) as connection:
            row = connection.execute(wanted).one_or_none()
        return None if row is None else _trace_of(row)

    def counts(self, *, since: datetime) -> Mapping[str, int]:
        """Count refused logins by their code, the most frequent first."""
        count = func.count()
        counted = (
            select(_ROW.code, count)
            .where(_ROW.kind == TraceKind.LOGIN, _ROW.at > since)
            .group_by(_ROW.code)
            .order_by(count.desc(), _ROW.code)
        )
        with reading(self._engine) as connection:
            return {row[0]: row[1] for row in connection.execute(counted)}

    def page(
        self, *, since: datetime, code: str | None, limit: int, offset: int
    ) -> TracePage:
        """List refused logins, the newest first.

        Args:
            since: Only later ones.
            code: Only those with this code.
            limit: How many.
            offset: How many to leave out.
        """
        wanted = [_ROW.kind == TraceKind.LOGIN, _ROW.at > since]
        if code is not None:
            wanted.append(_ROW.code == code)
        found = (
            select(login_traces)
            .where(*wanted)
            .order_by(_ROW.at.desc(), _ROW.reference)
            .limit(limit)
            .offset(offset)
        )
        with reading(self._engine) as connection:
            total = connection.scalar(select(func.count(_ROW.reference)).where(*wanted))
            rows = connection.execute(found).all()
        return TracePage(traces=tuple(map(_trace_of, rows)), total=total or 0)

    def forget(self, before: datetime, *, dry_run: bool) -> int:
        """Delete what is older than a moment; only count it in a dry run.

        Returns:
            How many.
        """
        is_old = (_IS_ANY, _ROW.at <= before)
        with reading(self._engine) as connection:
            count = connection.scalar(select(func.count(_ROW.reference)).where(*is_old))
            if not dry_run:
                connection.execute(delete(login_traces).where(*is_old))
        return count or 0


def _facts_of(trace: Trace) -> dict[str, Any]:
    plain = {name: getattr(trace, name) for name in _PLAIN}
    return {
        **{name: value for name, value in plain.items() if value},
        "told": trace.told,
        "steps": [
            [each.step, each.at.isoformat(), each.detail] for each in trace.steps
        ],
    }


def _trace_of(row: Any) -> Trace:
    facts: dict[str, Any] = json.loads(row.facts)
    return Trace(
        reference=row.reference,
        at=row.at,
        kind=TraceKind(row.kind),
        code=row.code,
        told=Told(facts["told"]),
        steps=tuple(
            TraceStep(step=step, at=datetime.fromisoformat(at), detail=detail)
            for step, at, detail in facts["steps"]
        ),
        **{name: facts[name] for name in _PLAIN if name in facts},
    )
