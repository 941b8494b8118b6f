"""Sources remember who signed, and how often to ask; the latter also each entity."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("metadata_sources", "metadata_entities"):
        op.add_column(table, sa.Column("cache_seconds", sa.BigInteger(), nullable=True))
    op.add_column(
        "metadata_sources", sa.Column("signed_by", sa.String(length=64), nullable=True)
    )
