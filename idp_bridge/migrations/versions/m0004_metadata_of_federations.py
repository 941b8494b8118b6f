"""Sources with filters, refreshes and pending versions; details of entities.

Both tables are made anew, because SQLite cannot add columns in their place. What was
loaded stays in use; its empty reading key makes the next refresh read every entity.
"""

from hashlib import sha1

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _set_aside()
    _create_metadata_sources()
    _create_metadata_entities()
    _bring_back()
    _create_metadata_absent()
    _create_metadata_leases()


def _set_aside() -> None:
    op.execute("CREATE TABLE old_sources AS SELECT * FROM metadata_sources")
    op.execute("CREATE TABLE old_entities AS SELECT * FROM metadata_entities")
    op.drop_table("metadata_entities")
    op.drop_table("metadata_sources")


def _create_metadata_sources() -> None:
    op.create_table(
        "metadata_sources",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("trust_kind", sa.String(length=16), nullable=False),
        sa.Column("trust", sa.Text(), nullable=False),
        sa.Column("roles", sa.String(length=32), nullable=False),
        sa.Column("filters", sa.Text(), nullable=False),
        sa.Column("max_validity_seconds", sa.Integer(), nullable=False),
        sa.Column("max_shrinkage_percent", sa.Integer(), nullable=False),
        sa.Column("refresh_seconds", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("loaded_at", sa.BigInteger(), nullable=True),
        sa.Column("checked_at", sa.BigInteger(), nullable=True),
        sa.Column("next_check_at", sa.BigInteger(), nullable=True),
        sa.Column("valid_until", sa.BigInteger(), nullable=True),
        sa.Column("warnings", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("problem_since", sa.BigInteger(), nullable=True),
        sa.Column("pending", sa.Text(), nullable=True),
        sa.Column("validators", sa.Text(), nullable=True),
        sa.Column("reading_key", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("name"),
        sa.UniqueConstraint("position"),
    )


def _create_metadata_entities() -> None:
    op.create_table(
        "metadata_entities",
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("entity_id", sa.Text(), nullable=False),
        sa.Column("entity_sha1", sa.String(length=40), nullable=False),
        sa.Column("roles", sa.String(length=32), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("valid_until", sa.BigInteger(), nullable=True),
        sa.Column("stale_at", sa.BigInteger(), nullable=True),
        sa.Column("refresh_at", sa.BigInteger(), nullable=True),
        sa.Column("validators", sa.Text(), nullable=True),
        sa.Column("display_name", sa.Text(), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("warnings", sa.Text(), nullable=True),
        sa.Column("xml", sa.LargeBinary(), nullable=False),
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
    op.create_index(
        "ix_metadata_entities_entity_sha1",
        "metadata_entities",
        ["entity_sha1"],
        unique=False,
    )


def _bring_back() -> None:
    op.execute(
        "INSERT INTO metadata_sources (name, kind, location, trust_kind, trust, roles,"
        " filters, max_validity_seconds, max_shrinkage_percent, position, loaded_at,"
        " checked_at, valid_until, warnings, problem, problem_since, reading_key)"
        " SELECT name, 'file', location, trust_kind, trust, roles, '{}',"
        " max_validity_seconds, 20, position, loaded_at, loaded_at, valid_until,"
        " warnings, problem, CASE WHEN problem IS NULL THEN NULL ELSE loaded_at END, ''"
        " FROM old_sources"
    )
    op.execute(
        "INSERT INTO metadata_entities (source, entity_id, entity_sha1, roles, sha256,"
        " valid_until, display_name, search, details, xml) SELECT source, entity_id,"
        " '', roles, sha256, valid_until, display_name, lower(entity_id), '{}', xml"
        " FROM old_entities"
    )
    _hash_entity_ids()
    op.drop_table("old_entities")
    op.drop_table("old_sources")


def _hash_entity_ids() -> None:
    """Fill in the SHA-1 by which entities can be asked for."""
    connection = op.get_bind()
    found = connection.execute(sa.text("SELECT entity_id FROM metadata_entities"))
    update = sa.text(
        "UPDATE metadata_entities SET entity_sha1 = :sha1 WHERE entity_id = :entity_id"
    )
    for (entity_id,) in found.all():
        digest = sha1(entity_id.encode(), usedforsecurity=False).hexdigest()
        connection.execute(update, {"sha1": digest, "entity_id": entity_id})


def _create_metadata_absent() -> None:
    op.create_table(
        "metadata_absent",
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("entity_id", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source"], ["metadata_sources.name"], ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("source", "entity_id"),
    )


def _create_metadata_leases() -> None:
    op.create_table(
        "metadata_leases",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("holder", sa.String(length=128), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
