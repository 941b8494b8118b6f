"""Which tables hold organisations, e-tjänster, people, grants and the audit trail?

What must never happen is refused by the database itself: somebody who is both
administratör and användare, an administrator with a grant, a grant that outlives its
membership, the same permission twice, an audit entry that changes.

How "one role only" works: an active membership carries its person's role, and an
active grant carries its membership's. Foreign keys over both columns bind them
together. What has ended carries no role, so history binds nobody for ever.
"""

from datetime import date

from sqlalchemy import (
    DDL,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
    event,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from authz.columns import (
    CODE_LENGTH,
    HSA_LENGTH,
    NAME_LENGTH,
    URI_LENGTH,
    interval,
    one_of,
)
from authz.database import Base, Moment
from authz.list_tables import ChangeRow, ChangeStepRow, LastLoginRow, UserLineRow
from authz.models import OperatorRole, OrganisationKind, PersonRole, WithoutGrant

__all__ = [
    "CODE_LENGTH",
    "HSA_LENGTH",
    "NAME_LENGTH",
    "URI_LENGTH",
    "ChangeRow",
    "ChangeStepRow",
    "LastLoginRow",
    "UserLineRow",
    "interval",
    "one_of",
]
"""What is written down elsewhere and belongs to these tables, too."""


def _role_while_active() -> CheckConstraint:
    return CheckConstraint(
        "(ended_at IS NULL) = (person_role IS NOT NULL)", name="role_while_active"
    )


class OrganisationRow(Base):
    """A kommun, a region or an agency."""

    __tablename__ = "organisations"
    __table_args__ = (one_of("kind", OrganisationKind), interval())

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    kind: Mapped[str] = mapped_column(String(20), index=True)
    valid_from: Mapped[Moment | None]
    valid_until: Mapped[Moment | None]
    user_count: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many lines its list of users has; :mod:`authz.user_lines` counts."""
    logins_since: Mapped[date | None]
    """Since when logins are noted, if it was there before they were."""


class OrganisationNumberRow(Base):
    """One of an organisation's numbers; the main number has position 0."""

    __tablename__ = "organisation_numbers"
    __table_args__ = (
        UniqueConstraint("organisation_id", "position"),
        CheckConstraint("length(number) = 10", name="number"),
    )

    number: Mapped[str] = mapped_column(String(10), primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    position: Mapped[int]


class ServiceRow(Base):
    """An e-tjänst."""

    __tablename__ = "services"
    __table_args__ = (
        one_of("kind", OrganisationKind),
        one_of("without_grant", WithoutGrant),
        interval(),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(CODE_LENGTH), unique=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    name_en: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    description: Mapped[str] = mapped_column(Text)
    kind: Mapped[str | None] = mapped_column(String(20))
    start_url: Mapped[str | None] = mapped_column(String(URI_LENGTH))
    claim_format: Mapped[str] = mapped_column(String(CODE_LENGTH))
    without_grant: Mapped[str] = mapped_column(String(20))
    needs_reason: Mapped[bool] = mapped_column(server_default=false())
    valid_from: Mapped[Moment | None]
    valid_until: Mapped[Moment | None]


class ServiceEntityIdRow(Base):
    """A SAML entityID under which an e-tjänst asks."""

    __tablename__ = "service_entity_ids"

    entity_id: Mapped[str] = mapped_column(String(URI_LENGTH), primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id"), index=True)


class PermissionRow(Base):
    """A *behörighet* of an e-tjänst."""

    __tablename__ = "permissions"
    __table_args__ = (UniqueConstraint("service_id", "code"), interval())

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id"))
    code: Mapped[str] = mapped_column(String(CODE_LENGTH))
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    name_en: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    description: Mapped[str | None] = mapped_column(Text)
    valid_from: Mapped[Moment | None]
    valid_until: Mapped[Moment | None]


class AgreementRow(Base):
    """An *avtal* of an organisation about an e-tjänst."""

    __tablename__ = "agreements"
    __table_args__ = (
        UniqueConstraint("organisation_id", "service_id", "valid_from"),
        interval(),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id"), index=True)
    reference: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    valid_from: Mapped[Moment]
    valid_until: Mapped[Moment | None]


class PersonRow(Base):
    """Somebody with an HSA-id and one role."""

    __tablename__ = "people"
    __table_args__ = (
        UniqueConstraint("id", "role"),
        one_of("role", PersonRole),
        interval(),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    hsa_id: Mapped[str] = mapped_column(String(HSA_LENGTH))
    hsa_key: Mapped[str] = mapped_column(String(HSA_LENGTH), unique=True)
    role: Mapped[str] = mapped_column(String(20))
    given_name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    surname: Mapped[str] = mapped_column(String(NAME_LENGTH))
    email: Mapped[str] = mapped_column(String(320))
    valid_from: Mapped[Moment | None]
    valid_until: Mapped[Moment | None]


class MembershipRow(Base):
    """Somebody at an organisation: employed there, or administering it."""

    __tablename__ = "memberships"
    __table_args__ = (
        ForeignKeyConstraint(
            ["person_id", "person_role"], ["people.id", "people.role"]
        ),
        UniqueConstraint("id", "person_role"),
        one_of("person_role", PersonRole),
        _role_while_active(),
        Index(
            "uq_memberships_active_user",
            "person_id",
            unique=True,
            sqlite_where=text("person_role = 'user'"),
            postgresql_where=text("person_role = 'user'"),
        ),
        Index(
            "uq_memberships_active",
            "person_id",
            "organisation_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_memberships_organisation", "organisation_id", "person_role"),
        Index("ix_memberships_started", "organisation_id", "started_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    person_role: Mapped[str | None] = mapped_column(String(20))
    """The person's role while the membership is active, nothing afterwards."""
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    started_at: Mapped[Moment]
    ended_at: Mapped[Moment | None]
    ended_by: Mapped[str | None] = mapped_column(String(NAME_LENGTH))


class GrantRow(Base):
    """A permission that was given; ending it keeps the row."""

    __tablename__ = "grants"
    __table_args__ = (
        ForeignKeyConstraint(
            ["membership_id", "person_role"],
            ["memberships.id", "memberships.person_role"],
        ),
        CheckConstraint(f"person_role = '{PersonRole.USER}'", name="only_users"),
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended"),
        _role_while_active(),
        interval(),
        Index(
            "uq_grants_active",
            "membership_id",
            "permission_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(
            "ix_grants_ending",
            "valid_until",
            sqlite_where=text("ended_at IS NULL AND valid_until IS NOT NULL"),
            postgresql_where=text("ended_at IS NULL AND valid_until IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    membership_id: Mapped[int] = mapped_column(ForeignKey("memberships.id"), index=True)
    person_role: Mapped[str | None] = mapped_column(String(20))
    """``user`` while the grant is active, nothing afterwards."""
    permission_id: Mapped[int] = mapped_column(ForeignKey("permissions.id"), index=True)
    valid_from: Mapped[Moment | None]
    valid_until: Mapped[Moment | None]
    given_by: Mapped[str] = mapped_column(String(NAME_LENGTH))
    given_at: Mapped[Moment]
    ended_by: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    ended_at: Mapped[Moment | None]


class OperatorRow(Base):
    """Somebody at the agency who runs the bridge."""

    __tablename__ = "operators"
    __table_args__ = (one_of("role", OperatorRole), interval())

    id: Mapped[int] = mapped_column(primary_key=True)
    hsa_id: Mapped[str] = mapped_column(String(HSA_LENGTH))
    hsa_key: Mapped[str] = mapped_column(String(HSA_LENGTH), unique=True)
    role: Mapped[str] = mapped_column(String(20))
    given_name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    surname: Mapped[str] = mapped_column(String(NAME_LENGTH))
    email: Mapped[str] = mapped_column(String(320))
    valid_from: Mapped[Moment | None]
    valid_until: Mapped[Moment | None]


class NameIdRow(Base):
    """The name of a person at one e-tjänst, meaningless everywhere else."""

    __tablename__ = "name_ids"
    __table_args__ = (UniqueConstraint("sp_entity_id", "value"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    sp_entity_id: Mapped[str] = mapped_column(String(URI_LENGTH), primary_key=True)
    value: Mapped[str] = mapped_column(String(256))
    created_at: Mapped[Moment]


class ShownAttributeRow(Base):
    """That a person has seen that an e-tjänst is told an attribute; never its value."""

    __tablename__ = "shown_attributes"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    service_id: Mapped[int] = mapped_column(
        ForeignKey("services.id"), primary_key=True, index=True
    )
    name: Mapped[str] = mapped_column(String(URI_LENGTH), primary_key=True)
    shown_at: Mapped[Moment]


class AuditChainRow(Base):
    """The head of a hash chain; whoever appends to the chain locks this row."""

    __tablename__ = "audit_chains"

    chain: Mapped[str] = mapped_column(String(80), primary_key=True)
    number: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))


class AuditCheckRow(Base):
    """When a hash chain was walked from its beginning to its end, and was whole."""

    __tablename__ = "audit_checks"

    chain: Mapped[str] = mapped_column(String(80), primary_key=True)
    checked_at: Mapped[Moment]


class AuditEntryRow(Base):
    """One change; rows are only ever added."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index("ix_audit_entries_subject", "subject"),
        Index("ix_audit_entries_at", "chain", "at"),
    )

    chain: Mapped[str] = mapped_column(String(80), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[Moment]
    actor: Mapped[str] = mapped_column(String(NAME_LENGTH))
    action: Mapped[str] = mapped_column(String(CODE_LENGTH))
    subject: Mapped[str] = mapped_column(String(NAME_LENGTH))
    detail: Mapped[str] = mapped_column(Text)
    """Canonical JSON, exactly as it went into the hash."""
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


SQLITE_APPEND_ONLY = (
    """CREATE TRIGGER audit_entries_no_update BEFORE UPDATE ON audit_entries
BEGIN SELECT RAISE(ABORT, 'audit_entries is append-only'); END""",
    """CREATE TRIGGER audit_entries_no_delete BEFORE DELETE ON audit_entries
BEGIN SELECT RAISE(ABORT, 'audit_entries is append-only'); END""",
    """CREATE TRIGGER audit_entries_no_replace BEFORE INSERT ON audit_entries
WHEN EXISTS (SELECT 1 FROM audit_entries
             WHERE chain = NEW.chain AND number = NEW.number)
BEGIN SELECT RAISE(ABORT, 'audit_entries is append-only'); END""",
)
"""What makes the audit trail append-only on SQLite, one statement each."""

POSTGRESQL_APPEND_ONLY = (
    """CREATE OR REPLACE FUNCTION refuse_audit_change() RETURNS trigger
LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'audit_entries is append-only';
END $$""",
    """CREATE TRIGGER audit_entries_no_change BEFORE UPDATE OR DELETE ON audit_entries
FOR EACH ROW EXECUTE FUNCTION refuse_audit_change()""",
    """CREATE TRIGGER audit_entries_no_truncate BEFORE TRUNCATE ON audit_entries
FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()""",
)
"""What makes the audit trail append-only on PostgreSQL, one statement each."""

APPEND_ONLY = {"sqlite": SQLITE_APPEND_ONLY, "postgresql": POSTGRESQL_APPEND_ONLY}
"""The statements per dialect; migrations execute the same ones."""

for _dialect, _statements in APPEND_ONLY.items():
    for _statement in _statements:
        event.listen(
            AuditEntryRow.__table__,
            "after_create",
            DDL(_statement).execute_if(dialect=_dialect),  # type: ignore[no-untyped-call]
        )
