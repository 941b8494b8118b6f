"""Which users are on a page of the list, and what does each line say?

What is sorted by and searched in stands ready in ``user_lines``; the lines of a page
are then read by their numbers.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, false, func, or_, select

from authz.administration.models import (
    ServiceCount,
    ServiceName,
    SortColumn,
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

FEW: Final = 5_000
"""Up to how many found lines are kept and sorted also for an early page."""
EARLY: Final = 1_000
"""Up to which line of many the index of the order is followed; less than ``FEW``."""

_Condition = ColumnElement[bool]

_FIRST_KEY: Final = {
    SortColumn.GIVEN_NAME: "given_key",
    SortColumn.SURNAME: "surname_key",
    SortColumn.HSA_ID: "hsa_key",
    SortColumn.EMAIL: "email_key",
    SortColumn.SERVICES: "held_count",
}
_PEOPLE: Final = select(
    MembershipRow.id.label("membership_id"),
    PersonRow.given_name,
    PersonRow.surname,
    PersonRow.hsa_id,
    PersonRow.email,
    MembershipRow.started_at,
    last_day_of(MembershipRow.id).label("last_login_on"),
).join(PersonRow, PersonRow.id == MembershipRow.person_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Window:
    """Which of the found lines a page shows."""

    page: int
    pages: int
    size: int

    @property
    def offset(self) -> int:
        """How many lines come before the page."""
        return (self.page - 1) * self.size


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
        window = _window(query, total)
        if conditions:
            found, ids = self._searched(query, conditions, window)
            window = _window(query, found)
        else:
            found, ids = total, self._listed(query, window, total)
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

    def _listed(self, query: UserQuery, window: _Window, total: int) -> Sequence[int]:
        """Read a page of everybody: an index has them in every order.

        What comes before the page has to be passed over, so a page of the second half
        is read from the other end.
        """
        size = min(window.size, total - window.offset)
        behind = total - window.offset - size
        backwards = behind < window.offset
        statement = (
            select(UserLineRow.membership_id)
            .where(self._of_organisation)
            .order_by(*_order(query, UserLineRow.__table__.c, backwards=backwards))
            .limit(size)
            .offset(behind if backwards else window.offset)
        )
        found = self._connection.scalars(statement).all()
        return found[::-1] if backwards else found

    def _searched(
        self, query: UserQuery, conditions: Sequence[_Condition], window: _Window
    ) -> tuple[int, Sequence[int]]:
        """Read how many are found, and a page of them."""
        found, ids = self._hits(query, conditions, window)
        if not ids and window.page > 1:  # behind the last page
            found, _ = self._hits(query, conditions, _window(query, 1))
            found, ids = self._hits(query, conditions, _window(query, found))
        return found, ids

    def _hits(
        self, query: UserQuery, conditions: Sequence[_Condition], window: _Window
    ) -> tuple[int, Sequence[int]]:
        """Count what is found, and read a page of it.

        The index that has whole lines in it has them in the order of surnames. In every
        other order a few lines are kept and sorted. Of many, the first pages come from
        the index of the order: each line has to be looked up in the table then, but
        every other one or so is found.
        """
        columns = [UserLineRow.__table__.c[name] for name in _sorted_by(query)]
        hits = select(*columns).where(self._of_organisation, *conditions)
        in_order = _counted_apart(hits).order_by(
            *_order(query, UserLineRow.__table__.c)
        )
        if query.sort is SortColumn.SURNAME and not query.descending:
            return self._read(in_order, window)
        if _is_early(query, window):
            few = hits.limit(FEW + 1)
            found, ids = self._read(_kept_and_sorted(few, query), window)
            return (found, ids) if found <= FEW else self._read(in_order, window)
        return self._read(_kept_and_sorted(hits, query), window)

    def _read(
        self, statement: Select[Any], window: _Window
    ) -> tuple[int, Sequence[int]]:
        """Read the number of all and the numbers of a page; zero behind the last."""
        rows = self._connection.execute(
            statement.limit(window.size).offset(window.offset)
        ).all()
        return (rows[0].found if rows else 0), [row.membership_id for row in rows]

    def _conditions(self, query: UserQuery) -> list[_Condition]:
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

    def _matches(self, needle: str) -> _Condition:
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

    def _holds_any(self, column: Any, numbers: Iterable[int]) -> _Condition:
        return or_(
            false(),
            *(self._contains(column, holding(each)) for each in sorted(set(numbers))),
        )

    def _contains(self, column: Any, needle: str) -> _Condition:
        """Compare character by character: no wildcards, no rules about case."""
        is_sqlite = self._connection.dialect.name == "sqlite"
        place = func.instr if is_sqlite else func.strpos
        found: _Condition = place(column, needle) > 0
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


def _is_early(query: UserQuery, window: _Window) -> bool:
    """Tell whether the index of the order would meet a page soon.

    It would not where thousands are alike and turned round: from most e-tjänster to
    fewest, but by name from A to Ö among those who have as many.
    """
    is_turned = query.sort is SortColumn.SERVICES and query.descending
    return not is_turned and window.offset + window.size <= EARLY


def _counted_apart(hits: Select[Any]) -> Select[Any]:
    """Count in a look of its own, so that a page is full before all are looked at."""
    count = hits.with_only_columns(func.count()).scalar_subquery()
    return hits.add_columns(count.label("found"))


def _kept_and_sorted(hits: Select[Any], query: UserQuery) -> Select[Any]:
    """Look at all lines once, and count and sort what was found.

    Left to itself, a database would follow the index of the order and look every line
    up in the table, on the promise that a page is full soon.
    """
    kept = hits.cte("hits").prefix_with("MATERIALIZED")
    count = select(func.count()).select_from(kept).scalar_subquery()
    page = select(kept.c.membership_id, count.label("found"))
    return page.order_by(*_order(query, kept.c))


def _sorted_by(query: UserQuery) -> tuple[str, ...]:
    """Name what is sorted by: the column, then surname and given name."""
    first = _FIRST_KEY[query.sort]
    others = () if query.sort is SortColumn.HSA_ID else ("surname_key", "given_key")
    return (first, *(name for name in (*others, "membership_id") if name != first))


def _order(
    query: UserQuery, columns: Any, *, backwards: bool = False
) -> tuple[Any, ...]:
    """Sort by the column in the wished direction, the rest always upwards.

    Args:
        query: What is wished.
        columns: Of what is sorted.
        backwards: Turn all of it round.
    """
    first, *rest = (columns[name] for name in _sorted_by(query))
    down = query.descending != backwards
    others = (each.desc() for each in rest) if backwards else rest
    return (first.desc() if down else first, *others)


def _window(query: UserQuery, found: int) -> _Window:
    """Say what the wished page is among so many, or the last one."""
    size = max(1, found if query.page_size is None else query.page_size)
    pages = max(1, -(-found // size))
    return _Window(page=min(max(1, query.page), pages), pages=pages, size=size)
