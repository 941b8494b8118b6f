"""On PostgreSQL the role that serves does its work, and nothing to the audit trail."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import URL, Engine, create_engine, exc, text

from authz.service import AuthzService
from idp_bridge import database, database_roles
from idp_bridge.cli import main
from idp_bridge.cli.context import Office
from idp_bridge.database import DatabaseProblemError
from tests.support.clock import NOW
from tests.support.commands import refusal
from tests.support.databases import sqlite_engine
from tests.support.installations import write_config
from tests.support.permission_world import ALICE, CATALOGUE, MELKER

pytestmark = pytest.mark.peers

PASSWORD = "not a secret outside of this test"


@pytest.fixture
def owner(postgres_url: str) -> Iterator[Engine]:
    """A database with all tables, as their owner."""
    engine = create_engine(postgres_url)
    database.upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def role(owner: Engine) -> Iterator[str]:
    """A role with an awkward name that may log in and nothing else."""
    name = f'Serve "{secrets.token_hex(4)}"'
    quoted = owner.dialect.identifier_preparer.quote_identifier(name)
    with owner.begin() as connection:
        connection.exec_driver_sql(f"CREATE ROLE {quoted} LOGIN PASSWORD '{PASSWORD}'")
    yield name
    with owner.begin() as connection:
        connection.exec_driver_sql(f"DROP OWNED BY {quoted}")
        connection.exec_driver_sql(f"DROP ROLE {quoted}")


def url_of(owner: Engine, role: str) -> URL:
    return owner.url.set(username=role, password=PASSWORD)


@pytest.fixture
def server(owner: Engine, role: str) -> Iterator[Engine]:
    """The database as the role that serves."""
    engine = create_engine(url_of(owner, role))
    yield engine
    engine.dispose()


def test_a_role_that_was_given_nothing_reads_nothing(server: Engine) -> None:
    assert "permission denied" in refused(server, "SELECT * FROM audit_entries")


def test_the_role_does_all_the_work_of_the_bridge(
    owner: Engine, server: Engine, role: str
) -> None:
    database_roles.grant(owner, role)
    authz = AuthzService(server)
    authz.load_catalogue(CATALOGUE, dry_run=False, actor="test", now=NOW)
    service = authz.service_for(MELKER)
    decision = authz.decide(ALICE, service, organisation_numbers=(), now=NOW)
    assert decision.facts.person is not None
    assert authz.name_id_for(decision.facts.person.id, MELKER, now=NOW)
    authz.verify_audit()
    database.check_version(server)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entries SET actor = 'nobody'",
        "DELETE FROM audit_entries",
        "TRUNCATE audit_entries",
        "ALTER TABLE audit_entries DISABLE TRIGGER ALL",
        "DROP TABLE audit_entries",
        "UPDATE alembic_version SET version_num = '0001'",
    ],
)
def test_the_database_refuses_the_role_whatever_happens_to_the_triggers(
    owner: Engine, server: Engine, role: str, statement: str
) -> None:
    database_roles.grant(owner, role)
    with owner.begin() as connection:
        connection.execute(text("DROP FUNCTION refuse_audit_change() CASCADE"))
    said = refused(server, statement)
    assert "permission denied" in said or "must be owner" in said


def test_granting_again_takes_back_what_somebody_gave(
    owner: Engine, server: Engine, role: str
) -> None:
    quoted = owner.dialect.identifier_preparer.quote_identifier(role)
    with owner.begin() as connection:
        connection.exec_driver_sql(f"GRANT ALL ON audit_entries TO {quoted}")
    assert "append-only" in refused(server, "TRUNCATE audit_entries")
    database_roles.grant(owner, role)
    assert "permission denied" in refused(server, "TRUNCATE audit_entries")


def test_an_owner_or_a_superuser_is_refused_because_nothing_can_be_withheld(
    owner: Engine, role: str
) -> None:
    with pytest.raises(DatabaseProblemError, match="superuser or owns"):
        database_roles.grant(owner, str(owner.url.username))
    quoted = owner.dialect.identifier_preparer.quote_identifier(role)
    with owner.begin() as connection:
        connection.exec_driver_sql(f"ALTER TABLE audit_entries OWNER TO {quoted}")
    with pytest.raises(DatabaseProblemError, match="superuser or owns"):
        database_roles.grant(owner, role)
    with owner.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE audit_entries OWNER TO CURRENT_USER")
    with pytest.raises(DatabaseProblemError, match="no role"):
        database_roles.grant(owner, "nobody")


def test_sqlite_has_no_roles(tmp_path: Path) -> None:
    engine = sqlite_engine(tmp_path / "bridge.db")
    with pytest.raises(DatabaseProblemError, match="Only PostgreSQL"):
        database_roles.grant(engine, "anybody")


def test_an_upgrade_grants_what_the_settings_name(
    tmp_path: Path, server: Engine, owner: Engine, role: str
) -> None:
    url = owner.url.render_as_string(hide_password=False)
    config = write_config(
        tmp_path, more=f"database_url = '{url}'\napplication_role = '{role}'\n"
    )
    assert command(config, "db", "upgrade").exit_code == 0
    with server.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM audit_entries")) == 0
    assert command(config, "db", "grants", role).exit_code == 0
    assert "no role nobody" in refusal(command(config, "db", "grants", "nobody"))


def command(config: Path, *words: str) -> Result:
    office = Office(config=config, environ={}, clock=lambda: NOW)
    result = CliRunner().invoke(main, words, obj=office)
    office.any_engine.dispose()
    return result


def refused(engine: Engine, statement: str) -> str:
    with pytest.raises(exc.DBAPIError) as caught, engine.begin() as connection:
        connection.execute(text(statement))
    return str(caught.value.orig)
