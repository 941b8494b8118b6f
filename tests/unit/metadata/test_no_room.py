"""A machine without room for a version keeps the last good one, and says why."""

import tempfile
from datetime import timedelta
from pathlib import Path

import pytest

from metadata import spool
from metadata.entities import Role
from metadata.loader import MetadataAdmin
from metadata.reports import NewSource, Outcome
from metadata.store import EntityStore
from tests.support.clock import NOW, FrozenClock
from tests.support.keys import rsa_key
from tests.support.metadata_documents import group, idp, signed, sp

SIGNER = rsa_key("federation")
NEW_SP = "https://new.example.se/saml"


def write(file: Path, *entities: str) -> None:
    end = NOW + timedelta(days=7)
    file.write_bytes(signed(group(*entities, valid_until=end), SIGNER))


def test_a_large_version_without_room_is_a_problem_of_its_source_alone(
    store: EntityStore,
    clock: FrozenClock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file, temporary = tmp_path / "feed.xml", tmp_path / "temporary"
    admin = MetadataAdmin(store, clock, own_entity_ids=())
    write(file, idp())
    trust = SIGNER.certificate_pem
    admin.add(NewSource(name="feed", location=str(file), certificate_pem=trust))
    write(file, idp(), sp(NEW_SP))
    monkeypatch.setattr(spool, "IN_MEMORY", 1)
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))

    result = admin.refresh("feed")
    assert result.outcome is Outcome.REFUSED
    assert (result.problem or "").startswith("fetch-failed: there is no room for it")
    assert (store.find(NEW_SP, Role.SP), store.state("feed").entity_count) == (None, 1)

    temporary.mkdir()
    assert admin.refresh("feed").outcome is Outcome.TAKEN
    assert store.find(NEW_SP, Role.SP) is not None
