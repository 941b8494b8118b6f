"""Which questions does every login ask? Written once, answered by the driver itself.

SQLAlchemy writes the statement and knows the types; what it does around each execution
costs more than a small indexed look-up.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Dialect, Select

from authz.database import DriverStatement
from authz.errors import StoreUnavailableError

Reader = Callable[[Any], Any] | None
"""Turns what the driver hands out into the column's type; ``None`` if it is already."""


class Question:
    """A SELECT of plain columns, with named parameters that are texts or numbers.

    Args:
        statement: The SELECT; every column has a name of its own.
    """

    def __init__(self, statement: Select[*tuple[Any, ...]]) -> None:
        self._statement = statement
        self._forms: dict[str, _Form] = {}

    def ask(self, connection: Connection, values: Mapping[str, object]) -> list[Any]:
        """Read all rows; their columns are attributes.

        Args:
            connection: An open connection.
            values: All parameters.

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        dialect = connection.dialect
        form = self._forms.get(dialect.name)
        if form is None:
            form = self._forms[dialect.name] = _Form(self._statement, dialect)
        return form.rows(connection, values)


class _Form:
    """A question in the words of one kind of database."""

    def __init__(self, statement: Select[*tuple[Any, ...]], dialect: Dialect) -> None:
        self._statement = DriverStatement(statement, dialect)
        self._driver_error = dialect.dbapi.Error if dialect.dbapi else Exception
        columns = statement.selected_columns
        self._row = namedtuple("Row", columns.keys())  # type: ignore[misc]  # noqa: PYI024  # made of the statement
        readers: list[Reader] = [
            column.type.dialect_impl(dialect).result_processor(dialect, None)
            for column in columns
        ]
        self._readers = [
            (place, reader)
            for place, reader in enumerate(readers)
            if reader is not None
        ]

    def rows(self, connection: Connection, values: Mapping[str, object]) -> list[Any]:
        """Ask the driver and read what it hands out."""
        try:
            cursor = connection.connection.cursor()
            cursor.execute(self._statement.text, self._statement.arguments(values))
            found = cursor.fetchall()
            cursor.close()
        except self._driver_error as error:
            connection.invalidate()
            raise StoreUnavailableError(type(error).__name__) from error
        return list(map(self._read, found))

    def _read(self, row: Iterable[Any]) -> Any:
        values = list(row)
        for place, reader in self._readers:
            values[place] = reader(values[place])
        return self._row(*values)
