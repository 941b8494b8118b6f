"""An index finds since when an organisation has had members."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_memberships_started", "memberships", ["organisation_id", "started_at"]
    )
