"""What happened in an organisation, newest first?"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, func, not_, or_, select

from authz.administration.models import (
    EventKind,
    EventLine,
    EventPage,
    EventQuery,
)
from authz.administration.name_store import NameStore, parts_of
from authz.administration.organisation_store import permission_names
from authz.administration.portions import portions
from authz.audit import organisation_chain
from authz.audit_store import AuditStore
from authz.tables import AuditEntryRow, MembershipRow

_KINDS: Final[Mapping[EventKind, tuple[str, ...]]] = {
    EventKind.PERMISSIONS: ("grant:", "change:"),
    EventKind.USERS: ("person:add", "person:change", "membership:"),
    EventKind.ADMINISTRATORS: ("membership:",),
    EventKind.LOOK_UPS: (
        "attribute:query",
        "person:look-up",
        "person:export",
        "user-list:look-up",
    ),
    EventKind.AGREEMENTS: ("agreement:", "organisation:"),
}
"""How the actions of each kind begin."""
_ABOUT_ADMINISTRATORS: Final = '"role":"administrator"'
"""What stands in the detail of entries about memberships of administrators."""

_ENTRIES: Final = select(
    AuditEntryRow.number,
    AuditEntryRow.at,
    AuditEntryRow.actor,
    AuditEntryRow.action,
    AuditEntryRow.subject,
    AuditEntryRow.detail,
)


class EventStore:
    """The audit trail of one organisation, as its administrators see it.

    Args:
        connection: A connection.
        organisation_id: Whose.
    """

    def __init__(self, connection: Connection, organisation_id: int) -> None:
        self._connection = connection
        self._organisation_id = organisation_id
        self._permissions = permission_names(connection)

    def page(self, query: EventQuery) -> EventPage:
        """Read one page of events."""
        conditions = [*self._conditions(query)]
        counting = select(func.count()).select_from(AuditEntryRow).where(*conditions)
        found = self._connection.scalar(counting) or 0
        size = max(1, found if query.page_size is None else query.page_size)
        pages = max(1, -(-found // size))
        page = min(max(1, query.page), pages)
        statement = (
            _ENTRIES.where(*conditions)
            .order_by(AuditEntryRow.number.desc())
            .limit(size)
            .offset((page - 1) * size)
        )
        rows = self._connection.execute(statement).all()
        return EventPage(
            events=self._lines(rows),
            found=found,
            page=page,
            pages=pages,
            actors=self._actors(),
            checked_at=AuditStore(self._connection).checked_at(
                organisation_chain(self._organisation_id)
            ),
        )

    def _conditions(self, query: EventQuery) -> Iterable[ColumnElement[bool]]:
        entry = AuditEntryRow
        yield entry.chain == organisation_chain(self._organisation_id)
        if query.since is not None:
            yield entry.at >= query.since
        if query.until is not None:
            yield entry.at < query.until
        if query.actor and query.actor.endswith(":"):
            yield entry.actor.startswith(query.actor, autoescape=True)
        elif query.actor:
            yield entry.actor == query.actor
        if query.membership_id is not None:
            yield entry.subject == self._subject_of(query.membership_id)
        if query.kinds:
            yield or_(*map(_is_of_kind, query.kinds))

    def _subject_of(self, membership_id: int) -> str:
        person_id = self._connection.scalar(
            select(MembershipRow.person_id).where(
                MembershipRow.id == membership_id,
                MembershipRow.organisation_id == self._organisation_id,
            )
        )
        return f"person:{person_id}"

    def _actors(self) -> tuple[tuple[str, str], ...]:
        chain = organisation_chain(self._organisation_id)
        statement = select(AuditEntryRow.actor).where(AuditEntryRow.chain == chain)
        actors = self._connection.scalars(statement.distinct()).all()
        names = NameStore(self._connection).names(actors)
        return tuple((each, names.get(each, each)) for each in sorted(actors))

    def _lines(self, rows: Iterable[Any]) -> tuple[EventLine, ...]:
        entries = list(rows)
        actors = {row.actor for row in entries}
        subjects = {row.subject for row in entries}
        names = NameStore(self._connection).names(actors | subjects)
        memberships = self._memberships(subjects)
        return tuple(self._line(row, names, memberships) for row in entries)

    def _memberships(self, subjects: Iterable[str]) -> Mapping[str, int]:
        """Map people to their memberships here, the newest if there are several."""
        parts = map(parts_of, subjects)
        people = [each[1] for each in parts if each and each[0] == "person"]
        found: dict[str, int] = {}
        for some in portions(people):
            rows = self._connection.execute(
                select(MembershipRow.person_id, MembershipRow.id)
                .where(
                    MembershipRow.organisation_id == self._organisation_id,
                    MembershipRow.person_id.in_(some),
                )
                .order_by(MembershipRow.id)
            )
            found |= {f"person:{row.person_id}": row.id for row in rows}
        return found

    def _line(
        self, row: Any, names: Mapping[str, str], memberships: Mapping[str, int]
    ) -> EventLine:
        detail = json.loads(row.detail)
        permission, service = self._permissions.get(
            str(_permission_in(detail)), (None, None)
        )
        return EventLine(
            number=row.number,
            at=row.at,
            actor=row.actor,
            actor_name=names.get(row.actor),
            action=row.action,
            subject=row.subject,
            subject_name=names.get(row.subject),
            membership_id=memberships.get(row.subject),
            detail=detail,
            permission=permission,
            service=service,
        )


def _is_of_kind(kind: EventKind) -> ColumnElement[bool]:
    begins = or_(*map(AuditEntryRow.action.startswith, _KINDS[kind]))
    about_administrators = AuditEntryRow.detail.contains(_ABOUT_ADMINISTRATORS)
    if kind is EventKind.ADMINISTRATORS:
        return and_(begins, about_administrators)
    if kind is EventKind.USERS:
        return and_(begins, not_(about_administrators))
    return begins


def _permission_in(detail: Mapping[str, Any]) -> object:
    """Find the code of a permission; a catalogue's entries have it one step down."""
    after = detail.get("after")
    further = after.get("permission") if isinstance(after, dict) else None
    return detail.get("permission", further)
