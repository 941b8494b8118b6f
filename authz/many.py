"""How are many rows read, written and changed with few statements?

A driver that sends a statement for each row, or a parameter for each value, spends
longer on that than the database on its work. PostgreSQL takes all rows as one value;
SQLite is in this process, where a statement costs next to nothing.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Table,
    Text,
    any_,
    bindparam,
    cast,
    column,
    func,
    insert,
    inspect,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSON

from authz.database import Base


def among(
    connection: Connection, wanted: Any, numbers: Collection[int]
) -> ColumnElement[bool]:
    """Compare a column with many numbers.

    Args:
        connection: Where the comparison will be made.
        wanted: The column.
        numbers: As many as every database takes in one statement.
    """
    if not _takes_all_at_once(connection):
        found: ColumnElement[bool] = wanted.in_(numbers)
        return found
    written = bindparam(None, f"{{{','.join(map(str, numbers))}}}", Text(), unique=True)
    return wanted == any_(cast(written, ARRAY(wanted.type)))  # type: ignore[no-any-return]  # the column is Any


def insert_many(
    connection: Connection, row_class: type[Base], rows: Sequence[Mapping[str, object]]
) -> None:
    """Add rows, which all state the same columns; none is fine."""
    if not rows:
        return
    table = table_of(row_class)
    if not _takes_all_at_once(connection):
        connection.execute(insert(table), rows)
        return
    new = _table_with(rows, table)
    connection.execute(insert(table).from_select(list(rows[0]), select(*new.c)))


def update_many(
    connection: Connection,
    row_class: type[Base],
    rows: Sequence[Mapping[str, object]],
    *,
    key: str,
) -> None:
    """Change rows, each found by its key; none is fine.

    Args:
        connection: A connection with a transaction.
        row_class: A table.
        rows: Keys with the new values; all state the same columns.
        key: The column that is the key.
    """
    if not rows:
        return
    table = table_of(row_class)
    changed = [name for name in rows[0] if name != key]
    if not _takes_all_at_once(connection):
        values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in changed}
        connection.execute(
            update(table).where(table.c[key] == bindparam(f"new_{key}")).values(values),
            [{f"new_{name}": value for name, value in row.items()} for row in rows],
        )
        return
    new = _table_with(rows, table)
    connection.execute(
        update(table)
        .where(table.c[key] == new.c[key])
        .values({name: new.c[name] for name in changed})
    )


def table_of(row_class: type[Base]) -> Table:
    """Find the table of a class of rows.

    Raises:
        TypeError: It has none of its own.
    """
    table = inspect(row_class).local_table
    if not isinstance(table, Table):
        raise TypeError(row_class)
    return table


def _takes_all_at_once(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"


def _table_with(rows: Sequence[Mapping[str, object]], table: Table) -> FromClause:
    """Turn rows into a table that is one parameter, with the types of another table."""
    written = bindparam("rows", json.dumps(rows, default=_moment), Text())
    columns = [column(name, table.c[name].type) for name in rows[0]]
    values = func.json_to_recordset(cast(written, JSON)).table_valued(*columns)
    return values.alias("new").render_derived(with_types=True)


def _moment(value: object) -> str:
    """Write what JSON does not know: moments, which must have a time zone.

    Raises:
        TypeError: Something else, or a moment without one.
    """
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise TypeError(f"not a value of a column: {type(value).__qualname__}")
    return value.isoformat()
