"""Which sources an operator may add, beside files."""

from dataclasses import replace
from datetime import timedelta

import pytest

from metadata.entities import Role
from metadata.errors import SourceRefusedError
from metadata.filters import Filters
from metadata.loader import MetadataAdmin
from metadata.reports import NewSource, Outcome
from metadata.sources import Kind
from metadata.store import EntityStore
from tests.support.clock import FrozenClock
from tests.support.keys import rsa_key

SERVER = NewSource(
    name="mdq",
    location="https://mdq.example.se/",
    kind=Kind.MDQ,
    certificate_pem=rsa_key("federation").certificate_pem,
    roles=frozenset({Role.IDP}),
    filters=Filters(deny_entity_ids=frozenset({"urn:a"})),
    refresh_every=timedelta(hours=2),
)


@pytest.fixture
def admin(store: EntityStore, clock: FrozenClock) -> MetadataAdmin:
    return MetadataAdmin(store, clock, own_entity_ids=[])


def test_an_mdq_server_is_kept_and_has_nothing_to_load(admin: MetadataAdmin) -> None:
    assert admin.add(SERVER, dry_run=True).change is None
    assert admin.list() == ()
    report = admin.add(SERVER)
    assert (report.entity_count, report.sha256) == (0, None)
    (state,) = admin.list()
    assert state.source.kind is Kind.MDQ
    assert state.source.filters == SERVER.filters
    assert state.source.refresh_every == timedelta(hours=2)
    assert (state.loaded_at, state.valid_until, state.problem) == (None, None, None)
    assert admin.refresh("mdq").outcome is Outcome.SAME


@pytest.mark.parametrize(
    "bad",
    [
        replace(SERVER, certificate_pem=None),
        replace(SERVER, certificate_pem=None, pin="0" * 64),
        replace(SERVER, location="http://mdq.example.se/"),
        replace(SERVER, location="mdq.example.se"),
        replace(SERVER, location="https://user@mdq.example.se/"),
        replace(SERVER, refresh_every=timedelta(seconds=59)),
        replace(SERVER, max_shrinkage_percent=101),
        replace(SERVER, max_shrinkage_percent=-1),
        replace(SERVER, name="M D Q"),
        replace(SERVER, kind=None, certificate_pem=None),
        replace(SERVER, kind=Kind.URL, certificate_pem=None, pin="0" * 64),
        replace(SERVER, kind=Kind.URL, location="http://feed.example.se/"),
        replace(SERVER, kind=Kind.URL, location="https://127.0.0.1/feed"),
    ],
)
def test_what_cannot_be_believed_is_not_added(
    admin: MetadataAdmin, bad: NewSource
) -> None:
    for dry_run in (True, False):
        with pytest.raises(SourceRefusedError):
            admin.add(bad, dry_run=dry_run)
    assert admin.list() == ()


@pytest.mark.parametrize(
    ("pem", "said"),
    [
        (rsa_key("federation").private_pem, "between BEGIN CERTIFICATE and END"),
        (b"", "between BEGIN CERTIFICATE and END"),
        (
            rsa_key("federation").certificate_pem[:-60],
            "between BEGIN CERTIFICATE and END",
        ),
        (rsa_key("weak", 1024).certificate_pem, "weak key"),
        (None, "give the one of whoever signs"),
    ],
    ids=["a private key", "nothing", "cut off", "weak", "none"],
)
def test_what_is_no_certificate_is_told_in_words(
    admin: MetadataAdmin, pem: bytes | None, said: str
) -> None:
    with pytest.raises(SourceRefusedError, match=said) as refused:
        admin.add(replace(SERVER, certificate_pem=pem))
    assert "://" not in str(refused.value)
    assert admin.list() == ()
    admin.add(SERVER)
