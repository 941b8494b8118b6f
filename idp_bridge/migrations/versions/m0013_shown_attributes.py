"""Which attributes people have seen before an e-tjänst was told them."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shown_attributes",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=1024), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_shown_attributes_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["service_id"],
            ["services.id"],
            name=op.f("fk_shown_attributes_service_id"),
        ),
        sa.PrimaryKeyConstraint(
            "person_id", "service_id", "name", name=op.f("pk_shown_attributes")
        ),
    )
    op.create_index(
        op.f("ix_shown_attributes_service_id"),
        "shown_attributes",
        ["service_id"],
        unique=False,
    )
