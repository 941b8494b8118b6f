"""Which operators are registered, and until when?"""

from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, select

from authz.identifiers import hsa_key
from authz.models import Operator, OperatorRole, Validity
from authz.tables import OperatorRow

_OPERATORS: Final = select(
    OperatorRow.id,
    OperatorRow.hsa_id,
    OperatorRow.role,
    OperatorRow.given_name,
    OperatorRow.surname,
    OperatorRow.email,
    OperatorRow.valid_from,
    OperatorRow.valid_until,
)
_BY_HSA_ID: Final = _OPERATORS.where(OperatorRow.hsa_key == bindparam("hsa_key"))
_BY_NUMBER: Final = _OPERATORS.where(OperatorRow.id == bindparam("id"))


class OperatorStore:
    """People at the agency.

    Args:
        connection: A connection.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of_hsa_id(self, hsa_id: str) -> Operator | None:
        """Find an operator by HSA-id, in any spelling.

        Raises:
            BadIdentifierError: The text cannot be an HSA-id.
        """
        parameters = {"hsa_key": hsa_key(hsa_id)}
        row = self._connection.execute(_BY_HSA_ID, parameters).one_or_none()
        return None if row is None else _operator_of(row)

    def of_number(self, operator_id: int) -> Operator | None:
        """Find an operator by the number in the database."""
        row = self._connection.execute(_BY_NUMBER, {"id": operator_id}).one_or_none()
        return None if row is None else _operator_of(row)

    def everybody(self) -> tuple[Operator, ...]:
        """Read all operators, also those who have ended, in the order they came."""
        rows = self._connection.execute(_OPERATORS.order_by(OperatorRow.id))
        return tuple(map(_operator_of, rows))


def _operator_of(row: Row[*tuple[Any, ...]]) -> Operator:
    return Operator(
        id=row.id,
        hsa_id=row.hsa_id,
        role=OperatorRole(row.role),
        given_name=row.given_name,
        surname=row.surname,
        email=row.email,
        validity=Validity(valid_from=row.valid_from, valid_until=row.valid_until),
    )
