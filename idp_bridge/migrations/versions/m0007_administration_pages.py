"""Lists of users, and what an administrator changed with one press of a button."""

from collections import defaultdict
from typing import Any

import sqlalchemy as sa
from alembic import op

from authz.searching import search_text
from authz.sorting import sort_key

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
MANY = 1000


def upgrade() -> None:
    op.add_column(
        "memberships", sa.Column("ended_by", sa.String(length=200), nullable=True)
    )
    _create_user_lines()
    _create_changes()
    _create_change_steps()
    _fill_user_lines()


def _key(name: str) -> sa.Column[Any]:
    collation = "C" if op.get_context().dialect.name == "postgresql" else None
    return sa.Column(name, sa.String(length=64, collation=collation), nullable=False)


def _create_user_lines() -> None:
    op.create_table(
        "user_lines",
        sa.Column("membership_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        _key("given_key"),
        _key("surname_key"),
        _key("hsa_key"),
        _key("email_key"),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("held_services", sa.Text(), nullable=False),
        sa.Column("held_permissions", sa.Text(), nullable=False),
        sa.Column("held_count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["membership_id"],
            ["memberships.id"],
            name=op.f("fk_user_lines_membership_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_user_lines_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("membership_id", name=op.f("pk_user_lines")),
    )
    for name, columns in (
        ("surname", ["surname_key", "given_key"]),
        ("given", ["given_key", "surname_key"]),
        ("hsa", ["hsa_key"]),
        ("email", ["email_key"]),
        ("held", ["held_count", "surname_key", "given_key"]),
    ):
        op.create_index(
            f"ix_user_lines_{name}",
            "user_lines",
            ["organisation_id", *columns],
            unique=False,
        )


def _create_changes() -> None:
    op.create_table(
        "changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("undone_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_changes_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_changes")),
    )
    op.create_index("ix_changes_at", "changes", ["at"], unique=False)
    op.create_index(
        op.f("ix_changes_organisation_id"), "changes", ["organisation_id"], unique=False
    )


def _create_change_steps() -> None:
    op.create_table(
        "change_steps",
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("grant_id", sa.Integer(), nullable=True),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"], ["changes.id"], name=op.f("fk_change_steps_change_id")
        ),
        sa.ForeignKeyConstraint(
            ["membership_id"],
            ["memberships.id"],
            name=op.f("fk_change_steps_membership_id"),
        ),
        sa.ForeignKeyConstraint(
            ["grant_id"], ["grants.id"], name=op.f("fk_change_steps_grant_id")
        ),
        sa.PrimaryKeyConstraint("change_id", "number", name=op.f("pk_change_steps")),
    )
    op.create_index(
        "ix_change_steps_membership", "change_steps", ["membership_id"], unique=False
    )


_MEMBERS = sa.text(
    "SELECT m.id, m.organisation_id, p.given_name, p.surname, p.hsa_id, p.hsa_key,"
    " p.email FROM memberships m JOIN people p ON p.id = m.person_id"
    " WHERE m.id > :last AND m.person_role = 'user' ORDER BY m.id LIMIT :many"
)
_HELD = sa.text(
    "SELECT g.membership_id, p.id, p.service_id FROM grants g"
    " JOIN permissions p ON p.id = g.permission_id WHERE g.ended_at IS NULL"
    " AND g.membership_id BETWEEN :first AND :last"
)
_COLUMNS = (
    "membership_id",
    "organisation_id",
    "given_key",
    "surname_key",
    "hsa_key",
    "email_key",
    "search_text",
    "held_services",
    "held_permissions",
    "held_count",
)
_LINE = sa.text(
    f"INSERT INTO user_lines ({', '.join(_COLUMNS)})"  # noqa: S608  # names of columns
    f" VALUES (:{', :'.join(_COLUMNS)})"
)


def _fill_user_lines() -> None:
    """Make lines for everybody who is there; their keys are made in Python."""
    connection = op.get_bind()
    last = 0
    while True:
        parameters = {"last": last, "many": MANY}
        members = connection.execute(_MEMBERS, parameters).all()
        if not members:
            return
        last = members[-1].id
        held = defaultdict(list)
        bounds = {"first": members[0].id, "last": last}
        for row in connection.execute(_HELD, bounds):
            held[row.membership_id].append((row.service_id, row.id))
        connection.execute(_LINE, [_line_of(row, held[row.id]) for row in members])


def _line_of(row: sa.Row[Any], held: list[tuple[int, int]]) -> dict[str, object]:
    columns = (row.given_name, row.surname, row.hsa_id, row.email)
    return {
        "membership_id": row.id,
        "organisation_id": row.organisation_id,
        "given_key": sort_key(row.given_name),
        "surname_key": sort_key(row.surname),
        "hsa_key": row.hsa_key,
        "email_key": sort_key(row.email),
        "search_text": search_text(columns),
        "held_services": _numbers({service for service, _ in held}),
        "held_permissions": _numbers({permission for _, permission in held}),
        "held_count": len(held),
    }


def _numbers(numbers: set[int]) -> str:
    return "|" + "".join(f"{number}|" for number in sorted(numbers))
