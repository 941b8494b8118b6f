"""Who is a user here, who was, and what has somebody been given?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from authz.administration.portions import portions
from authz.identifiers import hsa_key
from authz.many import among
from authz.models import PersonRole
from authz.tables import GrantRow, MembershipRow, PersonRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """Somebody at an organisation, now or before."""

    id: int
    person_id: int
    organisation_id: int
    role: PersonRole
    """The person's, which is the membership's as long as that is active."""
    given_name: str
    surname: str
    hsa_id: str
    email: str
    started_at: datetime
    ended_at: datetime | None
    ended_by: str | None

    @property
    def name(self) -> str:
        """The name as it is written on every page."""
        return f"{self.given_name} {self.surname}"

    @property
    def is_active_user(self) -> bool:
        """Tell whether somebody is a user there now."""
        return self.ended_at is None and self.role is PersonRole.USER


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A grant that nobody has ended."""

    id: int
    membership_id: int
    permission_id: int
    valid_from: datetime | None
    valid_until: datetime | None
    given_by: str
    given_at: datetime

    def is_over(self, now: datetime) -> bool:
        """Tell whether it ended by itself."""
        return self.valid_until is not None and self.valid_until <= now


_MEMBERSHIPS: Final = (
    select(
        MembershipRow.id,
        MembershipRow.person_id,
        MembershipRow.organisation_id,
        MembershipRow.started_at,
        MembershipRow.ended_at,
        MembershipRow.ended_by,
        PersonRow.role,
        PersonRow.given_name,
        PersonRow.surname,
        PersonRow.hsa_id,
        PersonRow.email,
    )
    .join(PersonRow, PersonRow.id == MembershipRow.person_id)
    .order_by(MembershipRow.id)
)
_HELD: Final = (
    select(
        GrantRow.id,
        GrantRow.membership_id,
        GrantRow.permission_id,
        GrantRow.valid_from,
        GrantRow.valid_until,
        GrantRow.given_by,
        GrantRow.given_at,
    )
    .where(GrantRow.ended_at.is_(None))
    .order_by(GrantRow.id)
)


class UserStore:
    """Users of all organisations; whoever asks compares the organisation.

    Args:
        connection: A connection.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def memberships(
        self, organisation_id: int, membership_ids: Iterable[int]
    ) -> Mapping[int, Membership]:
        """Find memberships of one organisation by their numbers."""
        found: dict[int, Membership] = {}
        for some in portions(membership_ids):
            statement = _MEMBERSHIPS.where(
                among(self._connection, MembershipRow.id, some),
                MembershipRow.organisation_id == organisation_id,
            )
            for row in self._connection.execute(statement).all():
                found[row.id] = _membership_of(row)
        return found

    def memberships_of(self, hsa_ids: Iterable[str]) -> Mapping[str, list[Membership]]:
        """Find all memberships of people, past ones too, by the key of the HSA-id."""
        found: dict[str, list[Membership]] = {}
        for some in portions(map(hsa_key, hsa_ids)):
            statement = _MEMBERSHIPS.add_columns(PersonRow.hsa_key)
            for row in self._connection.execute(
                statement.where(PersonRow.hsa_key.in_(some))
            ):
                found.setdefault(row.hsa_key, []).append(_membership_of(row))
        return found

    def person_id_of(self, hsa_id: str) -> int | None:
        """Find somebody who is registered, whether or not anywhere a member."""
        statement = select(PersonRow.id).where(PersonRow.hsa_key == hsa_key(hsa_id))
        return self._connection.scalar(statement)

    def held(
        self, membership_ids: Iterable[int], permission_id: int | None = None
    ) -> Sequence[Held]:
        """Read the grants that nobody has ended, also those whose end has come.

        Args:
            membership_ids: Of whom.
            permission_id: Only this permission.
        """
        asked = _HELD
        if permission_id is not None:
            asked = asked.where(GrantRow.permission_id == permission_id)
        return [
            Held(**row._mapping)  # noqa: SLF001  # public in all but name
            for some in portions(membership_ids)
            for row in self._connection.execute(
                asked.where(among(self._connection, GrantRow.membership_id, some))
            ).all()
        ]


def _membership_of(row: Row[*tuple[Any, ...]]) -> Membership:
    return Membership(
        id=row.id,
        person_id=row.person_id,
        organisation_id=row.organisation_id,
        role=PersonRole(row.role),
        given_name=row.given_name,
        surname=row.surname,
        hsa_id=row.hsa_id,
        email=row.email,
        started_at=row.started_at,
        ended_at=row.ended_at,
        ended_by=row.ended_by,
    )
