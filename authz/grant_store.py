"""Which permissions were given to somebody?"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from authz.models import Grant, Permission, Validity
from authz.models import PersonRole as Role
from authz.questions import Question
from authz.rows import Saved, save
from authz.tables import GrantRow, PermissionRow

_HISTORY = (
    select(
        GrantRow.id,
        GrantRow.valid_from,
        GrantRow.valid_until,
        GrantRow.given_by,
        GrantRow.given_at,
        GrantRow.ended_at,
        PermissionRow.id.label("permission_id"),
        PermissionRow.code,
        PermissionRow.name,
        PermissionRow.valid_from.label("permission_from"),
        PermissionRow.valid_until.label("permission_until"),
    )
    .join(PermissionRow, PermissionRow.id == GrantRow.permission_id)
    .where(
        GrantRow.membership_id == bindparam("membership_id"),
        PermissionRow.service_id == bindparam("service_id"),
    )
    .order_by(PermissionRow.code, GrantRow.id)
)
_ACTIVE = Question(_HISTORY.where(GrantRow.ended_at.is_(None)))


class GrantStore:
    """Grants; they belong to a membership and end with it.

    Attributes:
        touched: The numbers of the memberships whose grants this store changed.

    Args:
        connection: A connection; for giving, one with a transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self.touched: set[int] = set()
        self._connection = connection

    def active(self, membership_id: int, service_id: int) -> tuple[Grant, ...]:
        """Read the grants at an e-tjänst that nobody has taken back."""
        parameters = {"membership_id": membership_id, "service_id": service_id}
        return tuple(map(_grant_of, _ACTIVE.ask(self._connection, parameters)))

    def history(self, membership_id: int, service_id: int) -> tuple[Grant, ...]:
        """Read all grants at an e-tjänst as they were: from when given to when ended.

        The validity of each is cut to the time between the giving and the ending, so a
        decision about any moment in the past comes out as it did then.
        """
        parameters = {"membership_id": membership_id, "service_id": service_id}
        return tuple(
            map(_past_grant_of, self._connection.execute(_HISTORY, parameters))
        )

    def give(
        self,
        membership_id: int,
        permission_id: int,
        *,
        stated: Mapping[str, object],
        actor: str,
        now: datetime,
    ) -> Saved:
        """Give a permission, or bring the active grant to what is stated.

        Args:
            membership_id: To whom, where.
            permission_id: What.
            stated: ``valid_from`` and ``valid_until``, as far as they are stated.
            actor: Who gives.
            now: When.
        """
        self.touched.add(membership_id)
        return save(
            self._connection,
            GrantRow,
            key={
                "membership_id": membership_id,
                "permission_id": permission_id,
                "ended_at": None,
            },
            stated=stated,
            defaults={"person_role": Role.USER, "given_by": actor, "given_at": now},
        )


def _grant_of(row: Row[*tuple[Any, ...]]) -> Grant:
    return _grant(row, Validity(valid_from=row.valid_from, valid_until=row.valid_until))


def _past_grant_of(row: Row[*tuple[Any, ...]]) -> Grant:
    starts = (row.given_at, row.valid_from)
    ends = (row.ended_at, row.valid_until)
    validity = Validity(
        valid_from=max(start for start in starts if start is not None),
        valid_until=min((end for end in ends if end is not None), default=None),
    )
    return _grant(row, validity)


def _grant(row: Row[*tuple[Any, ...]], validity: Validity) -> Grant:
    permission = Permission(
        id=row.permission_id,
        code=row.code,
        name=row.name,
        validity=Validity(
            valid_from=row.permission_from, valid_until=row.permission_until
        ),
    )
    return Grant(
        id=row.id,
        permission=permission,
        validity=validity,
        given_by=row.given_by,
        given_at=row.given_at,
    )
