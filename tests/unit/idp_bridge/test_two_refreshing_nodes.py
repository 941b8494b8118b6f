"""Two nodes on one PostgreSQL that refresh at the same moment fetch once."""

import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from idp_bridge import database
from metadata.clock import utc_now
from metadata.entities import Role
from metadata.store import EntityStore
from tests.support.installations import install, settings_of
from tests.support.keys import rsa_key
from tests.support.metadata_documents import group, idp, signed, sp
from tests.support.misbehaving_server import Talk, misbehaving_server
from tests.support.patience import wait_until
from tests.support.tls import Authority

SIGNER = rsa_key("federation")
OLD = "https://old.example.se/saml"
NEW = "https://new.example.se/saml"


def document(*entity_ids: str) -> bytes:
    services = (sp(entity_id) for entity_id in entity_ids)
    end = utc_now() + timedelta(days=7)
    return signed(group(idp(), *services, valid_until=end), SIGNER)


def node(folder: Path, database_url: str) -> list[str]:
    """Install a node, and say how its commands begin."""
    folder.mkdir()
    metadata = '[metadata]\nallow_private_addresses = true\nca_file = "../ca.pem"\n'
    config = install(folder, more=f'database_url = "{database_url}"\n{metadata}')
    return [sys.executable, "-m", "idp_bridge", "--config", str(config), "metadata"]


def run(*words: str) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.peers
def test_one_of_two_nodes_fetches_and_both_know(
    tmp_path: Path, postgres_url: str
) -> None:
    authority = Authority(tmp_path, "ca")
    first, second = (node(tmp_path / name, postgres_url) for name in ("a", "b"))
    signer = tmp_path / "signer.pem"
    signer.write_bytes(SIGNER.certificate_pem)
    go_on = threading.Event()

    def answer_late(talk: Talk) -> None:
        go_on.wait(30)
        talk.answer(document(OLD, NEW))

    with misbehaving_server(authority.certify("localhost")) as server:
        url = server.does("/feed", lambda talk: talk.answer(document(OLD)))
        run(*first, "add", "feed", url, "--certificate", str(signer))
        engine = create_engine(postgres_url)
        with engine.begin() as connection:
            connection.exec_driver_sql("UPDATE metadata_sources SET next_check_at = 0")
        server.asked.clear()
        server.does("/feed", answer_late)
        with subprocess.Popen(
            [*first, "refresh"], stdout=subprocess.PIPE, text=True
        ) as process:
            wait_until(lambda: len(server.asked) == 1)
            assert "another process" in run(*second, "refresh")
            go_on.set()
            said, _ = process.communicate(timeout=60)
        assert said.startswith("feed: taken: 1 added")
        assert "Nothing is due" in run(*second, "refresh")
        assert len(server.asked) == 1
    settings = settings_of(tmp_path / "b" / "bridge.toml")
    other = database.open_engine(settings)
    assert EntityStore(other).find(NEW, Role.SP) is not None
    other.dispose()
    engine.dispose()
