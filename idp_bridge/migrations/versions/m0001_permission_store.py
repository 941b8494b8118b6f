"""The permission store: who may do what."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _create_operators()
    _create_organisations()
    _create_people()
    _create_services()
    _create_agreements()
    _create_memberships()
    _create_name_ids()
    _create_organisation_numbers()
    _create_permissions()
    _create_service_entity_ids()
    _create_grants()


def _create_operators() -> None:
    op.create_table(
        "operators",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hsa_id", sa.String(length=64), nullable=False),
        sa.Column("hsa_key", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("given_name", sa.String(length=200), nullable=False),
        sa.Column("surname", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.CheckConstraint(
            "role IN ('reader', 'handler', 'system')", name=op.f("ck_operators_role")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operators")),
        sa.UniqueConstraint("hsa_key", name=op.f("uq_operators_hsa_key")),
    )


def _create_organisations() -> None:
    op.create_table(
        "organisations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("valid_from", MOMENT, nullable=True),
        sa.Column("valid_until", MOMENT, nullable=True),
        sa.CheckConstraint(
            "kind IN ('kommun', 'region', 'agency')", name=op.f("ck_organisations_kind")
        ),
        sa.CheckConstraint(
            "valid_from < valid_until", name=op.f("ck_organisations_validity")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations")),
    )
    op.create_index(
        op.f("ix_organisations_kind"), "organisations", ["kind"], unique=False
    )


def _create_people() -> None:
    op.create_table(
        "people",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hsa_id", sa.String(length=64), nullable=False),
        sa.Column("hsa_key", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("given_name", sa.String(length=200), nullable=False),
        sa.Column("surname", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("valid_from", MOMENT, nullable=True),
        sa.Column("valid_until", MOMENT, nullable=True),
        sa.CheckConstraint(
            "role IN ('administrator', 'user')", name=op.f("ck_people_role")
        ),
        sa.CheckConstraint("valid_from < valid_until", name=op.f("ck_people_validity")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("hsa_key", name=op.f("uq_people_hsa_key")),
        sa.UniqueConstraint("id", "role", name=op.f("uq_people_id_role")),
    )


def _create_services() -> None:
    op.create_table(
        "services",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=True),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=True),
        sa.Column("start_url", sa.String(length=1024), nullable=True),
        sa.Column("claim_format", sa.String(length=64), nullable=False),
        sa.Column("without_grant", sa.String(length=20), nullable=False),
        sa.Column("valid_from", MOMENT, nullable=True),
        sa.Column("valid_until", MOMENT, nullable=True),
        sa.CheckConstraint(
            "kind IN ('kommun', 'region', 'agency')", name=op.f("ck_services_kind")
        ),
        sa.CheckConstraint(
            "without_grant IN ('refuse', 'release')",
            name=op.f("ck_services_without_grant"),
        ),
        sa.CheckConstraint(
            "valid_from < valid_until", name=op.f("ck_services_validity")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_services")),
        sa.UniqueConstraint("code", name=op.f("uq_services_code")),
    )


def _create_agreements() -> None:
    op.create_table(
        "agreements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=True),
        sa.Column("valid_from", MOMENT, nullable=False),
        sa.Column("valid_until", MOMENT, nullable=True),
        sa.CheckConstraint(
            "valid_from < valid_until", name=op.f("ck_agreements_validity")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_agreements_organisation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["services.id"], name=op.f("fk_agreements_service_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreements")),
        sa.UniqueConstraint(
            "organisation_id",
            "service_id",
            "valid_from",
            name=op.f("uq_agreements_organisation_id_service_id_valid_from"),
        ),
    )
    op.create_index(
        op.f("ix_agreements_service_id"), "agreements", ["service_id"], unique=False
    )


def _create_memberships() -> None:
    op.create_table(
        "memberships",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("person_role", sa.String(length=20), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "person_role IN ('administrator', 'user')",
            name=op.f("ck_memberships_person_role"),
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (person_role IS NOT NULL)",
            name=op.f("ck_memberships_role_while_active"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_memberships_organisation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id", "person_role"],
            ["people.id", "people.role"],
            name=op.f("fk_memberships_person_id_person_role"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_memberships_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memberships")),
        sa.UniqueConstraint(
            "id", "person_role", name=op.f("uq_memberships_id_person_role")
        ),
    )
    op.create_index(
        "ix_memberships_organisation",
        "memberships",
        ["organisation_id", "person_role"],
        unique=False,
    )
    op.create_index(
        op.f("ix_memberships_person_id"), "memberships", ["person_id"], unique=False
    )
    op.create_index(
        "uq_memberships_active",
        "memberships",
        ["person_id", "organisation_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "uq_memberships_active_user",
        "memberships",
        ["person_id"],
        unique=True,
        sqlite_where=sa.text("person_role = 'user'"),
        postgresql_where=sa.text("person_role = 'user'"),
    )


def _create_name_ids() -> None:
    op.create_table(
        "name_ids",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("sp_entity_id", sa.String(length=1024), nullable=False),
        sa.Column("value", sa.String(length=256), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_name_ids_person_id")
        ),
        sa.PrimaryKeyConstraint("person_id", "sp_entity_id", name=op.f("pk_name_ids")),
        sa.UniqueConstraint(
            "sp_entity_id", "value", name=op.f("uq_name_ids_sp_entity_id_value")
        ),
    )


def _create_organisation_numbers() -> None:
    op.create_table(
        "organisation_numbers",
        sa.Column("number", sa.String(length=10), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "length(number) = 10", name=op.f("ck_organisation_numbers_number")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_organisation_numbers_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_organisation_numbers")),
        sa.UniqueConstraint(
            "organisation_id",
            "position",
            name=op.f("uq_organisation_numbers_organisation_id_position"),
        ),
    )


def _create_permissions() -> None:
    op.create_table(
        "permissions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("valid_from", MOMENT, nullable=True),
        sa.Column("valid_until", MOMENT, nullable=True),
        sa.CheckConstraint(
            "valid_from < valid_until", name=op.f("ck_permissions_validity")
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["services.id"], name=op.f("fk_permissions_service_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_permissions")),
        sa.UniqueConstraint(
            "service_id", "code", name=op.f("uq_permissions_service_id_code")
        ),
    )


def _create_service_entity_ids() -> None:
    op.create_table(
        "service_entity_ids",
        sa.Column("entity_id", sa.String(length=1024), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_id"],
            ["services.id"],
            name=op.f("fk_service_entity_ids_service_id"),
        ),
        sa.PrimaryKeyConstraint("entity_id", name=op.f("pk_service_entity_ids")),
    )
    op.create_index(
        op.f("ix_service_entity_ids_service_id"),
        "service_entity_ids",
        ["service_id"],
        unique=False,
    )


def _create_grants() -> None:
    op.create_table(
        "grants",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("person_role", sa.String(length=20), nullable=True),
        sa.Column("permission_id", sa.Integer(), nullable=False),
        sa.Column("valid_from", MOMENT, nullable=True),
        sa.Column("valid_until", MOMENT, nullable=True),
        sa.Column("given_by", sa.String(length=200), nullable=False),
        sa.Column("given_at", MOMENT, nullable=False),
        sa.Column("ended_by", sa.String(length=200), nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.CheckConstraint("person_role = 'user'", name=op.f("ck_grants_only_users")),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_by IS NULL)", name=op.f("ck_grants_ended")
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (person_role IS NOT NULL)",
            name=op.f("ck_grants_role_while_active"),
        ),
        sa.CheckConstraint("valid_from < valid_until", name=op.f("ck_grants_validity")),
        sa.ForeignKeyConstraint(
            ["membership_id", "person_role"],
            ["memberships.id", "memberships.person_role"],
            name=op.f("fk_grants_membership_id_person_role"),
        ),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["memberships.id"], name=op.f("fk_grants_membership_id")
        ),
        sa.ForeignKeyConstraint(
            ["permission_id"], ["permissions.id"], name=op.f("fk_grants_permission_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grants")),
    )
    op.create_index(
        "ix_grants_ending",
        "grants",
        ["valid_until"],
        unique=False,
        sqlite_where=sa.text("ended_at IS NULL AND valid_until IS NOT NULL"),
        postgresql_where=sa.text("ended_at IS NULL AND valid_until IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_grants_membership_id"), "grants", ["membership_id"], unique=False
    )
    op.create_index(
        op.f("ix_grants_permission_id"), "grants", ["permission_id"], unique=False
    )
    op.create_index(
        "uq_grants_active",
        "grants",
        ["membership_id", "permission_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
