"""Reviews of the users of an organisation, and what was decided in them."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
OPEN = "finished_at IS NULL"


def upgrade() -> None:
    _create_reviews()
    _create_review_answers()


def _create_reviews() -> None:
    op.create_table(
        "reviews",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("started_by", sa.String(length=200), nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("finished_by", sa.String(length=200), nullable=True),
        sa.Column("record", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_reviews_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
    )
    op.create_index(
        "uq_reviews_open",
        "reviews",
        ["organisation_id"],
        unique=True,
        sqlite_where=sa.text(OPEN),
        postgresql_where=sa.text(OPEN),
    )
    op.create_index(
        "ix_reviews_organisation",
        "reviews",
        ["organisation_id", "finished_at"],
        unique=False,
    )


def _create_review_answers() -> None:
    op.create_table(
        "review_answers",
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("answered_by", sa.String(length=200), nullable=False),
        sa.Column("answered_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "outcome IN ('keep', 'change')", name=op.f("ck_review_answers_outcome")
        ),
        sa.ForeignKeyConstraint(
            ["membership_id"],
            ["memberships.id"],
            name=op.f("fk_review_answers_membership_id"),
        ),
        sa.ForeignKeyConstraint(
            ["review_id"], ["reviews.id"], name=op.f("fk_review_answers_review_id")
        ),
        sa.PrimaryKeyConstraint(
            "review_id", "membership_id", name=op.f("pk_review_answers")
        ),
    )
    op.create_index(
        op.f("ix_review_answers_membership_id"),
        "review_answers",
        ["membership_id"],
        unique=False,
    )
