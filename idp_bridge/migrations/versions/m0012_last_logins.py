"""The day of the last login of each user to each e-tjänst, and since when it is known.

Who was there before has perhaps logged in yesterday; nobody wrote it down. So for each
organisation stands the day of this upgrade.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "last_logins",
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["membership_id"],
            ["memberships.id"],
            name=op.f("fk_last_logins_membership_id"),
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["services.id"], name=op.f("fk_last_logins_service_id")
        ),
        sa.PrimaryKeyConstraint(
            "membership_id", "service_id", name=op.f("pk_last_logins")
        ),
    )
    op.add_column("organisations", sa.Column("logins_since", sa.Date(), nullable=True))
    op.execute("UPDATE organisations SET logins_since = CURRENT_DATE")
