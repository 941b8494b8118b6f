"""How do the lines of the list of users follow what happens to people and grants?

Whoever changes a user's names, memberships or grants calls :meth:`UserLines.refresh`
in the same transaction.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, Final

from sqlalchemy import (
    Connection,
    Text,
    bindparam,
    cast,
    delete,
    func,
    select,
    update,
)

from authz.many import among, insert_many, update_many
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
    .where(MembershipRow.person_role == PersonRole.USER)
)
_HELD = (
    select(
        GrantRow.membership_id,
        func.aggregate_strings(cast(GrantRow.permission_id, Text), ",").label("held"),
        func.min(GrantRow.valid_until).label("ends_next"),
    )
    .where(GrantRow.ended_at.is_(None))
    .group_by(GrantRow.membership_id)
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

    def refresh_held(self, membership_ids: Iterable[int]) -> None:
        """Write anew what active users hold, when nothing else of theirs changed."""
        wanted = sorted(set(membership_ids))
        for start in range(0, len(wanted), MANY):
            ids = wanted[start : start + MANY]
            held = self._held(ids)
            rows = [
                {"membership_id": number, **held.get(number, _NOTHING)}
                for number in ids
            ]
            update_many(self._connection, UserLineRow, rows, key="membership_id")

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
            .where(among(self._connection, line.membership_id, membership_ids))
            .returning(line.organisation_id)
        )
        more = Counter[int]()
        more.subtract(gone)
        rows = self.made_of(membership_ids)
        more.update(row["organisation_id"] for row in rows)
        insert_many(self._connection, line, rows)
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
        held = self._held(membership_ids)
        members = self._connection.execute(
            _MEMBERS.where(among(self._connection, MembershipRow.id, membership_ids))
        ).all()
        return [
            {**_line_of(row), **held.get(row.membership_id, _NOTHING)}
            for row in members
        ]

    def _held(self, membership_ids: Sequence[int]) -> Mapping[int, Mapping[str, Any]]:
        theirs = among(self._connection, GrantRow.membership_id, membership_ids)
        rows = self._connection.execute(_HELD.where(theirs)).all()
        return {row.membership_id: self._held_columns(row) for row in rows}

    def _held_columns(self, row: Any) -> Mapping[str, Any]:
        permission_ids = list(map(int, row.held.split(",")))
        return {
            "held_services": _numbers(self._services[each] for each in permission_ids),
            "held_permissions": _numbers(permission_ids),
            "held_count": len(permission_ids),
            "ends_next": row.ends_next,
        }

    @cached_property
    def _services(self) -> Mapping[int, int]:
        """The e-tjänst of each permission."""
        rows = self._connection.execute(
            select(PermissionRow.id, PermissionRow.service_id)
        )
        return {row.id: row.service_id for row in rows}


def holding(number: int) -> str:
    """Write a number as it stands in a list of numbers."""
    return f"|{number}|"


def _line_of(row: Any) -> Mapping[str, Any]:
    return {
        "membership_id": row.membership_id,
        "organisation_id": row.organisation_id,
        "given_key": sort_key(row.given_name),
        "surname_key": sort_key(row.surname),
        "hsa_key": row.hsa_key,
        "email_key": sort_key(row.email),
        "search_text": search_text(
            (row.given_name, row.surname, row.hsa_id, row.email)
        ),
    }


def _numbers(numbers: Iterable[int]) -> str:
    return "|" + "".join(f"{number}|" for number in sorted(set(numbers)))


_NOTHING: Final[Mapping[str, Any]] = {
    "held_services": _numbers(()),
    "held_permissions": _numbers(()),
    "held_count": 0,
    "ends_next": None,
}
