"""Which lines of a list are found, in which order, and which are on a page?

Every order has its index. Where it helps, a page is read along it; where it would not,
what is found is kept and sorted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, and_, func, select

from authz.administration.models import SortColumn, UserQuery
from authz.tables import UserLineRow

MANY: Final = 20_000
"""From how many lines on, found by a guess, not all are kept and sorted for a page."""
EARLY: Final = 1_000
"""Up to which line of many the index of the order is followed."""
SAMPLE: Final = 2_000
"""From how many lines it is guessed how many are found."""

Condition = ColumnElement[bool]

_FIRST_KEY: Final = {
    SortColumn.GIVEN_NAME: "given_key",
    SortColumn.SURNAME: "surname_key",
    SortColumn.HSA_ID: "hsa_key",
    SortColumn.EMAIL: "email_key",
    SortColumn.SERVICES: "held_count",
}
_LINES: Final = UserLineRow.__table__.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Which of the found lines a page shows."""

    page: int
    pages: int
    size: int

    @property
    def offset(self) -> int:
        """How many lines come before the page."""
        return (self.page - 1) * self.size


class LineSearch:
    """The lines of one organisation in the order that somebody wishes.

    Args:
        connection: A connection.
        of_organisation: Which lines are the organisation's.
        query: What is wished.
    """

    def __init__(
        self, connection: Connection, of_organisation: Condition, query: UserQuery
    ) -> None:
        self._connection = connection
        self._of_organisation = of_organisation
        self._query = query

    def everybody(self, window: Window, total: int) -> Sequence[int]:
        """Read a page of everybody: an index has them in every order.

        What comes before the page has to be passed over, so a page of the second half
        is read from the other end.

        Args:
            window: The page.
            total: How many lines the organisation has.
        """
        size = min(window.size, total - window.offset)
        behind = total - window.offset - size
        backwards = behind < window.offset
        statement = (
            select(UserLineRow.membership_id)
            .where(self._of_organisation)
            .order_by(*_order(self._query, _LINES, backwards=backwards))
            .limit(size)
            .offset(behind if backwards else window.offset)
        )
        found = self._connection.scalars(statement).all()
        return found[::-1] if backwards else found

    def some(
        self, conditions: Sequence[Condition], window: Window, total: int
    ) -> tuple[int, Sequence[int]]:
        """Read how many are found, and a page of them, at most the last one.

        Args:
            conditions: What is looked for.
            window: The page.
            total: How many lines the organisation has.
        """
        found, ids = self._hits(conditions, window, total)
        if not ids and window.page > 1:  # behind the last page
            found, _ = self._hits(conditions, window_of(self._query, 1), total)
            last = window_of(self._query, found)
            found, ids = self._hits(conditions, last, total)
        return found, ids

    def _hits(
        self, conditions: Sequence[Condition], window: Window, total: int
    ) -> tuple[int, Sequence[int]]:
        """Count what is found, and read a page of it.

        A few are kept and sorted. Many are counted, and the page comes from the index
        of the order. That of surnames has whole lines in it. In every other order each
        line has to be looked up in the table, of which every other one or so is found:
        that pays for the first pages.
        """
        query = self._query
        columns = [_LINES[name] for name in _sorted_by(query)]
        hits = select(*columns).where(self._of_organisation, *conditions)
        has_whole_lines = query.sort is SortColumn.SURNAME and not query.descending
        is_early = window.offset + window.size <= EARLY
        is_read_in_order = has_whole_lines or is_early
        if not is_read_in_order or self._guess(conditions, total) < MANY:
            return self._read(_kept_and_sorted(hits, query), window)
        if query.sort is SortColumn.SERVICES and query.descending:
            return self._from_most(hits, window)
        in_order = _counted_apart(hits).order_by(*_order(query, _LINES))
        return self._read(in_order, window)

    def _guess(self, conditions: Sequence[Condition], total: int) -> int:
        """Guess from the first lines how many are found; wrong, it only costs time."""
        if total < MANY:
            return total
        first = select(and_(*conditions).label("is_found")).where(self._of_organisation)
        by_surname = (_LINES.surname_key, _LINES.given_key, _LINES.membership_id)
        sample = first.order_by(*by_surname).limit(SAMPLE).subquery()
        count = select(func.count()).where(sample.c.is_found)
        return (self._connection.scalar(count) or 0) * total // SAMPLE

    def _from_most(
        self, hits: Select[Any], window: Window
    ) -> tuple[int, Sequence[int]]:
        """Count what is found, and read a page from most e-tjänster to fewest.

        Those who have as many stand from A to Ö, so the index is turned round in its
        first column only, and nobody can follow it. It has the lines of each number of
        e-tjänster in order, though: the page is put together from those it lies in.
        """
        held = UserLineRow.held_count
        number = (held + 0).label("number")  # so that no index of it is followed
        sizes = hits.with_only_columns(number, func.count()).group_by(number)
        sizes = sizes.order_by(number.desc())
        found, ids = 0, list[int]()
        for number_held, size in self._connection.execute(sizes).all():
            wanted = window.size - len(ids)
            passed = max(0, window.offset - found)
            found += size
            if wanted and passed < size:
                alike = hits.where(held == number_held).limit(wanted).offset(passed)
                in_order = alike.order_by(*_order(self._query, _LINES)[1:])
                rows = self._connection.execute(in_order)
                ids.extend(row.membership_id for row in rows)
        return found, ids

    def _read(
        self, statement: Select[Any], window: Window
    ) -> tuple[int, Sequence[int]]:
        """Read the number of all and the numbers of a page; zero behind the last."""
        rows = self._connection.execute(
            statement.limit(window.size).offset(window.offset)
        ).all()
        return (rows[0].found if rows else 0), [row.membership_id for row in rows]


def window_of(query: UserQuery, found: int) -> Window:
    """Say what the wished page is among so many, or the last one."""
    size = max(1, found if query.page_size is None else query.page_size)
    pages = max(1, -(-found // size))
    return Window(page=min(max(1, query.page), pages), pages=pages, size=size)


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
