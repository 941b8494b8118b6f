"""The database: locks, versions, silence, and migrations that make the models."""

import multiprocessing
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, MetaData, insert, make_url, text

from authz.office.tables import NoticeRow
from authz.reviewing.tables import ReviewRow
from authz.tables import AuditEntryRow
from idp_bridge import database
from idp_bridge.database import DatabaseProblemError
from idp_bridge.settings import Settings
from idp_bridge.state.sql import state_tables
from idp_bridge.tracing.tables import trace_tables
from metadata.tables import metadata_tables
from tests.support.clock import NOW
from tests.support.installations import BASE_URL, SECRET
from tests.support.links import Link

MODELS: list[MetaData] = [
    NoticeRow.metadata,
    metadata_tables,
    state_tables,
    trace_tables,
]
assert ReviewRow.metadata is NoticeRow.metadata  # its tables are read, too
PROCESSES = 8
WRITES = 25


def settings_for(url: str, *, seconds: int = 5) -> Settings:
    return Settings.model_validate(
        {
            "base_url": BASE_URL,
            "secret_key": SECRET,
            "database_url": url,
            "database_timeout_seconds": seconds,
        }
    )


@contextmanager
def opened(url: str, *, seconds: int = 5) -> Iterator[Engine]:
    engine = database.open_engine(settings_for(url, seconds=seconds))
    try:
        yield engine
    finally:
        engine.dispose()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/bridge.db"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.peers)])
def url(request: pytest.FixtureRequest) -> str:
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    found: str = request.getfixturevalue(name)
    return found


def test_an_empty_database_is_refused_with_what_to_do(url: str) -> None:
    with opened(url) as engine:
        assert database.version_of(engine) is None
        with pytest.raises(DatabaseProblemError, match="has no tables yet") as caught:
            database.check_version(engine)
        assert "idp-bridge db upgrade" in str(caught.value)


def test_an_upgrade_brings_the_newest_version_and_a_second_one_nothing(
    url: str,
) -> None:
    with opened(url) as engine:
        database.upgrade(engine)
        database.check_version(engine)
        database.upgrade(engine)
        assert database.version_of(engine) == database.newest_version()


def test_a_database_of_another_version_is_refused(url: str) -> None:
    with opened(url) as engine:
        database.upgrade(engine)
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
        with pytest.raises(DatabaseProblemError, match="has version 0000"):
            database.check_version(engine)


def test_migrations_make_exactly_the_tables_of_the_models(url: str) -> None:
    with opened(url) as engine:
        database.upgrade(engine)
        with engine.connect() as connection:
            context = MigrationContext.configure(
                connection, opts={"compare_type": True, "compare_server_default": True}
            )
            assert compare_metadata(context, MODELS) == []  # type: ignore[arg-type]


def test_migrations_write_the_same_sqlite_schema_as_the_models(tmp_path: Path) -> None:
    migrated, made = f"{tmp_path}/migrated.db", f"{tmp_path}/made.db"
    with opened(f"sqlite:///{migrated}") as engine:
        database.upgrade(engine)
    with opened(f"sqlite:///{made}") as engine:
        for models in MODELS:
            models.create_all(engine)
    assert _schema(migrated) == _schema(made)


def _schema(file: str) -> set[tuple[str, str]]:
    """Read every table, index and trigger, constraints in any order."""
    with sqlite3.connect(file) as connection:
        rows = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"
            " AND tbl_name != 'alembic_version'"
        ).fetchall()
    connection.close()
    return {(name, "".join(sorted("".join(sql.split())))) for name, sql in rows}


@pytest.mark.peers
def test_migrations_make_the_same_triggers_and_checks_on_postgresql(
    postgres_url: str,
) -> None:
    with opened(postgres_url) as engine:
        database.upgrade(engine)
        migrated = _triggers_and_checks(engine)
        with engine.begin() as connection:
            for models in MODELS:
                models.drop_all(connection)
            connection.execute(text("DROP FUNCTION refuse_audit_change"))
        for models in MODELS:
            models.create_all(engine)
        assert migrated == _triggers_and_checks(engine)
        assert len(migrated) > len(MODELS)


def _triggers_and_checks(engine: Engine) -> set[tuple[str, str]]:
    query = text(
        "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal"
        " UNION SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE contype IN ('c', 'f') UNION SELECT proname, prosrc FROM pg_proc"
        " WHERE proname = 'refuse_audit_change'"
    )
    with engine.connect() as connection:
        return {(row[0], row[1]) for row in connection.execute(query)}


