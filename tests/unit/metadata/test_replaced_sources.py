"""A source is changed in its place: at once, as a whole, or not at all."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from metadata.entities import Role
from metadata.errors import BadSignatureError, SourceRefusedError, UnknownSourceError
from metadata.filters import Filters
from metadata.loader import MetadataAdmin
from metadata.reports import NewSource, Outcome
from metadata.store import EntityStore
from tests.support.clock import NOW, FrozenClock
from tests.support.keys import rsa_key
from tests.support.metadata_documents import IDP, SP, group, idp, signed, sp

OLD, NEW = rsa_key("old signer"), rsa_key("new signer")


@pytest.fixture
def admin(store: EntityStore, clock: FrozenClock) -> MetadataAdmin:
    return MetadataAdmin(store, clock, own_entity_ids=[])


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    return tmp_path / "feed.xml"


@pytest.fixture
def known(admin: MetadataAdmin, feed: Path, tmp_path: Path) -> NewSource:
    """The first of two sources."""
    feed.write_bytes(signed(group(idp(), sp(), valid_until=NOW + timedelta(1)), OLD))
    source = NewSource(
        name="feed", location=str(feed), certificate_pem=OLD.certificate_pem
    )
    admin.add(source)
    other = tmp_path / "other.xml"
    other.write_text(sp("urn:other"))
    admin.add(NewSource(name="other", location=str(other)))
    return source


def test_a_signer_gets_a_second_certificate_without_a_gap(
    admin: MetadataAdmin, known: NewSource, feed: Path
) -> None:
    both = replace(known, certificate_pem=OLD.certificate_pem + NEW.certificate_pem)
    report = admin.add(both, replacing=True)
    assert report.change is not None
    assert report.change.unchanged == 2
    assert [state.source.name for state in admin.list()] == ["feed", "other"]
    feed.write_bytes(signed(group(idp(), sp(), valid_until=NOW + timedelta(2)), NEW))
    assert admin.refresh("feed").outcome is Outcome.TAKEN


def test_another_filter_counts_at_once(
    admin: MetadataAdmin, store: EntityStore, known: NewSource
) -> None:
    filters = Filters(deny_entity_ids=frozenset({SP}))
    admin.add(replace(known, filters=filters), replacing=True)
    assert store.find(SP, Role.SP) is None
    assert store.find(IDP, Role.IDP) is not None


def test_a_change_that_is_refused_changes_nothing(
    admin: MetadataAdmin, known: NewSource
) -> None:
    before = admin.list()
    wrong = replace(known, certificate_pem=NEW.certificate_pem)
    with pytest.raises(BadSignatureError):
        admin.add(wrong, replacing=True)
    admin.add(replace(known, filters=Filters()), replacing=True, dry_run=True)
    assert admin.list() == before


def test_only_what_is_there_is_replaced_and_only_when_that_is_meant(
    admin: MetadataAdmin, known: NewSource
) -> None:
    with pytest.raises(SourceRefusedError, match="already"):
        admin.add(known)
    with pytest.raises(UnknownSourceError):
        admin.add(replace(known, name="nobody"), replacing=True)
    assert len(admin.list()) == 2
