"""What do we store about a person? Everything, for a *registerutdrag*.

Tables are found by their references, so a new table with something about people is part
of the answer without being named here.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Table, or_, select

from authz.audit import Action
from authz.identifiers import hsa_key
from authz.office.desk import Desk
from authz.office.people import chains_of, find_person
from authz.office.tables import MailRow
from authz.tables import (
    AuditEntryRow,
    MembershipRow,
    OperatorRow,
    OrganisationRow,
    PermissionRow,
    PersonRow,
    ServiceRow,
)

Rows = list[dict[str, Any]]
_ELSEWHERE: Final = (
    "Sessions and logins in progress, for hours at most, in the state store; lines"
    " about refused logins, without names, in the logs of the servers."
)
_ENTRY: Final = AuditEntryRow.__table__


class Export:
    """Answers people who ask what we know about them.

    Args:
        desk: Where to read and write.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def of_person(
        self, hsa_id: str, *, actor: str, now: datetime
    ) -> Mapping[str, Any] | None:
        """Collect everything about a person or an operator, and note that we did.

        Returns:
            Rows by table, and what the numbers in them mean; ``None`` when there is
            nothing.

        Raises:
            BadIdentifierError: The text cannot be an HSA-id.
            StoreUnavailableError: The database does not answer.
        """
        key = hsa_key(hsa_id)
        with self._desk.reading() as connection:
            found = find_person(connection, key)
            tables = _tables_about(connection, key)
            if not tables:
                return None
            answer = {
                "hsa_id": hsa_id,
                "at": now,
                "tables": tables,
                "elsewhere": _ELSEWHERE,
            }
            answer["meaning"] = _meaning(connection)
        chains = chains_of(found)
        with self._desk.changing(*chains, actor=actor, now=now) as work:
            for chain in chains:
                subject = f"person:{found.person.id}" if found else "operator"
                work.note(Action.PERSON_EXPORT, subject, chain=chain)
        return answer


def _tables_about(connection: Connection, key: str) -> Mapping[str, Rows]:
    ids: dict[str, list[int]] = {}
    people = _rows(connection, PersonRow.__table__, PersonRow.hsa_key == key)
    operators = _rows(connection, OperatorRow.__table__, OperatorRow.hsa_key == key)
    tables = {"people": people, "operators": operators}
    ids["people"] = [one["id"] for one in people]
    ids["operators"] = [one["id"] for one in operators]
    for table in MailRow.metadata.sorted_tables:
        if table.name not in tables and (about := _about(table, ids)):
            rows = _rows(connection, table, or_(*about))
            tables[table.name] = rows
            if table is MembershipRow.__table__:
                ids["memberships"] = [one["id"] for one in rows]
    tables["audit_entries"] = _entries(connection, ids)
    return {name: rows for name, rows in tables.items() if rows}


def _about(table: Table, ids: Mapping[str, list[int]]) -> list[ColumnElement[bool]]:
    """Say which rows of a table refer to the person, or to one of the memberships."""
    return [
        key.parent.in_(ids[key.column.table.name])
        for key in table.foreign_keys
        if key.column.table.name in ids and key.column.name == "id"
    ]


def _entries(connection: Connection, ids: Mapping[str, list[int]]) -> Rows:
    """Read what the trail says was done to the person, and by the person."""
    people = [f"person:{one}" for one in ids["people"]]
    operators = [f"operator:{one}" for one in ids["operators"]]
    actors = [f"administrator:{one}" for one in ids["people"]] + operators
    about = _ENTRY.c.subject.in_(people + operators)
    return _rows(connection, _ENTRY, or_(about, _ENTRY.c.actor.in_(actors)))


def _rows(connection: Connection, table: Any, *conditions: ColumnElement[bool]) -> Rows:
    ordered = select(table).where(*conditions).order_by(*table.primary_key)
    return [dict(row) for row in connection.execute(ordered).mappings()]


def _meaning(connection: Connection) -> Mapping[str, Mapping[int, str]]:
    """Say what the numbers of organisations, e-tjänster and permissions stand for."""
    organisation, permission = OrganisationRow, PermissionRow
    names = connection.execute(select(organisation.id, organisation.name))
    services = connection.execute(select(ServiceRow.id, ServiceRow.name))
    permissions = connection.execute(
        select(permission.id, ServiceRow.name, permission.name).join(
            ServiceRow, ServiceRow.id == permission.service_id
        )
    )
    return {
        "organisation_id": _dictionary((row[0], row[1]) for row in names),
        "service_id": _dictionary((row[0], row[1]) for row in services),
        "permission_id": _dictionary(
            (row[0], f"{row[1]}: {row[2]}") for row in permissions
        ),
    }


def _dictionary(pairs: Iterable[tuple[int, str]]) -> Mapping[int, str]:
    return dict(pairs)
