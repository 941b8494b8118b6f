"""Which users belong to a review, and what was decided about each?

To a review belongs everybody who has had a permission since it began. It is done with
those about whom somebody decided, with those who were removed meanwhile, and with those
who have no permission any more.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, and_, case, exists, func, insert, or_, select, update

from authz.administration.portions import portions
from authz.last_logins import last_day_of
from authz.models import PersonRole
from authz.reviewing.counting import first_member_of
from authz.reviewing.models import Outcome
from authz.reviewing.tables import ReviewAnswerRow, ReviewRow
from authz.tables import (
    GrantRow,
    MembershipRow,
    OrganisationRow,
    PersonRow,
    UserLineRow,
)

_REVIEWS: Final = select(
    ReviewRow.id,
    ReviewRow.started_at,
    ReviewRow.started_by,
    ReviewRow.finished_at,
    ReviewRow.finished_by,
    ReviewRow.record,
)


class ReviewStore:
    """Reviews of one organisation.

    Args:
        connection: A connection; for writing, one with a transaction.
        organisation_id: Whose.
    """

    def __init__(self, connection: Connection, organisation_id: int) -> None:
        self._connection = connection
        self._organisation_id = organisation_id

    def all(self) -> Sequence[Any]:
        """Read all reviews, the latest first."""
        mine = ReviewRow.organisation_id == self._organisation_id
        found = _REVIEWS.where(mine).order_by(ReviewRow.id.desc())
        return self._connection.execute(found).all()

    def find(self, review_id: int) -> Any | None:
        """Read one review of this organisation."""
        return self._connection.execute(
            _REVIEWS.where(
                ReviewRow.organisation_id == self._organisation_id,
                ReviewRow.id == review_id,
            )
        ).one_or_none()

    def began(self) -> datetime | None:
        """Say since when anybody has belonged to the organisation here."""
        return self._connection.scalar(select(first_member_of(self._organisation_id)))

    def start(self, *, actor: str, now: datetime) -> int:
        """Begin a review; answers with its number."""
        values = {
            "organisation_id": self._organisation_id,
            "started_at": now,
            "started_by": actor,
        }
        statement = insert(ReviewRow).values(**values).returning(ReviewRow.id)
        return self._connection.scalars(statement).one()

    def finish(self, review_id: int, record: str, *, actor: str, now: datetime) -> None:
        """End a review with its record."""
        self._connection.execute(
            update(ReviewRow)
            .where(ReviewRow.id == review_id)
            .values(finished_at=now, finished_by=actor, record=record)
        )

    def answered(self, review_id: int, membership_ids: Iterable[int]) -> set[int]:
        """Say about which users somebody has decided."""
        found: set[int] = set()
        for some in portions(membership_ids):
            found |= set(
                self._connection.scalars(
                    select(ReviewAnswerRow.membership_id).where(
                        ReviewAnswerRow.review_id == review_id,
                        ReviewAnswerRow.membership_id.in_(some),
                    )
                )
            )
        return found

    def answer(
        self,
        review_id: int,
        membership_ids: Iterable[int],
        outcome: Outcome,
        *,
        actor: str,
        now: datetime,
    ) -> None:
        """Write down what was decided; a later decision replaces an earlier one."""
        values = {"outcome": outcome, "answered_by": actor, "answered_at": now}
        wanted = list(membership_ids)
        old = self.answered(review_id, wanted)
        row = ReviewAnswerRow
        for some in portions(old):
            self._connection.execute(
                update(row)
                .where(row.review_id == review_id, row.membership_id.in_(some))
                .values(**values)
            )
        new = [
            {"review_id": review_id, "membership_id": number, **values}
            for number in wanted
            if number not in old
        ]
        if new:
            self._connection.execute(insert(row), new)

    def count(self, review: Any) -> tuple[int, int]:
        """Count who is done and who belongs to the review."""
        scope = self._scope(review).subquery()
        is_done = scope.c.outcome != Outcome.PENDING
        row = self._connection.execute(
            select(func.count(case((is_done, 1))), func.count()).select_from(scope)
        ).one()
        return row[0], row[1]

    def lines(
        self,
        review: Any,
        *,
        done: bool | None,
        limit: int | None,
        offset: int,
        since: date | None = None,
    ) -> Sequence[Any]:
        """Read users of a review by surname.

        Args:
            review: The review.
            done: Only those who are done, or are not; ``None`` for all.
            limit: How many; ``None`` for all.
            offset: How many to leave out.
            since: Only those who have logged in on this day or later.
        """
        scope = self._scope(review).subquery()
        last_day = last_day_of(scope.c.membership_id).label("last_login_on")
        found = select(scope, last_day).order_by(
            scope.c.surname_key.is_(None),
            scope.c.surname_key,
            scope.c.given_key,
            scope.c.membership_id,
        )
        if done is not None:
            is_done = scope.c.outcome != Outcome.PENDING
            found = found.where(is_done if done else ~is_done)
        if since is not None:
            found = found.where(last_day_of(scope.c.membership_id) >= since)
        return self._connection.execute(found.limit(limit).offset(offset)).all()

    def logins_since(self) -> date | None:
        """Say since when logins are noted, if not from the beginning."""
        return self._connection.scalar(
            select(OrganisationRow.logins_since).where(
                OrganisationRow.id == self._organisation_id
            )
        )

    def recent(self, review: Any, since: date) -> Sequence[int]:
        """Number those who are not done and have logged in on a day or later."""
        return self._connection.scalars(self._recent(review, since)).all()

    def count_recent(self, review: Any, since: date) -> int:
        """Count them."""
        found = self._recent(review, since).subquery()
        counted = select(func.count()).select_from(found)
        return self._connection.scalar(counted) or 0

    def _recent(self, review: Any, since: date) -> Any:
        scope = self._scope(review).subquery()
        return select(scope.c.membership_id).where(
            scope.c.outcome == Outcome.PENDING,
            last_day_of(scope.c.membership_id) >= since,
        )

    def _scope(self, review: Any) -> Any:
        """Select everybody who has had a permission since the review began."""
        has_had = exists().where(
            GrantRow.membership_id == MembershipRow.id,
            or_(GrantRow.ended_at.is_(None), GrantRow.ended_at > review.started_at),
        )
        has = exists().where(
            GrantRow.membership_id == MembershipRow.id, GrantRow.ended_at.is_(None)
        )
        answer = ReviewAnswerRow
        outcome = case(
            (MembershipRow.ended_at.is_not(None), Outcome.REMOVE.value),
            (answer.outcome.is_not(None), answer.outcome),
            (~has, Outcome.CHANGE.value),
            else_=Outcome.PENDING.value,
        )
        return (
            select(
                MembershipRow.id.label("membership_id"),
                PersonRow.given_name,
                PersonRow.surname,
                PersonRow.hsa_id,
                outcome.label("outcome"),
                func.coalesce(MembershipRow.ended_by, answer.answered_by).label("by"),
                func.coalesce(MembershipRow.ended_at, answer.answered_at).label("at"),
                UserLineRow.surname_key,
                UserLineRow.given_key,
            )
            .join(PersonRow, PersonRow.id == MembershipRow.person_id)
            .outerjoin(
                answer,
                and_(
                    answer.membership_id == MembershipRow.id,
                    answer.review_id == review.id,
                ),
            )
            .outerjoin(UserLineRow, UserLineRow.membership_id == MembershipRow.id)
            .where(
                MembershipRow.organisation_id == self._organisation_id,
                or_(
                    MembershipRow.person_role == PersonRole.USER,
                    MembershipRow.ended_at > review.started_at,
                ),
                has_had,
            )
        )

    def names(self, membership_ids: Iterable[int]) -> Mapping[int, Any]:
        """Map memberships to the people's names."""
        found: dict[int, Any] = {}
        for some in portions(membership_ids):
            rows = self._connection.execute(
                select(
                    MembershipRow.id,
                    PersonRow.given_name,
                    PersonRow.surname,
                    PersonRow.hsa_id,
                )
                .join(PersonRow, PersonRow.id == MembershipRow.person_id)
                .where(
                    MembershipRow.organisation_id == self._organisation_id,
                    MembershipRow.id.in_(some),
                )
            )
            found |= {row.id: row for row in rows}
        return found
