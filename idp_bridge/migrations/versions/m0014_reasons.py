"""Whether an e-tjänst wants to know why a permission is given or taken."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "services",
        sa.Column(
            "needs_reason", sa.Boolean(), server_default=sa.false(), nullable=False
        ),
    )
