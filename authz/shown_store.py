"""What has somebody already seen of what an e-tjänst is told about them?

Names of attributes only: which kind of thing is told, never what it was.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from authz.database import insert_if_missing
from authz.questions import Question
from authz.tables import ShownAttributeRow

_NAMES = Question(
    select(ShownAttributeRow.name).where(
        ShownAttributeRow.person_id == bindparam("person_id"),
        ShownAttributeRow.service_id == bindparam("service_id"),
    )
)


class ShownStore:
    """Names of attributes that people have seen before they were sent.

    Args:
        connection: A connection; for :meth:`add`, one with a transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def names(self, person_id: int, service_id: int) -> frozenset[str]:
        """Read what somebody has seen for an e-tjänst."""
        parameters = {"person_id": person_id, "service_id": service_id}
        rows = _NAMES.ask(self._connection, parameters)
        return frozenset(row.name for row in rows)

    def add(
        self, person_id: int, service_id: int, names: Iterable[str], *, now: datetime
    ) -> None:
        """Remember what somebody has seen; what is there already stays."""
        for name in sorted(names):
            values = {
                "person_id": person_id,
                "service_id": service_id,
                "name": name,
                "shown_at": now,
            }
            insert_if_missing(self._connection, ShownAttributeRow, values)
