"""What may the role do that the bridge runs as? On PostgreSQL, no more than it needs.

Two roles: one owns the tables and upgrades them, another one serves. The second cannot
change or delete what stands in the audit trail, whatever happens to the program: the
database does not let it, before any trigger is asked.
"""

from typing import Final

from sqlalchemy import Connection, Engine, MetaData, text

from authz.office.tables import NoticeRow
from idp_bridge.database import DatabaseProblemError
from idp_bridge.state.sql import state_tables
from idp_bridge.tracing.tables import trace_tables
from metadata.tables import metadata_tables

_ALL: Final[tuple[MetaData, ...]] = (
    NoticeRow.metadata,
    metadata_tables,
    state_tables,
    trace_tables,
)
_READ_ONLY: Final = ("alembic_version",)
_APPEND_ONLY: Final = ("audit_entries",)

_ROLE: Final = text(
    "SELECT rolsuper, pg_has_role(oid, (SELECT relowner FROM pg_class"
    " WHERE oid = to_regclass('audit_entries')), 'MEMBER') AS owns"
    " FROM pg_roles WHERE rolname = :role"
)


def grant(engine: Engine, role: str) -> None:
    """Give a role what the bridge needs, and take everything else from it.

    Run by the owner of the tables after every upgrade; a second time it changes
    nothing.

    Args:
        engine: The database, as the owner of the tables.
        role: Who serves.

    Raises:
        DatabaseProblemError: The database has no roles, the role is not there, or it
            may do everything anyway.
    """
    if engine.dialect.name != "postgresql":
        raise DatabaseProblemError("Only PostgreSQL has roles.")
    with engine.begin() as connection:
        _check(connection, role)
        for statement in _statements(connection, role):
            connection.exec_driver_sql(statement)


def _check(connection: Connection, role: str) -> None:
    found = connection.execute(_ROLE, {"role": role}).one_or_none()
    if found is None:
        raise DatabaseProblemError(f"There is no role {role}; make it first.")
    if found.rolsuper or found.owns:
        raise DatabaseProblemError(
            f"The role {role} is a superuser or owns the tables, so nothing can be"
            " withheld from it. Let the bridge run as another one."
        )


def _statements(connection: Connection, role: str) -> list[str]:
    quote = connection.dialect.identifier_preparer.quote_identifier
    to = quote(role)
    schema = quote(connection.exec_driver_sql("SELECT current_schema()").scalar_one())
    known = {table.name for one in _ALL for table in one.sorted_tables}
    statements = [f"GRANT USAGE ON SCHEMA {schema} TO {to}"]
    for name in sorted(known | {*_READ_ONLY}):
        table = quote(name)
        statements.append(f"REVOKE ALL ON {table} FROM {to}, PUBLIC")
        statements.append(f"GRANT {_rights(name)} ON {table} TO {to}")
    statements.append(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {to}")
    return statements


def _rights(table: str) -> str:
    if table in _READ_ONLY:
        return "SELECT"
    if table in _APPEND_ONLY:
        return "SELECT, INSERT"
    return "SELECT, INSERT, UPDATE, DELETE"
