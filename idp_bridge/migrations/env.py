"""Run migrations on the connection that :mod:`idp_bridge.database` lends."""

from alembic import context
from sqlalchemy import Connection, text

LOCK = 6_274_001
"""Two nodes that start at the same moment wait for each other (PostgreSQL)."""


def run(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SET LOCAL lock_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": LOCK})
    context.configure(connection=connection, transactional_ddl=True)
    context.run_migrations()


run(context.config.attributes["connection"])
