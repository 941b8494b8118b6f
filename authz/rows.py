"""How is one row brought to what somebody states, and what changed by that?"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import Connection, insert, select, update

from authz.database import Base
from authz.many import table_of


class Change(StrEnum):
    """What saving did."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """A row after it was saved."""

    id: int
    change: Change
    before: Mapping[str, object] = field(default_factory=dict)
    """The values that were replaced."""
    after: Mapping[str, object] = field(default_factory=dict)
    """The values that are new."""


def save(
    connection: Connection,
    row_class: type[Base],
    *,
    key: Mapping[str, object],
    stated: Mapping[str, object],
    defaults: Mapping[str, object] | None = None,
) -> Saved:
    """Add the row with a key, or bring it to what is stated; the rest stays as it is.

    Args:
        connection: A connection with a transaction.
        row_class: A table with a number ``id``.
        key: Columns and values by which the row is found.
        stated: Columns and values that it shall have.
        defaults: What a new row has where nothing is stated.
    """
    table = table_of(row_class)
    columns = [table.c.id, *(table.c[name] for name in stated)]
    found = connection.execute(
        select(*columns).where(*(table.c[name] == key[name] for name in key))
    ).one_or_none()
    if found is None:
        return add(connection, row_class, {**(defaults or {}), **key, **stated})
    there = dict(zip(["id", *stated], found, strict=True))
    before = {name: there[name] for name in stated if there[name] != stated[name]}
    after = {name: stated[name] for name in before}
    if not after:
        return Saved(id=found.id, change=Change.UNCHANGED)
    connection.execute(update(table).where(table.c.id == found.id).values(**after))
    return Saved(id=found.id, change=Change.CHANGED, before=before, after=after)


def add(
    connection: Connection, row_class: type[Base], values: Mapping[str, object]
) -> Saved:
    """Add a row to a table that numbers its rows."""
    table = table_of(row_class)
    statement = insert(table).values(**values).returning(table.c.id)
    number = connection.scalars(statement).one()
    return Saved(id=number, change=Change.ADDED, after=values)
