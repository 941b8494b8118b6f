from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from metadata.entities import IdentityProvider, Role
from metadata.errors import (
    BadSignatureError,
    FetchFailedError,
    MetadataError,
    MissingSignatureError,
    SourceRefusedError,
    UnknownEntityError,
    UnknownSourceError,
    UnreadableXmlError,
)
from metadata.loader import MetadataAdmin
from metadata.registry import Registry
from metadata.reports import NewSource, Outcome
from metadata.sources import SignedBy
from metadata.store import EntityStore
from tests.support.clock import NOW, FrozenClock
from tests.support.keys import rsa_key
from tests.support.metadata_documents import (
    IDP,
    SP,
    entity,
    group,
    idp,
    idp_role,
    inera_like_idp,
    signed,
    sp,
)

INERA = "https://idp.inloggning.example:443/saml"
SOON = NOW + timedelta(days=7)
LATER = NOW + timedelta(days=8)
SIGNER = rsa_key("federation")


@pytest.fixture
def admin(store: EntityStore, clock: FrozenClock) -> MetadataAdmin:
    return MetadataAdmin(store, clock, own_entity_ids=["https://bridge.example.se/sp"])


@pytest.fixture
def inera(tmp_path: Path) -> Path:
    file = tmp_path / "inera.xml"
    file.write_bytes(inera_like_idp())
    return file


@pytest.fixture
def federation(tmp_path: Path) -> Path:
    file = tmp_path / "federation.xml"
    file.write_bytes(signed(group(idp(), sp(), valid_until=SOON), SIGNER))
    return file


def pinned(file: Path) -> NewSource:
    return NewSource(name="inera", location=str(file))


def by_certificate(file: Path) -> NewSource:
    return NewSource(
        name="federation",
        location=str(file),
        certificate_pem=SIGNER.certificate_pem,
    )


def test_a_file_without_certificate_is_pinned_as_it_is(
    admin: MetadataAdmin, store: EntityStore, clock: FrozenClock, inera: Path
) -> None:
    report = admin.add(pinned(inera))
    assert report.pin == sha256(inera.read_bytes()).hexdigest()
    assert [one.entity_id for one in report.entities] == [INERA]
    assert report.entities[0].display_name == "Exempelbolaget AB"
    assert report.change is not None
    assert report.change.added == 1
    (state,) = admin.list()
    assert "no validUntil" in state.warnings[0]
    clock.advance(timedelta(days=1000))
    assert len(Registry(store, clock).idp(INERA).signing_keys) == 2


def test_a_given_pin_must_be_that_of_the_file(
    admin: MetadataAdmin, inera: Path
) -> None:
    right = sha256(inera.read_bytes()).hexdigest()
    wrong = NewSource(name="inera", location=str(inera), pin="0" * 64)
    with pytest.raises(SourceRefusedError, match="changed"):
        admin.add(wrong)
    assert admin.list() == ()
    given = NewSource(name="inera", location=str(inera), pin=right.upper())
    assert admin.add(given).pin == right


def test_a_signed_federation_brings_its_entities(
    admin: MetadataAdmin, store: EntityStore, clock: FrozenClock, federation: Path
) -> None:
    report = admin.add(by_certificate(federation))
    assert (report.pin, report.valid_until, report.warnings) == (None, SOON, ())
    registry = Registry(store, clock)
    assert registry.idp(IDP).valid_until == SOON
    assert registry.sp(SP).valid_until == SOON


def test_a_source_brings_only_its_roles(admin: MetadataAdmin, federation: Path) -> None:
    only_sps = NewSource(
        name="federation",
        location=str(federation),
        certificate_pem=SIGNER.certificate_pem,
        roles=frozenset({Role.SP}),
    )
    report = admin.add(only_sps)
    assert [one.entity_id for one in report.entities] == [SP]
    assert IDP in report.warnings[0]


def test_a_dry_run_writes_nothing(
    admin: MetadataAdmin, store: EntityStore, inera: Path
) -> None:
    report = admin.add(pinned(inera), dry_run=True)
    assert (len(report.entities), report.change) == (1, None)
    assert admin.list() == ()
    assert store.version() == 0


