"""Lists of sixty thousand users: one index with all that a search looks at, a count."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

OLD = ("surname", "given", "hsa", "email", "held")
NEW = {
    "list": (
        "surname_key",
        "given_key",
        "membership_id",
        "hsa_key",
        "email_key",
        "held_count",
        "held_services",
        "held_permissions",
        "search_text",
    ),
    "given": ("given_key", "surname_key", "membership_id"),
    "hsa": ("hsa_key", "membership_id"),
    "email": ("email_key", "surname_key", "given_key", "membership_id"),
    "held": ("held_count", "surname_key", "given_key", "membership_id"),
}


def upgrade() -> None:
    for name in OLD:
        op.drop_index(f"ix_user_lines_{name}", "user_lines")
    for name, columns in NEW.items():
        op.create_index(
            f"ix_user_lines_{name}",
            "user_lines",
            ["organisation_id", *columns],
            unique=False,
        )
    if op.get_context().dialect.name == "postgresql":
        op.execute("ALTER TABLE user_lines SET (autovacuum_vacuum_scale_factor = 0.01)")
    _add_next_ends()
    op.add_column(
        "organisations",
        sa.Column("user_count", sa.Integer(), server_default="0", nullable=False),
    )
    op.execute(
        "UPDATE organisations SET user_count = (SELECT count(*) FROM user_lines"
        " WHERE user_lines.organisation_id = organisations.id)"
    )


def _add_next_ends() -> None:
    op.add_column(
        "user_lines",
        sa.Column("ends_next", sa.DateTime(timezone=True), nullable=True),
    )
    op.execute(
        "UPDATE user_lines SET ends_next = (SELECT min(valid_until) FROM grants"
        " WHERE grants.membership_id = user_lines.membership_id"
        " AND grants.ended_at IS NULL)"
    )
    op.create_index(
        "ix_user_lines_ending",
        "user_lines",
        ["organisation_id", "ends_next"],
        unique=False,
        sqlite_where=sa.text("ends_next IS NOT NULL"),
        postgresql_where=sa.text("ends_next IS NOT NULL"),
    )
