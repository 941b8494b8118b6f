"""What docs/operations.md says about backups brings everything back.

The commands are taken from the page as they stand there.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from tests.support.installations import settings_of, write_config, write_keys
from tests.support.metadata_documents import IDP, idp
from tests.support.postgres import PostgresServer

pytestmark = pytest.mark.peers
THEN = ("--at", "2030-01-01")
PAGE = Path(__file__).parents[3] / "docs" / "operations.md"
CATALOGUE = """
[[services]]
code = "landsting"
name = "E-tjänst för landsting"
kind = "region"
[[services.permissions]]
code = "rapportera"
name = "Rapportera"
[[organisations]]
number = "2321000016"
name = "Region Stockholm"
kind = "region"
[[users]]
organisation = "2321000016"
hsa_id = "SE2321000016-B001"
given_name = "Åsa"
surname = "Öberg"
email = "asa@example.se"
permissions = ["landsting:rapportera"]
"""


def run(config: Path, *words: str) -> str:
    """Run a command of the bridge in a process of its own, and read what it says."""
    program = [sys.executable, "-m", "idp_bridge", "--config", str(config)]
    done = subprocess.run(
        [*program, *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def answer(config: Path, *words: str) -> object:
    return json.loads(run(config, *words, "--json"))


def command(program: str) -> str:
    """Read the only command of a program on the page about operations."""
    page = PAGE.read_text(encoding="utf-8")
    [found] = re.findall(rf"^\$ ({program} .*)$", page, re.MULTILINE)
    return str(found)


def typed(line: str, *, folder: Path, url: str) -> None:
    """Let a shell do what the page says, with the backup in a folder of the test."""
    line = line.replace("/backup/", f"{folder}/")
    address = url.replace("+psycopg", "")
    done = subprocess.run(
        ["/bin/sh", "-c", line],
        env={**os.environ, "DATABASE": address},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def installed(folder: Path, url: str) -> Path:
    """Make a bridge whose database has everything that a backup is for."""
    folder.mkdir()
    config = write_config(folder, more=f'database_url = "{url}"')
    write_keys(settings_of(config).key_dir)
    return config


def whole(config: Path) -> list[object]:
    """Look at everything that must come back; that we looked stands in the trail."""
    trail = run(config, "audit", "export")
    return [
        answer(config, "metadata", "list"),
        answer(config, "metadata", "show", IDP),
        answer(config, "explain", "SE2321000016-B001", "landsting", *THEN),
        [json.loads(one) for one in trail.splitlines() if ":look-up" not in one],
    ]


def test_a_backup_of_postgresql_brings_everything_back(
    tmp_path: Path, postgres_server: PostgresServer, postgres_url: str
) -> None:
    config = installed(tmp_path / "first", postgres_url)
    catalogue, file = tmp_path / "catalogue.toml", tmp_path / "inera.xml"
    catalogue.write_text(CATALOGUE, encoding="utf-8")
    file.write_text(idp())
    for words in (
        ("db", "upgrade"),
        ("catalogue", "load", str(catalogue)),
        ("metadata", "add", "inera", str(file)),
    ):
        run(config, *words)
    before = whole(config)
    typed(command("pg_dump"), folder=tmp_path, url=postgres_url)
    with postgres_server.fresh_database() as url:
        typed(command("pg_restore"), folder=tmp_path, url=url)
        restored = installed(tmp_path / "second", url)
        assert "has version" in run(restored, "db", "upgrade")
        assert "whole" in run(restored, "audit", "verify")
        assert whole(restored) == before
        engine = create_engine(url)
        with pytest.raises(DBAPIError), engine.begin() as connection:
            connection.execute(text("UPDATE audit_entries SET actor = 'x'"))
        engine.dispose()
