"""Where do tests get a real PostgreSQL from?

Every test process (so every worker of pytest-xdist) starts its own server in a
temporary folder the first time one is asked for; every test gets a new database.
"""

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

import psycopg
import pytest
from psycopg import sql

from tests.support.ports import free_port
from tests.support.processes import Server, running

NOT_INSTALLED = "PostgreSQL is not installed; `make test` installs it."
SYSTEM_USER = "postgres"
"""Who runs the server when the tests run as root, which PostgreSQL refuses to be."""
SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "100",
    "listen_addresses": "127.0.0.1",
}


class PostgresServer:
    """A running server that makes databases.

    Args:
        port: Where it listens on the loopback interface.
        password: The password of its superuser.
    """

    def __init__(self, *, port: int, password: str) -> None:
        self._port = port
        self._password = password

    def url(self, database: str) -> str:
        """Write the SQLAlchemy URL of a database."""
        return f"postgresql+psycopg://{self._address(database)}"

    def answers(self) -> bool:
        """Say whether the server answers by now."""
        try:
            self._execute(sql.SQL("SELECT 1"))
        except psycopg.OperationalError:
            return False
        return True

    @contextmanager
    def fresh_database(self, template: str = "template0") -> Iterator[str]:
        """Make a database for one test and remove it afterwards.

        Args:
            template: Name of the database to copy; nobody may be connected to it.

        Yields:
            Its SQLAlchemy URL.
        """
        name = f"test_{secrets.token_hex(8)}"
        self._execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        try:
            yield self.url(name)
        finally:
            drop = sql.SQL("DROP DATABASE {} WITH (FORCE)")
            self._execute(drop.format(sql.Identifier(name)))

    def _address(self, database: str) -> str:
        return f"test:{self._password}@127.0.0.1:{self._port}/{database}"

    def _execute(self, statement: sql.SQL | sql.Composed) -> None:
        address = f"postgresql://{self._address('postgres')}"
        with psycopg.connect(address, autocommit=True, connect_timeout=5) as link:
            link.execute(statement)


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Start a server in a temporary folder and remove both at the end."""
    with (
        tempfile.TemporaryDirectory(prefix="test-postgres-") as folder,
        postgres_server_in(Path(folder)) as postgres,
    ):
        yield postgres


@contextmanager
def postgres_server_in(
    home: Path, settings: Mapping[str, str] = MappingProxyType({})
) -> Iterator[PostgresServer]:
    """Start a server in a folder, with the databases that are there already.

    Args:
        home: An existing folder; it stays, with the server's password in it.
        settings: What is set differently from :data:`SETTINGS`.
    """
    binaries = _binaries()
    user = SYSTEM_USER if os.geteuid() == 0 else None
    if not (home / "data").exists():
        _initialise(home, binaries / "initdb", user=user)
    port = free_port()
    postgres = PostgresServer(port=port, password=(home / "password").read_text())
    place = {"port": str(port), "unix_socket_directories": str(home)}
    chosen = {**SETTINGS, **settings, **place}
    options = [part for item in chosen.items() for part in ("-c", "=".join(item))]
    server = Server(
        command=[binaries / "postgres", "-D", home / "data", *options],
        log=home / "log",
        is_ready=postgres.answers,
        stop_signal=signal.SIGINT,  # "fast shutdown": does not wait for clients
        user=user,
        cwd=home,
    )
    with running(server):
        yield postgres


def _binaries() -> Path:
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/postgres"),
        key=lambda path: int(path.parts[-3]),
    )
    if found:
        return found[-1].parent
    elsewhere = shutil.which("postgres")
    if elsewhere is None:
        pytest.fail(NOT_INSTALLED, pytrace=False)
    return Path(elsewhere).parent


def _initialise(home: Path, initdb: Path, *, user: str | None) -> None:
    secret = home / "password"
    secret.write_text(secrets.token_hex(16))
    if user is not None:
        shutil.chown(home, user)
        shutil.chown(secret, user)
    command: list[str | Path] = [
        initdb,
        "-D",
        home / "data",
        "-U",
        "test",
        "--pwfile",
        secret,
    ]
    command += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8"]
    subprocess.run(
        [*command, "--no-sync"],
        user=user,
        group=user,
        extra_groups=None if user is None else [],
        cwd=home,
        check=True,
        stdout=subprocess.DEVNULL,
    )
