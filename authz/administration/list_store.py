"""Which users are on a page of the list, and what does each line say?

What is sorted by and searched in stands ready in ``user_lines``; the lines of a page
are then read by their numbers.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import Connection, false, func, or_, select

from authz.administration.line_search import Condition, LineSearch, window_of
from authz.administration.models import (
    ServiceCount,
    ServiceName,
    UserLine,
    UserPage,
    UserQuery,
)
from authz.administration.organisation_store import Permit, permit_key
from authz.administration.portions import portions
from authz.last_logins import is_long_ago, last_day_of
from authz.many import among
from authz.searching import needle_of, search_form
from authz.tables import (
    GrantRow,
    MembershipRow,
    OrganisationRow,
    PersonRow,
    UserLineRow,
)
from authz.user_lines import holding

_PEOPLE: Final = select(
    MembershipRow.id.label("membership_id"),
    PersonRow.given_name,
    PersonRow.surname,
    PersonRow.hsa_id,
    PersonRow.email,
    MembershipRow.started_at,
    last_day_of(MembershipRow.id).label("last_login_on"),
).join(PersonRow, PersonRow.id == MembershipRow.person_id)


class ListStore:
    """The list of users of one organisation.

    Args:
        connection: A connection.
        organisation_id: Whose users.
        permits: Every permission, by number.
        now: The moment at which everything is looked at.
    """

    def __init__(
        self,
        connection: Connection,
        organisation_id: int,
        permits: Mapping[int, Permit],
        now: datetime,
    ) -> None:
        self._connection = connection
        self._organisation_id = organisation_id
        self._of_organisation = UserLineRow.organisation_id == organisation_id
        self._permits = permits
        self._now = now

    def page(self, query: UserQuery) -> UserPage:
        """Read one page of the list; the last one, if there are fewer."""
        total = self._total()
        conditions = self._conditions(query)
        window = window_of(query, total)
        search = LineSearch(self._connection, self._of_organisation, query)
        if conditions:
            found, ids = search.some(conditions, window, total)
            window = window_of(query, found)
        else:
            found, ids = total, search.everybody(window, total)
        return UserPage(
            lines=self.lines(ids),
            found=found,
            total=total,
            page=window.page,
            pages=window.pages,
        )

    def lines(self, membership_ids: Sequence[int]) -> tuple[UserLine, ...]:
        """Read the lines of users, in this order."""
        lines: dict[int, UserLine] = {}
        for some in portions(membership_ids):
            grants = self._grants(some)
            people = _PEOPLE.where(among(self._connection, MembershipRow.id, some))
            for row in self._connection.execute(people).all():
                lines[row.membership_id] = self._line(row, grants[row.membership_id])
        return tuple(lines[each] for each in membership_ids if each in lines)

    def _total(self) -> int:
        return self._organisation.user_count if self._organisation else 0

    def _conditions(self, query: UserQuery) -> list[Condition]:
        conditions = []
        if query.services:
            wanted = set(query.services)
            conditions.append(
                self._holds_any(
                    UserLineRow.held_services,
                    (
                        each.service.id
                        for each in self._permits.values()
                        if each.service.code in wanted
                    ),
                )
            )
        if query.permissions:
            wanted = set(query.permissions)
            conditions.append(
                self._holds_any(
                    UserLineRow.held_permissions,
                    (
                        number
                        for number, each in self._permits.items()
                        if code_of(each) in wanted
                    ),
                )
            )
        needle = needle_of(query.search)
        if needle:
            conditions.append(self._matches(needle))
        return conditions

    def _matches(self, needle: str) -> Condition:
        """Look for characters in the columns and in the names behind the last one."""
        permits = self._permits.values()
        services = {
            each.service.id
            for each in permits
            if needle in search_form(each.service.name)
        }
        permissions = {
            each.permission.id
            for each in permits
            if needle in search_form(each.permission.name)
            and each.service.id not in services
        }
        return or_(
            self._contains(UserLineRow.search_text, needle),
            self._holds_any(UserLineRow.held_services, services),
            self._holds_any(UserLineRow.held_permissions, permissions),
        )

    def _holds_any(self, column: Any, numbers: Iterable[int]) -> Condition:
        return or_(
            false(),
            *(self._contains(column, holding(each)) for each in sorted(set(numbers))),
        )

    def _contains(self, column: Any, needle: str) -> Condition:
        """Compare character by character: no wildcards, no rules about case."""
        is_sqlite = self._connection.dialect.name == "sqlite"
        place = func.instr if is_sqlite else func.strpos
        found: Condition = place(column, needle) > 0
        return found

    def _grants(self, membership_ids: Sequence[int]) -> Mapping[int, list[Any]]:
        statement = select(
            GrantRow.membership_id, GrantRow.permission_id, GrantRow.valid_until
        ).where(
            among(self._connection, GrantRow.membership_id, membership_ids),
            GrantRow.ended_at.is_(None),
            or_(GrantRow.valid_until.is_(None), GrantRow.valid_until > self._now),
        )
        grants = defaultdict(list)
        for row in self._connection.execute(statement).all():
            grants[row.membership_id].append(row)
        return grants

    def _line(self, row: Any, grants: Sequence[Any]) -> UserLine:
        ends = (each.valid_until for each in grants if each.valid_until is not None)
        return UserLine(
            membership_id=row.membership_id,
            given_name=row.given_name,
            surname=row.surname,
            hsa_id=row.hsa_id,
            email=row.email,
            services=self._counts(grants),
            ends_next=min(ends, default=None),
            is_new=not grants,
            is_idle=bool(grants) and self._is_idle(row),
        )

    def _is_idle(self, row: Any) -> bool:
        return is_long_ago(
            row.last_login_on,
            started_at=row.started_at,
            logins_since=self._organisation.logins_since,
            now=self._now,
        )

    def _counts(self, grants: Sequence[Any]) -> tuple[ServiceCount, ...]:
        held = sorted(
            (each.permission_id for each in grants), key=self._places.__getitem__
        )
        permits = map(self._permits.__getitem__, held)
        groups = groupby(permits, key=attrgetter("service"))
        return tuple(_count(service, list(group)) for service, group in groups)

    @cached_property
    def _organisation(self) -> Any:
        """How many users there are, and since when their logins are noted."""
        row = OrganisationRow
        return self._connection.execute(
            select(row.user_count, row.logins_since).where(
                row.id == self._organisation_id
            )
        ).one_or_none()

    @cached_property
    def _places(self) -> Mapping[int, int]:
        """Number the permissions by the names of their e-tjänst and their own."""
        ordered = sorted(
            self._permits, key=lambda each: permit_key(self._permits[each])
        )
        return {number: place for place, number in enumerate(ordered)}


def _count(service: ServiceName, permits: Sequence[Permit]) -> ServiceCount:
    return ServiceCount(
        code=service.code,
        name=service.name,
        count=len(permits),
        permissions=tuple(each.permission.name for each in permits),
    )


def code_of(permit: Permit) -> str:
    """Write the code of a permission as it stands in claims and in filters."""
    return f"{permit.service.code}:{permit.permission.code}"
