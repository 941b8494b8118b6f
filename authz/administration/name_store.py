"""What is somebody called whom a row or the audit trail knows by number?"""

from collections.abc import Iterable, Mapping
from typing import Final

from sqlalchemy import Connection, select

from authz.administration.models import ActorKind
from authz.administration.portions import portions
from authz.tables import OperatorRow, PersonRow

_TABLES: Final[Mapping[str, type[PersonRow] | type[OperatorRow]]] = {
    ActorKind.ADMINISTRATOR.value: PersonRow,
    "person": PersonRow,
    ActorKind.OPERATOR.value: OperatorRow,
}


class NameStore:
    """Names of people and operators.

    Args:
        connection: A connection.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def names(self, references: Iterable[str]) -> Mapping[str, str]:
        """Map references such as ``administrator:12`` to names, as far as known."""
        wanted = {each: parts_of(each) for each in references}
        names: dict[str, str] = {}
        for kind, table in _TABLES.items():
            numbers = {part[1] for part in wanted.values() if part and part[0] == kind}
            statement = select(table.id, table.given_name, table.surname)
            for some in portions(numbers):
                for row in self._connection.execute(
                    statement.where(table.id.in_(some))
                ):
                    names[f"{kind}:{row.id}"] = f"{row.given_name} {row.surname}"
        return names


def parts_of(reference: str) -> tuple[str, int] | None:
    """Cut ``administrator:12`` in two; nothing if it is not of this form."""
    kind, _, number = reference.partition(":")
    if not (number.isascii() and number.isdigit()) or len(number) > 9:  # noqa: PLR2004  # fits any INTEGER
        return None
    return kind, int(number)
