"""Operators may have a beginning and an end; what they order done to sources."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    if op.get_context().dialect.name == "sqlite":
        _make_operators_anew()
    else:
        _add_to_operators()
    _create_metadata_orders()


def _add_to_operators() -> None:
    op.add_column("operators", sa.Column("valid_from", MOMENT, nullable=True))
    op.add_column("operators", sa.Column("valid_until", MOMENT, nullable=True))
    op.create_check_constraint(
        op.f("ck_operators_validity"), "operators", "valid_from < valid_until"
    )


def _make_operators_anew() -> None:
    """SQLite cannot add a constraint to a table that is there."""
    op.execute("CREATE TABLE old_operators AS SELECT * FROM operators")
    op.drop_table("operators")
    op.create_table(
        "operators",
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
            "role IN ('reader', 'handler', 'system')", name=op.f("ck_operators_role")
        ),
        sa.CheckConstraint(
            "valid_from < valid_until", name=op.f("ck_operators_validity")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operators")),
        sa.UniqueConstraint("hsa_key", name=op.f("uq_operators_hsa_key")),
    )
    op.execute(
        "INSERT INTO operators (id, hsa_id, hsa_key, role, given_name, surname, email)"
        " SELECT id, hsa_id, hsa_key, role, given_name, surname, email"
        " FROM old_operators"
    )
    op.drop_table("old_operators")


def _create_metadata_orders() -> None:
    op.create_table(
        "metadata_orders",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("ordered_at", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index(
        "ix_metadata_orders_open",
        "metadata_orders",
        ["number"],
        unique=False,
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_index(
        "ix_metadata_orders_source",
        "metadata_orders",
        ["source", "number"],
        unique=False,
    )
