"""Which tables hold notices, mail, what was reminded of, and saved filters?"""

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from authz.database import Base, Moment
from authz.office.models import NoticeLevel, NoticePlace
from authz.tables import NAME_LENGTH, interval, one_of

KIND_LENGTH = 40
ADDRESS_LENGTH = 320

_WAITING = "sent_at IS NULL AND given_up_at IS NULL"


class NoticeRow(Base):
    """News and *driftinformation*."""

    __tablename__ = "notices"
    __table_args__ = (
        one_of("level", NoticeLevel),
        one_of("place", NoticePlace),
        interval(),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str] = mapped_column(Text)
    level: Mapped[str] = mapped_column(String(20))
    place: Mapped[str] = mapped_column(String(20))
    service_id: Mapped[int | None] = mapped_column(ForeignKey("services.id"))
    valid_from: Mapped[Moment]
    valid_until: Mapped[Moment | None]


class MailRow(Base):
    """A mail that waits in the outbox, was sent, or was given up."""

    __tablename__ = "mails"
    __table_args__ = (
        UniqueConstraint("message_id"),
        CheckConstraint("sent_at IS NULL OR given_up_at IS NULL", name="one_end"),
        Index(
            "ix_mails_waiting",
            "next_try_at",
            sqlite_where=text(_WAITING),
            postgresql_where=text(_WAITING),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(KIND_LENGTH))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    """To whom, when it is somebody whom we know."""
    recipient: Mapped[str] = mapped_column(String(ADDRESS_LENGTH))
    subject: Mapped[str] = mapped_column(String(NAME_LENGTH))
    body: Mapped[str] = mapped_column(Text)
    message_id: Mapped[str] = mapped_column(String(NAME_LENGTH))
    """The same at every try, so that a mailbox recognises a second copy."""
    created_at: Mapped[Moment]
    next_try_at: Mapped[Moment]
    """Not before this; whoever sends puts it ahead first, so nobody else sends too."""
    tries: Mapped[int]
    problem: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    """What the server answered last, as a number or a word."""
    sent_at: Mapped[Moment | None]
    given_up_at: Mapped[Moment | None]


class ReminderRow(Base):
    """That an organisation was reminded of what ends at a moment."""

    __tablename__ = "reminders"

    organisation_id: Mapped[int] = mapped_column(
        ForeignKey("organisations.id"), primary_key=True
    )
    ends_at: Mapped[Moment] = mapped_column(primary_key=True)
    days: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """How many days before: 30 or 7."""
    reminded_at: Mapped[Moment]


class SavedFilterRow(Base):
    """A choice of the audit trail that an operator wants to find again."""

    __tablename__ = "saved_filters"
    __table_args__ = (UniqueConstraint("operator_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    query: Mapped[str] = mapped_column(Text)
    """As the address of the page has it."""
