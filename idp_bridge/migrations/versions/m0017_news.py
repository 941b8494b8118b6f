"""News of their own beside driftinformation, and which e-tjänst a notice is about."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
NAME = op.f("ck_notices_place")
PLACES = "place IN ('everywhere', 'login', 'administration', 'news')"
SERVICE = op.f("fk_notices_service_id")
COPY = """
    INSERT INTO notices (id, text, text_en, level, place, valid_from, valid_until)
    SELECT id, text, text_en, level, place, valid_from, valid_until FROM old_notices
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _make_anew()
        return
    op.drop_constraint(NAME, "notices", type_="check")
    op.create_check_constraint(NAME, "notices", PLACES)
    op.add_column("notices", sa.Column("service_id", sa.Integer()))
    op.create_foreign_key(SERVICE, "notices", "services", ["service_id"], ["id"])


def _make_anew() -> None:
    """Copy the rows into another table: SQLite changes no constraints."""
    op.rename_table("notices", "old_notices")
    op.create_table(
        "notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column("place", sa.String(length=20), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=True),
        sa.Column("valid_from", MOMENT, nullable=False),
        sa.Column("valid_until", MOMENT, nullable=True),
        sa.CheckConstraint(
            "level IN ('information', 'warning', 'outage')",
            name=op.f("ck_notices_level"),
        ),
        sa.CheckConstraint(PLACES, name=NAME),
        sa.CheckConstraint(
            "valid_from < valid_until", name=op.f("ck_notices_validity")
        ),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name=SERVICE),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    op.execute(COPY)
    op.drop_table("old_notices")
