"""Which tables hold reviews, and what was decided in them?"""

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from authz.database import Base, Moment
from authz.reviewing.models import Outcome
from authz.tables import NAME_LENGTH, one_of

_OPEN = "finished_at IS NULL"


class ReviewRow(Base):
    """A review of the users of an organisation; at most one is open."""

    __tablename__ = "reviews"
    __table_args__ = (
        Index(
            "uq_reviews_open",
            "organisation_id",
            unique=True,
            sqlite_where=text(_OPEN),
            postgresql_where=text(_OPEN),
        ),
        Index("ix_reviews_organisation", "organisation_id", "finished_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    started_at: Mapped[Moment]
    started_by: Mapped[str] = mapped_column(String(NAME_LENGTH))
    finished_at: Mapped[Moment | None]
    finished_by: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    record: Mapped[str | None] = mapped_column(Text)
    """What was found, as canonical JSON without names of people."""


class ReviewAnswerRow(Base):
    """What was decided about one user."""

    __tablename__ = "review_answers"
    __table_args__ = (one_of("outcome", (Outcome.KEEP, Outcome.CHANGE)),)

    review_id: Mapped[int] = mapped_column(ForeignKey("reviews.id"), primary_key=True)
    membership_id: Mapped[int] = mapped_column(
        ForeignKey("memberships.id"), primary_key=True, index=True
    )
    outcome: Mapped[str] = mapped_column(String(20))
    answered_by: Mapped[str] = mapped_column(String(NAME_LENGTH))
    answered_at: Mapped[Moment]
