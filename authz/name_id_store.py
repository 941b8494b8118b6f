"""Under which name does one e-tjänst know a person?"""

import secrets
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from authz.database import insert_if_missing
from authz.questions import Question
from authz.tables import NameIdRow, PersonRow

RANDOM_BYTES = 20
"""160 bits; a pseudonym has at most 256 characters (SAML core 8.3.7)."""
EVERYWHERE = ""
"""In the place of an entityID, which is never empty: the name at every e-tjänst."""

_VALUE = Question(
    select(NameIdRow.value).where(
        NameIdRow.person_id == bindparam("person_id"),
        NameIdRow.sp_entity_id == bindparam("sp_entity_id"),
    )
)

_OWNER = Question(
    select(PersonRow.hsa_id)
    .join(NameIdRow, NameIdRow.person_id == PersonRow.id)
    .where(
        NameIdRow.sp_entity_id == bindparam("sp_entity_id"),
        NameIdRow.value == bindparam("value"),
    )
)
_NUMBERED = Question(
    select(PersonRow.hsa_id).where(PersonRow.id == bindparam("person_id"))
)


class NameIdStore:
    """Names of people: random, and different at every e-tjänst.

    Somebody can also have one name more that is the same :data:`EVERYWHERE`.

    Args:
        connection: A connection; for :meth:`create`, one with a transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, person_id: int, sp_entity_id: str) -> str | None:
        """Read the name of a person at an e-tjänst, if there is one already."""
        parameters = {"person_id": person_id, "sp_entity_id": sp_entity_id}
        rows = _VALUE.ask(self._connection, parameters)
        return rows[0].value if rows else None

    def get(self, person_id: int, sp_entity_id: str) -> str:
        """Read the name of a person who has one at this e-tjänst."""
        parameters = {"person_id": person_id, "sp_entity_id": sp_entity_id}
        (row,) = _VALUE.ask(self._connection, parameters)
        value: str = row.value
        return value

    def owner_of(self, value: str, sp_entity_id: str) -> str | None:
        """Read the HSA-id of whom an e-tjänst knows by a name.

        A name that another e-tjänst has been given is not found, like one that nobody
        has.
        """
        parameters = {"sp_entity_id": sp_entity_id, "value": value}
        rows = _OWNER.ask(self._connection, parameters)
        return rows[0].hsa_id if rows else None

    def hsa_id_of(self, person_id: int) -> str | None:
        """Read the HSA-id of a person by their number."""
        rows = _NUMBERED.ask(self._connection, {"person_id": person_id})
        return rows[0].hsa_id if rows else None

    def create(self, person_id: int, sp_entity_id: str, *, now: datetime) -> bool:
        """Make up a name; false when somebody else was faster, and theirs counts."""
        values = {
            "person_id": person_id,
            "sp_entity_id": sp_entity_id,
            "value": "_" + secrets.token_hex(RANDOM_BYTES),
            "created_at": now,
        }
        return insert_if_missing(self._connection, NameIdRow, values)