def test_a_stripped_document_is_refused_although_it_is_well_formed(
    admin: MetadataAdmin, federation: Path
) -> None:
    federation.write_text(group(idp(), sp(), valid_until=SOON))
    with pytest.raises(MissingSignatureError):
        admin.add(by_certificate(federation))
    assert admin.list() == ()


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (group(idp(), valid_until=SOON).encode(), MissingSignatureError),
        (
            signed(group(idp(), valid_until=SOON), rsa_key("stranger")),
            BadSignatureError,
        ),
        (signed(group(idp()), SIGNER), SourceRefusedError),
        (signed(group(idp(), valid_until=NOW), SIGNER), SourceRefusedError),
        (
            signed(group(idp(), valid_until=NOW + timedelta(days=31)), SIGNER),
            SourceRefusedError,
        ),
        (signed(group(valid_until=SOON), SIGNER), SourceRefusedError),
        (b"<html/>", SourceRefusedError),
        (b"", FetchFailedError),
        (b"<!DOCTYPE x><x/>", UnreadableXmlError),
        (b"\xff\xfe<\x00", UnreadableXmlError),
    ],
)
def test_anything_wrong_keeps_the_last_good_version(
    admin: MetadataAdmin,
    store: EntityStore,
    federation: Path,
    data: bytes,
    error: type[MetadataError],
) -> None:
    admin.add(by_certificate(federation))
    before = store.version(), store.records_of(IDP), store.records_of(SP)
    federation.write_bytes(data)
    result = admin.refresh("federation")
    assert (result.outcome, result.is_news) == (Outcome.REFUSED, True)
    assert not admin.refresh("federation").is_news
    assert (store.version(), store.records_of(IDP), store.records_of(SP)) == before
    (state,) = admin.list()
    assert state.problem == result.problem
    assert state.problem is not None
    assert state.problem.startswith(error.code)


def test_a_good_version_takes_the_place_of_the_one_before(
    admin: MetadataAdmin, federation: Path
) -> None:
    admin.add(replace(by_certificate(federation), max_shrinkage_percent=50))
    federation.write_bytes(b"<html/>")
    assert admin.refresh("federation").outcome is Outcome.REFUSED
    later = SOON + timedelta(days=1)
    federation.write_bytes(
        signed(group(sp(), idp("urn:new"), valid_until=later), SIGNER)
    )
    report = admin.refresh("federation").report
    assert report is not None
    change = report.change
    assert change is not None
    assert (change.added, change.unchanged, change.removed) == (1, 1, 1)
    (state,) = admin.list()
    assert (state.problem, state.valid_until) == (None, later)


def test_a_pinned_file_that_changed_waits_for_approval(
    admin: MetadataAdmin, store: EntityStore, clock: FrozenClock, inera: Path
) -> None:
    admin.add(pinned(inera))
    inera.write_text(entity(INERA, idp_role()))
    waits = admin.refresh("inera")
    assert waits.outcome is Outcome.PENDING
    assert waits.pending is not None
    assert waits.pending.difference.changed == (INERA,)
    assert admin.list()[0].pending == waits.pending
    assert len(Registry(store, clock).idp(INERA).signing_keys) == 2
    report = admin.approve("inera")
    assert report.pin == sha256(inera.read_bytes()).hexdigest()
    assert len(Registry(store, clock).idp(INERA).signing_keys) == 1
    assert admin.refresh("inera").outcome is Outcome.SAME
    state = admin.list()[0]
    assert (state.pending, state.problem) == (None, None)


def test_a_signed_source_has_nothing_to_approve(
    admin: MetadataAdmin, federation: Path
) -> None:
    admin.add(by_certificate(federation))
    with pytest.raises(SourceRefusedError, match="nothing"):
        admin.approve("federation")