def test_the_audit_trail_of_a_migrated_database_is_append_only(url: str) -> None:
    with opened(url) as engine:
        database.upgrade(engine)
        names = [column.name for column in AuditEntryRow.__table__.columns]
        values = dict.fromkeys(names, "x") | {"number": 1, "at": NOW}
        with engine.begin() as connection:
            connection.execute(insert(AuditEntryRow).values(values))
        for statement in (
            "UPDATE audit_entries SET actor = 'y'",
            "DELETE FROM audit_entries",
        ):
            with pytest.raises(Exception, match="append-only"), engine.begin() as one:
                one.execute(text(statement))


def test_an_sqlite_file_is_for_its_owner(sqlite_url: str, tmp_path: Path) -> None:
    with opened(sqlite_url) as engine:
        database.upgrade(engine)
        for file in tmp_path.iterdir():
            assert file.stat().st_mode & 0o777 == 0o600, file


def test_sqlite_is_opened_for_many_processes(sqlite_url: str) -> None:
    with opened(sqlite_url) as engine, engine.connect() as connection:
        pragmas = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        found = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in pragmas
        ]
        assert found == ["wal", 1, 1, 5000]


def test_readers_are_not_held_up_by_a_writer(sqlite_url: str) -> None:
    with opened(sqlite_url, seconds=1) as engine:
        database.upgrade(engine)
        with engine.begin():
            for view in (database.autocommit(engine), database.deferring(engine)):
                with view.connect() as reader:
                    assert (
                        reader.execute(text("SELECT count(*) FROM people")).scalar()
                        == 0
                    )


def test_a_writer_holds_the_lock_from_its_beginning(sqlite_url: str) -> None:
    with opened(sqlite_url, seconds=1) as engine:
        database.upgrade(engine)
        with (
            engine.begin(),
            pytest.raises(Exception, match="database is locked"),
            engine.begin(),
        ):
            pass


def _count_up(url: str) -> None:
    """Read, then write what was read plus one: loses numbers without the lock."""
    with opened(url, seconds=30) as engine:
        for _ in range(WRITES):
            with engine.begin() as connection:
                number = connection.execute(text("SELECT n FROM counter")).scalar_one()
                connection.execute(text("UPDATE counter SET n = :n"), {"n": number + 1})


def test_eight_processes_write_to_sqlite_and_nothing_is_lost(sqlite_url: str) -> None:
    with opened(sqlite_url) as engine:
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE counter (n INTEGER)"))
            connection.execute(text("INSERT INTO counter VALUES (0)"))
        context = multiprocessing.get_context("spawn")
        writers = [
            context.Process(target=_count_up, args=(sqlite_url,))
            for _ in range(PROCESSES)
        ]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join(60)
        assert [writer.exitcode for writer in writers] == [0] * PROCESSES
        with engine.connect() as connection:
            total = connection.execute(text("SELECT n FROM counter")).scalar_one()
        assert total == PROCESSES * WRITES


@pytest.mark.peers
def test_a_statement_that_takes_too_long_is_ended(postgres_url: str) -> None:
    with opened(postgres_url, seconds=1) as engine, engine.connect() as connection:
        started = time.monotonic()
        with pytest.raises(Exception, match="statement timeout"):
            connection.execute(text("SELECT pg_sleep(30)"))
        assert time.monotonic() - started < 3


@pytest.mark.peers
def test_a_server_that_falls_silent_is_an_error_within_seconds(
    postgres_url: str,
) -> None:
    port = make_url(postgres_url).port
    assert port is not None
    with Link(port) as link:
        linked = postgres_url.replace(f":{port}/", f":{link.port}/")
        with opened(linked, seconds=1) as engine, engine.connect() as connection:
            connection.execute(text("SELECT 1"))
            link.freeze()
            started = time.monotonic()
            with pytest.raises(Exception, match="timeout"):
                connection.execute(text("SELECT 1"))
            assert time.monotonic() - started < 3


def test_a_database_that_is_not_there_is_told_without_its_password() -> None:
    with opened("postgresql://u:p4ss@127.0.0.1:1/bridge", seconds=1) as engine:
        with pytest.raises(DatabaseProblemError, match="does not answer") as caught:
            database.check_version(engine)
        assert "p4ss" not in str(caught.value)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with (
        opened(f"sqlite:///{tmp_path}/missing/bridge.db") as engine,
        pytest.raises(DatabaseProblemError, match="cannot be made"),
    ):
        database.upgrade(engine)


def test_an_engine_of_postgresql_is_bounded_everywhere() -> None:
    options = database.engine_options(settings_for("postgresql://u@h/b", seconds=3))
    assert options["hide_parameters"] is True
    assert options["pool_timeout"] == 3
    assert options["connect_args"]["connect_timeout"] == 3
    assert options["connect_args"]["options"] == "-c statement_timeout=2500"
