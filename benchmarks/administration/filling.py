"""How do ten million rows come into a database in minutes?

Indexes are taken away first and made again at the end, references between tables are
not checked row by row (the tests check them), and rows go through COPY (PostgreSQL) or
one prepared statement (SQLite).
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final

from sqlalchemy import Connection, Engine

from benchmarks.administration.population import Row, Table, Value
from idp_bridge.database import autocommit

_CHUNK: Final = 5000
"""Rows that travel together."""
_OWN_INDEXES: Final = {
    "sqlite": "SELECT name, sql FROM sqlite_master"
    " WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ({})",
    "postgresql": "SELECT indexname, indexdef FROM pg_indexes"
    " WHERE schemaname = current_schema() AND tablename IN ({})"
    " AND indexname NOT IN (SELECT conname FROM pg_constraint)",
}
"""Indexes that belong to no constraint, with the statements that make them."""
_UNCHECKED: Final = {
    "sqlite": "PRAGMA foreign_keys = OFF",
    "postgresql": "SET session_replication_role = replica",
}
_CHECKED: Final = {
    "sqlite": "PRAGMA foreign_keys = ON",
    "postgresql": "SET session_replication_role = origin",
}


def fill(engine: Engine, tables: Iterable[Table]) -> None:
    """Put rows into tables that are empty.

    Args:
        engine: A database with the tables of this version; on PostgreSQL, of a
            superuser.
        tables: The tables, in any order.
    """
    with autocommit(engine).connect() as connection:
        kind = connection.dialect.name
        connection.exec_driver_sql(_UNCHECKED[kind])
        for table in tables:
            _fill_one(connection, table)
        connection.exec_driver_sql(_CHECKED[kind])
        _tidy(connection)


def _fill_one(connection: Connection, table: Table) -> None:
    indexes = _own_indexes(connection, table.name)
    for name in indexes:
        connection.exec_driver_sql(f"DROP INDEX {name}")
    if connection.dialect.name == "postgresql":
        _copy(connection, table)
    else:
        _insert(connection, table)
    for statement in indexes.values():
        connection.exec_driver_sql(statement)


def _own_indexes(connection: Connection, table: str) -> dict[str, str]:
    statement = _OWN_INDEXES[connection.dialect.name].format(f"'{table}'")
    rows = connection.exec_driver_sql(statement)
    return {row[0]: row[1] for row in rows}


def _copy(connection: Connection, table: Table) -> None:
    cursor: Any = connection.connection.cursor()
    columns = ", ".join(table.columns)
    with cursor.copy(f"COPY {table.name} ({columns}) FROM STDIN") as copy:
        for chunk in _chunks(table.rows):
            copy.write("".join(map(_line, chunk)))
    cursor.close()
    if table.columns[0] == "id":
        connection.exec_driver_sql(
            f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'),"  # noqa: S608  # our own name
            f" (SELECT max(id) FROM {table.name}))"
        )


def _line(row: Row) -> str:
    line = "\t".join(["\\N" if each is None else str(each) for each in row])
    return line.replace("\n", "\\n") + "\n"


def _insert(connection: Connection, table: Table) -> None:
    marks = ", ".join("?" * len(table.columns))
    columns = ", ".join(table.columns)
    cursor: Any = connection.connection.cursor()
    cursor.execute("BEGIN")
    cursor.executemany(
        f"INSERT INTO {table.name} ({columns}) VALUES ({marks})",  # noqa: S608  # our own names
        (tuple(map(_for_sqlite, row)) for row in table.rows),
    )
    cursor.execute("COMMIT")
    cursor.close()


def _for_sqlite(value: Value) -> Value:
    if isinstance(value, datetime):
        utc = value.astimezone(UTC).replace(tzinfo=None)
        return utc.isoformat(" ", "microseconds")
    return value


def _chunks(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while chunk := list(islice(rows, _CHUNK)):
        yield chunk


def _tidy(connection: Connection) -> None:
    """Do at once what the database would do in its own time: statistics and order."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("VACUUM (ANALYZE)")
    else:
        connection.exec_driver_sql("ANALYZE")
