"""Trusted metadata, and short-lived facts about logins in progress."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_metadata_sources()
    _create_metadata_version()
    _create_metadata_entities()
    _create_state_entries()


def _create_metadata_sources() -> None:
    op.create_table(
        "metadata_sources",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("trust_kind", sa.String(length=16), nullable=False),
        sa.Column("trust", sa.Text(), nullable=False),
        sa.Column("roles", sa.String(length=32), nullable=False),
        sa.Column("max_validity_seconds", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("loaded_at", sa.BigInteger(), nullable=False),
        sa.Column("valid_until", sa.BigInteger(), nullable=True),
        sa.Column("warnings", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("name"),
        sa.UniqueConstraint("position"),
    )


def _create_metadata_version() -> None:
    op.create_table(
        "metadata_version",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def _create_metadata_entities() -> None:
    op.create_table(
        "metadata_entities",
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("entity_id", sa.Text(), nullable=False),
        sa.Column("roles", sa.String(length=32), nullable=False),
        sa.Column("xml", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("valid_until", sa.BigInteger(), nullable=True),
        sa.Column("display_name", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["source"], ["metadata_sources.name"], ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("source", "entity_id"),
    )
    op.create_index(
        "ix_metadata_entities_entity_id",
        "metadata_entities",
        ["entity_id"],
        unique=False,
    )


def _create_state_entries() -> None:
    op.create_table(
        "state_entries",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index(
        op.f("ix_state_entries_expires_at"),
        "state_entries",
        ["expires_at"],
        unique=False,
    )
