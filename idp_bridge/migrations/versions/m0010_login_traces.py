"""What happened in a login that was refused, under its reference number."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "login_traces",
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_login_traces")),
    )
    op.create_index(
        "ix_login_traces_found", "login_traces", ["kind", "at", "code"], unique=False
    )