def test_a_trial_reload_writes_nothing(
    admin: MetadataAdmin, store: EntityStore, federation: Path
) -> None:
    admin.add(by_certificate(federation))
    before = store.version()
    federation.write_bytes(signed(group(sp(), valid_until=SOON), SIGNER))
    waits = admin.refresh("federation", dry_run=True)
    assert waits.outcome is Outcome.PENDING
    federation.write_bytes(signed(group(idp(), sp(), valid_until=LATER), SIGNER))
    taken = admin.refresh("federation", dry_run=True)
    assert taken.report is not None
    assert (taken.report.entity_count, taken.report.change) == (2, None)
    federation.write_bytes(b"<html/>")
    refused = admin.refresh("federation", dry_run=True)
    assert refused.outcome is Outcome.REFUSED
    (state,) = admin.list()
    assert (store.version(), state.problem, state.entity_count) == (before, None, 2)
    assert (state.pending, state.valid_until) == (None, SOON)


def test_the_older_source_decides_and_the_overlap_is_reported(
    admin: MetadataAdmin, federation: Path, tmp_path: Path
) -> None:
    admin.add(by_certificate(federation))
    other = tmp_path / "other.xml"
    other.write_text(idp())
    report = admin.add(NewSource(name="other", location=str(other)))
    assert f"{IDP}: also in federation, which decides" in report.warnings
    first, second = admin.show(IDP)
    assert (first.source, first.is_used) == ("federation", True)
    assert (second.source, second.is_used) == ("other", False)
    assert isinstance(first.parties[0], IdentityProvider)


def test_our_own_entity_id_is_never_taken_from_a_source(
    admin: MetadataAdmin, tmp_path: Path
) -> None:
    file = tmp_path / "evil.xml"
    file.write_text(group(sp("https://bridge.example.se/sp"), idp()))
    report = admin.add(NewSource(name="evil", location=str(file)))
    assert [one.entity_id for one in report.entities] == [IDP]
    with pytest.raises(UnknownEntityError):
        admin.show("https://bridge.example.se/sp")


def test_a_source_is_removed_with_everything_it_brought(
    admin: MetadataAdmin, inera: Path
) -> None:
    admin.add(pinned(inera))
    admin.remove("inera")
    assert admin.list() == ()
    with pytest.raises(UnknownEntityError):
        admin.show(INERA)
    for act in (admin.remove, admin.refresh, admin.approve):
        with pytest.raises(UnknownSourceError):
            act("inera")


def test_a_name_is_used_once(admin: MetadataAdmin, inera: Path) -> None:
    admin.add(pinned(inera))
    for dry_run in (True, False):
        with pytest.raises(SourceRefusedError, match="already"):
            admin.add(pinned(inera), dry_run=dry_run)


def test_a_source_that_makes_no_sense_is_refused(
    admin: MetadataAdmin, inera: Path
) -> None:
    place = str(inera)
    certificate = SIGNER.certificate_pem
    weak = rsa_key("weak", 1024).certificate_pem
    nonsense = [
        NewSource(name="In era", location=place),
        NewSource(name="", location=place),
        NewSource(name="a", location=place, pin="abc"),
        NewSource(name="a", location=place, pin="0" * 64, certificate_pem=certificate),
        NewSource(name="a", location=place, certificate_pem=b"no certificate"),
        NewSource(name="a", location=place, certificate_pem=weak),
        NewSource(name="a", location=place, roles=frozenset()),
        NewSource(name="a", location=place, max_validity=timedelta(0)),
        NewSource(name="a", location=place + ".missing"),
        NewSource(name="a", location=str(inera.parent)),
        NewSource(name="a", location="https://metadata.example.se/feed.xml"),
        NewSource(name="a", location="\0"),
    ]
    for new in nonsense:
        with pytest.raises(SourceRefusedError):
            admin.add(new)
    assert admin.list() == ()


def test_several_certificates_are_several_signers(
    admin: MetadataAdmin, federation: Path
) -> None:
    both = rsa_key("next federation").certificate_pem + SIGNER.certificate_pem
    new = NewSource(name="federation", location=str(federation), certificate_pem=both)
    admin.add(new)
    (state,) = admin.list()
    assert isinstance(state.source.trust, SignedBy)
    assert len(state.source.trust.certificates) == 2
