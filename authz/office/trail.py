"""What does the audit trail say, page by page, and whom do its numbers mean?"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, or_, select

from authz.audit import SYSTEM_CHAIN, AuditEntry, Event, organisation_chain
from authz.office.desk import Desk
from authz.office.models import AuditPage, AuditQuery
from authz.tables import AuditEntryRow, OperatorRow, OrganisationRow, PersonRow

_ENTRY: Final = AuditEntryRow.__table__


class Trail:
    """The audit trail of all organisations and of the system.

    Args:
        desk: Where to read.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def page(self, query: AuditQuery) -> AuditPage:
        """Show entries, the newest first.

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        page = max(query.page, 1)
        newest_first = (
            select(_ENTRY)
            .where(*_conditions(query))
            .order_by(_ENTRY.c.at.desc(), _ENTRY.c.chain, _ENTRY.c.number.desc())
            .offset((page - 1) * query.page_size)
            .limit(query.page_size + 1)
        )
        with self._desk.reading() as connection:
            rows = connection.execute(newest_first).all()
            entries = tuple(_entry_of(row) for row in rows[: query.page_size])
            names = _names(connection, entries)
        has_more = len(rows) > query.page_size
        return AuditPage(entries=entries, names=names, page=page, has_more=has_more)


def _conditions(query: AuditQuery) -> list[ColumnElement[bool]]:
    conditions = [*_of_chain(query), *_of_moment(query)]
    if query.actor:
        conditions.append(_ENTRY.c.actor == query.actor)
    if query.subject:
        conditions.append(_ENTRY.c.subject == query.subject)
    if query.action:
        of_thing = _ENTRY.c.action.startswith(f"{query.action}:", autoescape=True)
        conditions.append(or_(_ENTRY.c.action == query.action, of_thing))
    return conditions


def _of_chain(query: AuditQuery) -> list[ColumnElement[bool]]:
    if query.only_system:
        return [_ENTRY.c.chain == SYSTEM_CHAIN]
    if query.organisation_id is not None:
        return [_ENTRY.c.chain == organisation_chain(query.organisation_id)]
    return []


def _of_moment(query: AuditQuery) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if query.since is not None:
        conditions.append(_ENTRY.c.at >= query.since)
    if query.until is not None:
        conditions.append(_ENTRY.c.at < query.until)
    return conditions


def _entry_of(row: Any) -> AuditEntry:
    event = Event(
        chain=row.chain,
        at=row.at,
        actor=row.actor,
        action=row.action,
        subject=row.subject,
        detail=row.detail,
    )
    return AuditEntry(
        event=event, number=row.number, previous_hash=row.previous_hash, hash=row.hash
    )


def _names(connection: Connection, entries: Iterable[AuditEntry]) -> Mapping[str, str]:
    events = [entry.event for entry in entries]
    texts = {text for one in events for text in (one.actor, one.subject, one.chain)}
    names: dict[str, str] = {}
    people = _numbers(texts, "person") | _numbers(texts, "administrator")
    for number, name in _people(connection, PersonRow, people):
        names |= {f"person:{number}": name, f"administrator:{number}": name}
    operators = _numbers(texts, "operator")
    for number, name in _people(connection, OperatorRow, operators):
        names[f"operator:{number}"] = name
    row = OrganisationRow
    wanted = row.id.in_(_numbers(texts, "organisation"))
    for each in connection.execute(select(row.id, row.name).where(wanted)):
        names[f"organisation:{each.id}"] = each.name
    return names


def _numbers(texts: Iterable[str], thing: str) -> set[int]:
    parts = (text.split(":") for text in texts)
    return {
        int(one[1])
        for one in parts
        if one[0] == thing and len(one) == 2 and one[1].isdecimal()  # noqa: PLR2004  # thing:number
    }


def _people(
    connection: Connection, row: type[PersonRow | OperatorRow], ids: set[int]
) -> Iterable[tuple[int, str]]:
    found = select(row.id, row.given_name, row.surname).where(row.id.in_(ids))
    for each in connection.execute(found):
        name = f"{each.given_name} {each.surname}".strip()
        if name:
            yield each.id, name
