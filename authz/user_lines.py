"""How do the lines of the list of users follow what happens to people and grants?

Whoever changes a user's names, memberships or grants calls :meth:`UserLines.refresh`
in the same transaction.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from authz.models import PersonRole
from authz.searching import search_text
from authz.sorting import sort_key
from authz.tables import (
    GrantRow,
    MembershipRow,
    OrganisationRow,
    PermissionRow,
    PersonRow,
    UserLineRow,
)

MAX_SEARCH_BYTES: Final = 900
MANY: Final = 500
"""How many lines are written at a time."""

_MEMBERS = (
    select(
        MembershipRow.id.label("membership_id"),
        MembershipRow.organisation_id,
        PersonRow.given_name,
        PersonRow.surname,
        PersonRow.hsa_id,
        PersonRow.hsa_key,
        PersonRow.email,
    )
    .join(PersonRow, PersonRow.id == MembershipRow.person_id)
    .where(
        MembershipRow.id.in_(bindparam("ids", expanding=True)),
        MembershipRow.person_role == PersonRole.USER,
    )
)
_HELD = (
    select(GrantRow.membership_id, PermissionRow.id, PermissionRow.service_id)
    .join(PermissionRow, PermissionRow.id == GrantRow.permission_id)
    .where(
        GrantRow.membership_id.in_(bindparam("ids", expanding=True)),
        GrantRow.ended_at.is_(None),
    )
)
_MORE = (
    update(OrganisationRow)
    .where(OrganisationRow.id == bindparam("number"))
    .values(user_count=OrganisationRow.user_count + bindparam("by"))
)


class UserLines:
    """Lines of the lists of users.

    Args:
        connection: A connection with a transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def refresh(self, membership_ids: Iterable[int]) -> None:
        """Write the lines of memberships anew; none for who is no active user."""
        wanted = sorted(set(membership_ids))
        for start in range(0, len(wanted), MANY):
            self._refresh(wanted[start : start + MANY])

    def refresh_people(self, person_ids: Iterable[int]) -> None:
        """Write the lines of all memberships of people anew."""
        wanted = sorted(set(person_ids))
        for start in range(0, len(wanted), MANY):
            ids = wanted[start : start + MANY]
            found = select(MembershipRow.id).where(MembershipRow.person_id.in_(ids))
            self.refresh(self._connection.scalars(found).all())

    def _refresh(self, membership_ids: Sequence[int]) -> None:
        line = UserLineRow
        gone = self._connection.scalars(
            delete(line)
            .where(line.membership_id.in_(membership_ids))
            .returning(line.organisation_id)
        )
        more = Counter[int]()
        more.subtract(gone)
        rows = self.made_of(membership_ids)
        more.update(row["organisation_id"] for row in rows)
        if rows:
            self._connection.execute(insert(line), rows)
        self._count(more)

    def _count(self, more: Mapping[int, int]) -> None:
        """Keep the number of lines, which nobody wants to count for every page."""
        changed = {number: by for number, by in sorted(more.items()) if by}
        if changed:
            self._connection.execute(
                _MORE, [{"number": number, "by": by} for number, by in changed.items()]
            )

    def made_of(self, membership_ids: Sequence[int]) -> list[Mapping[str, Any]]:
        """Say what the lines of memberships have to be."""
        held: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for row in self._connection.execute(_HELD, {"ids": membership_ids}):
            held[row.membership_id].append((row.service_id, row.id))
        members = self._connection.execute(_MEMBERS, {"ids": membership_ids})
        return [_line_of(row, held[row.membership_id]) for row in members]


def holding(number: int) -> str:
    """Write a number as it stands in a list of numbers."""
    return f"|{number}|"


def _line_of(row: Any, held: Sequence[tuple[int, int]]) -> Mapping[str, Any]:
    return {
        "membership_id": row.membership_id,
        "organisation_id": row.organisation_id,
        "given_key": sort_key(row.given_name),
        "surname_key": sort_key(row.surname),
        "hsa_key": row.hsa_key,
        "email_key": sort_key(row.email),
        "search_text": _cut(
            search_text((row.given_name, row.surname, row.hsa_id, row.email))
        ),
        "held_services": _numbers(service for service, _ in held),
        "held_permissions": _numbers(permission for _, permission in held),
        "held_count": len(held),
    }


def _cut(text: str) -> str:
    """Keep what an index of PostgreSQL has room for; no real name is so long."""
    return text.encode()[:MAX_SEARCH_BYTES].decode(errors="ignore")


def _numbers(numbers: Iterable[int]) -> str:
    return "|" + "".join(f"{number}|" for number in sorted(set(numbers)))
