"""Which tables hold what lists of users show, and what undoing needs to know?"""

from datetime import date

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from authz.columns import BY_CODE_POINT, CODE_LENGTH, NAME_LENGTH
from authz.database import Base, Moment

LINES_STORAGE = {"autovacuum_vacuum_scale_factor": 0.01}
"""An index alone answers as long as the table was tidied up after the last changes."""


class UserLineRow(Base):
    """A user in the list of an organisation: what is sorted by and searched in.

    It says again what other tables say, in the form that a list of 60 000 needs: one
    narrow row for each active user's membership. :mod:`authz.user_lines` writes it.
    The first index has every column, so that a search reads the lines of one
    organisation side by side instead of one here and one there in a large table.
    """

    __tablename__ = "user_lines"
    __table_args__ = (
        Index(
            "ix_user_lines_list",
            "organisation_id",
            "surname_key",
            "given_key",
            "membership_id",
            *("hsa_key", "email_key", "held_count"),
            *("held_services", "held_permissions", "search_text"),
        ),
        Index(
            "ix_user_lines_given",
            *("organisation_id", "given_key", "surname_key", "membership_id"),
        ),
        Index("ix_user_lines_hsa", "organisation_id", "hsa_key", "membership_id"),
        Index(
            "ix_user_lines_email",
            *("organisation_id", "email_key"),
            *("surname_key", "given_key", "membership_id"),
        ),
        Index(
            "ix_user_lines_held",
            *("organisation_id", "held_count"),
            *("surname_key", "given_key", "membership_id"),
        ),
        Index(
            "ix_user_lines_ending",
            "organisation_id",
            "ends_next",
            sqlite_where=text("ends_next IS NOT NULL"),
            postgresql_where=text("ends_next IS NOT NULL"),
        ),
        {"postgresql_with": LINES_STORAGE},
    )

    membership_id: Mapped[int] = mapped_column(
        ForeignKey("memberships.id"), primary_key=True, autoincrement=False
    )
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    given_key: Mapped[str] = mapped_column(BY_CODE_POINT)
    surname_key: Mapped[str] = mapped_column(BY_CODE_POINT)
    hsa_key: Mapped[str] = mapped_column(BY_CODE_POINT)
    email_key: Mapped[str] = mapped_column(BY_CODE_POINT)
    search_text: Mapped[str] = mapped_column(Text)
    """The columns of the line in the form that searches are compared with."""
    held_services: Mapped[str] = mapped_column(Text)
    """Numbers of the e-tjänster with an active grant: ``|3|17|``."""
    held_permissions: Mapped[str] = mapped_column(Text)
    """Numbers of the permissions with an active grant: ``|3|17|``."""
    held_count: Mapped[int]
    ends_next: Mapped[Moment | None]
    """The first end of an active grant."""


class LastLoginRow(Base):
    """On which day somebody last logged in to an e-tjänst; each time written over."""

    __tablename__ = "last_logins"

    membership_id: Mapped[int] = mapped_column(
        ForeignKey("memberships.id"), primary_key=True, autoincrement=False
    )
    service_id: Mapped[int] = mapped_column(
        ForeignKey("services.id"), primary_key=True, autoincrement=False
    )
    day: Mapped[date]
    """The day in Sweden; no time, because nobody needs one."""


class ChangeRow(Base):
    """Something that an administrator did with one press of a button."""

    __tablename__ = "changes"
    __table_args__ = (Index("ix_changes_at", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey("organisations.id"), index=True
    )
    kind: Mapped[str] = mapped_column(String(20))
    actor: Mapped[str] = mapped_column(String(NAME_LENGTH))
    at: Mapped[Moment]
    undone_at: Mapped[Moment | None]


class ChangeStepRow(Base):
    """One part of a change, with what undoing it needs to know."""

    __tablename__ = "change_steps"
    __table_args__ = (Index("ix_change_steps_membership", "membership_id"),)

    change_id: Mapped[int] = mapped_column(ForeignKey("changes.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    action: Mapped[str] = mapped_column(String(CODE_LENGTH))
    """As in the audit trail."""
    membership_id: Mapped[int] = mapped_column(ForeignKey("memberships.id"))
    grant_id: Mapped[int | None] = mapped_column(ForeignKey("grants.id"))
    before: Mapped[str] = mapped_column(Text)
    """What was there, as JSON."""
    after: Mapped[str] = mapped_column(Text)
    """What the change made of it, as JSON."""
