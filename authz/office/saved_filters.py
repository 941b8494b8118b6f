"""Which choices of the audit trail does an operator want to find again?

They are bookmarks of one's own: nobody else sees them, and they change nothing.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, func, insert, select, update

from authz import catalogue_values as values
from authz.database import writing
from authz.office.desk import Desk
from authz.office.errors import TooManyFiltersError
from authz.office.tables import SavedFilterRow
from authz.office.typed import Typed
from authz.sorting import sort_key

MOST: Final = 20
"""As many as one operator can have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedFilter:
    """A choice with its name."""

    id: int
    name: str
    query: str


class SavedFilters:
    """The saved filters of operators.

    Every method raises :class:`authz.errors.StoreUnavailableError` when the database
    does not answer.

    Args:
        desk: Where to read and write.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def list(self, operator_id: int) -> tuple[SavedFilter, ...]:
        """List the filters of an operator, by name."""
        row = SavedFilterRow
        mine = select(row.id, row.name, row.query).where(row.operator_id == operator_id)
        with self._desk.reading() as connection:
            found = connection.execute(mine).all()
        ordered = sorted(found, key=lambda one: sort_key(one.name))
        return tuple(
            SavedFilter(id=one.id, name=one.name, query=one.query) for one in ordered
        )

    def save(self, operator_id: int, name: str, query: str) -> None:
        """Save a choice under a name; one that has the name already is replaced.

        Raises:
            ValuesError: The name will not do.
            TooManyFiltersError: The operator has as many as there is room for.
        """
        typed = Typed()
        typed.take("name", values.text, name)
        stated = {"name": typed.finish()["name"], "operator_id": operator_id}
        row = SavedFilterRow
        same = (row.operator_id == operator_id, row.name == stated["name"])
        with writing(self._desk.engine) as connection:
            changed = update(row).where(*same).values(query=query)
            if connection.execute(changed).rowcount:
                return
            count = select(func.count(row.id)).where(row.operator_id == operator_id)
            if (connection.scalar(count) or 0) >= MOST:
                raise TooManyFiltersError(f"more than {MOST} filters")
            connection.execute(insert(row).values(**stated, query=query))

    def remove(self, operator_id: int, filter_id: int) -> None:
        """Forget one of an operator's own filters; somebody else's is left alone."""
        row = SavedFilterRow
        mine = (row.operator_id == operator_id, row.id == filter_id)
        with writing(self._desk.engine) as connection:
            connection.execute(delete(row).where(*mine))
