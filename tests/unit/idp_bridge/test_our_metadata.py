"""Our metadata stays the same for a day and follows keys, settings and the profile."""

import os
import subprocess
import sys
from base64 import b64decode
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from saml2.xml.schema import validate

from idp_bridge import keys
from idp_bridge.errors import MisconfiguredError
from idp_bridge.keys import NOTICED, KeySet, Purpose, Slot, load_keys
from idp_bridge.our_metadata import OurMetadata, OurRole, our_idp, shortcomings
from metadata import names, safe_xml
from metadata.our_profiles import Profile
from metadata.reader import read_identity_provider, read_service_provider
from metadata.signatures import verify_enveloped
from tests.support.clock import NOW, FrozenClock
from tests.support.installations import install, new_key, settings_of
from tests.support.keys import rsa_key

AL1 = names.SWAMID_AL1
HOUR = timedelta(hours=1)
MD = f"{{{names.NS_MD}}}"
CONTACTS = "".join(
    f'[[contacts]]\ntype = "{kind}"\nemail = "{kind}@example.se"\n'
    for kind in ("technical", "support", "administrative", "security")
)
PRINT_SUMS = """
import sys
from pathlib import Path
from idp_bridge.keys import load_keys
from idp_bridge.our_metadata import OurMetadata
from tests.support.clock import NOW
from tests.support.installations import settings_of
settings = settings_of(Path(sys.argv[1]))
found = load_keys(settings.key_dir)
for document in OurMetadata(settings, lambda: found, lambda: NOW).documents():
    print(document.sha256)
"""


def ours(folder: Path, clock: FrozenClock, more: str = "") -> OurMetadata:
    settings = settings_of(install(folder, more=more))
    found = load_keys(settings.key_dir)
    return OurMetadata(settings, lambda: found, clock)


def with_key(ours: OurMetadata, purpose: Purpose, slot: Slot) -> bytes:
    """Add a key in a place.

    Returns:
        Its certificate.
    """
    pair = rsa_key(f"{purpose} {slot}")
    keys.add_key(ours.settings.key_dir, purpose, slot, new_key(pair), now=NOW)
    return pair.certificate_der


def reread(ours: OurMetadata, clock: FrozenClock) -> OurMetadata:
    found = load_keys(ours.settings.key_dir)
    return OurMetadata(ours.settings, lambda: found, clock)


def test_a_document_is_signed_once_a_day(tmp_path: Path, clock: FrozenClock) -> None:
    metadata = ours(tmp_path, clock)
    first = metadata.document(OurRole.SP)
    clock.advance(11 * HOUR)
    assert metadata.document(OurRole.SP) is first
    clock.advance(HOUR)  # midnight
    second = metadata.document(OurRole.SP)
    assert second.valid_until - first.valid_until == 24 * HOUR
    assert second.xml != first.xml


def test_a_document_is_valid_for_the_configured_time_at_least(
    tmp_path: Path, clock: FrozenClock
) -> None:
    metadata = ours(tmp_path, clock, more="[saml]\nmetadata_validity_days = 3\n")
    for _ in range(48):
        root = safe_xml.parse(metadata.idp())
        left = metadata.document(OurRole.IDP).valid_until - clock.now
        assert 72 * HOUR <= left <= 96 * HOUR
        assert root.get("cacheDuration") == "PT21600S"
        clock.advance(HOUR)


def test_a_changed_set_of_keys_is_published_at_once(
    tmp_path: Path, clock: FrozenClock
) -> None:
    settings = settings_of(install(tmp_path))
    sets = [load_keys(settings.key_dir)]
    metadata = OurMetadata(settings, lambda: sets[-1], clock)
    before = metadata.sp()
    added = with_key(metadata, Purpose.SIGNING, Slot.NEXT)
    sets.append(load_keys(settings.key_dir))
    after = read_service_provider(metadata.sp())
    assert added in [key.certificate for key in after.signing_keys]
    assert metadata.sp() != before


def test_every_key_of_the_set_is_published_and_no_retired_one(
    tmp_path: Path, clock: FrozenClock
) -> None:
    first = ours(tmp_path, clock)
    for purpose in Purpose:
        for slot in (Slot.NEXT, Slot.PREVIOUS):
            with_key(first, purpose, slot)
    with_key(first, Purpose.ENCRYPTION, Slot.RETIRED)
    clock.advance(NOTICED)
    metadata = reread(first, clock)
    current = {
        one.purpose: one for one in metadata.keys().keys if one.slot == "current"
    }
    read = read_service_provider(metadata.sp())
    assert [key.certificate for key in read.signing_keys] == [
        current[Purpose.SIGNING].certificate,
        rsa_key("signing next").certificate_der,
        rsa_key("signing previous").certificate_der,
    ]
    assert [one.key.certificate for one in read.encryption_keys] == [
        current[Purpose.ENCRYPTION].certificate,
        rsa_key("encryption next").certificate_der,
        rsa_key("encryption previous").certificate_der,
    ]
    assert len(read_identity_provider(metadata.idp()).signing_keys) == 3
    assert len(metadata.document(OurRole.SP).keys) == 6
    assert len(metadata.document(OurRole.IDP).keys) == 3
    assert certificates(metadata.document(OurRole.AA).xml)[3:] == [
        one.key.certificate for one in read.encryption_keys
    ]


def test_the_next_encryption_key_is_named_when_every_process_opens_with_it(
    tmp_path: Path, clock: FrozenClock
) -> None:
    """Until then all give the bytes of before, whether they have the key or not."""
    late = ours(tmp_path, clock)
    before = late.document(OurRole.SP)
    with_key(late, Purpose.ENCRYPTION, Slot.NEXT)
    prompt, other = reread(late, clock), reread(late, clock)
    clock.advance(NOTICED - timedelta(seconds=1))
    assert prompt.document(OurRole.SP).xml == before.xml == late.sp()
    clock.advance(timedelta(seconds=1))
    assert len(read_service_provider(prompt.sp()).encryption_keys) == 2
    assert prompt.sp() == other.sp()
    assert prompt.document(OurRole.SP) is prompt.document(OurRole.SP)
    clock.advance(-NOTICED)
    assert prompt.sp() == before.xml


def test_another_process_makes_the_same_bytes(tmp_path: Path) -> None:
    """As other workers and nodes do; strings hash differently in each."""
    config = install(tmp_path, more=CONTACTS)
    sums = {
        subprocess.run(
            [sys.executable, "-c", PRINT_SUMS, str(config)],
            check=True,
            capture_output=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(sums) == 1
    assert len(sums.pop().split()) == 3


def test_the_current_key_signs_our_metadata(tmp_path: Path, clock: FrozenClock) -> None:
    metadata = ours(tmp_path, clock)
    document = metadata.document(OurRole.IDP)
    key = read_identity_provider(document.xml).signing_keys[0]
    verified = safe_xml.parse(verify_enveloped(safe_xml.parse(document.xml), [key]))
    assert verified.get("entityID") == document.entity_id
    assert sha256(document.xml).hexdigest() == document.sha256


# --- profiles -------------------------------------------------------------------------

PROFILES = ("saml2int", "sweden-connect", "swamid")


@pytest.mark.parametrize("profile", PROFILES)
def test_every_profile_follows_the_schema(
    tmp_path: Path, clock: FrozenClock, profile: str
) -> None:
    more = (
        f'{CONTACTS}[published]\nprofile = "{profile}"\nscopes = ["2021002163"]\n'
        'sp_entity_categories = ["http://id.elegnamnden.se/st/1.0/public-sector-sp"]\n'
        'idp_supported_categories = ["http://refeds.org/category/research"]\n'
        "idp_assurance_certifications ="
        ' ["http://id.swedenconnect.se/loa/1.0/uncertified-loa3",'
        ' "http://www.swamid.se/policy/assurance/al1"]\n'
    )
    metadata = ours(tmp_path, clock, more)
    for data in (metadata.sp(), metadata.idp()):
        validate(data.decode())
    assert shortcomings(metadata.settings) == []
    idp = read_identity_provider(metadata.idp())
    assert idp.scopes == ("2021002163",)
    assert idp.assurance_certifications == (names.LOA_UNCERTIFIED_3, names.SWAMID_AL1)
    categories = read_service_provider(metadata.sp()).entity_categories
    assert categories == ("http://id.elegnamnden.se/st/1.0/public-sector-sp",)


def test_profiles_differ_in_three_places_only(
    tmp_path: Path, clock: FrozenClock
) -> None:
    said = {}
    for profile in PROFILES:
        folder = tmp_path / profile
        folder.mkdir()
        metadata = ours(folder, clock, f'[published]\nprofile = "{profile}"\n')
        idp = safe_xml.parse(metadata.idp())
        said[profile] = (
            "aes256-cbc" in metadata.sp().decode(),
            idp.findtext(f".//{MD}NameIDFormat") == names.NAMEID_PERSISTENT,
            idp.find(f"{MD}IDPSSODescriptor/{{{names.NS_SAML}}}Attribute") is not None,
        )
    assert said == {
        "saml2int": (False, False, False),
        "sweden-connect": (True, True, True),
        "swamid": (False, False, False),
    }


def test_scopes_of_subject_identifiers_are_published_too(
    tmp_path: Path, clock: FrozenClock
) -> None:
    more = (
        '[saml]\nsubject_scope = "bridge.example.se"\n'
        '[published]\nscopes = ["2021002163", "bridge.example.se"]\n'
    )
    idp = read_identity_provider(ours(tmp_path, clock, more).idp())
    assert idp.scopes == ("2021002163", "bridge.example.se")


@pytest.mark.parametrize(
    ("scopes", "scoped"),
    [
        ("", set()),
        ('[published]\nscopes = ["2021002163"]\n', {names.ATTR_AFFILIATION}),
        (
            '[saml]\nsubject_scope = "bridge.example.se"\n',
            {names.ATTR_PAIRWISE_ID, names.ATTR_SUBJECT_ID},
        ),
    ],
)
def test_only_attributes_are_listed_that_we_have_a_scope_for(
    tmp_path: Path, clock: FrozenClock, scopes: str, scoped: set[str]
) -> None:
    metadata = ours(tmp_path, clock, scopes)
    published = metadata.settings.published.model_copy(
        update={"profile": Profile.SWEDEN_CONNECT}
    )
    settings = metadata.settings.model_copy(update={"published": published})
    listed = {one.name for one in our_idp(settings, KeySet(())).attributes}
    assert {names.ATTR_HSA_ID, names.ATTR_DISPLAY_NAME} < listed
    assert settings.saml.permission_attribute in listed
    every = {names.ATTR_AFFILIATION, names.ATTR_PAIRWISE_ID, names.ATTR_SUBJECT_ID}
    assert listed & every == scoped


def test_gcm_is_asked_for_before_cbc(tmp_path: Path, clock: FrozenClock) -> None:
    metadata = ours(tmp_path, clock, '[published]\nprofile = "sweden-connect"\n')
    methods = read_service_provider(metadata.sp()).encryption_keys[0].methods
    assert methods[:2] == (names.ENCRYPTION_AES256_GCM, names.ENCRYPTION_AES128_GCM)
    assert names.ENCRYPTION_AES256_CBC in methods[2:]


def test_what_a_profile_demands_and_settings_lack_is_named(
    tmp_path: Path, clock: FrozenClock
) -> None:
    metadata = ours(tmp_path, clock, '[published]\nprofile = "swamid"\n')
    assert shortcomings(metadata.settings) == [
        "contacts: swamid wants a contact of type technical",
        "contacts: swamid wants a contact of type support",
        "contacts: swamid wants a contact of type administrative",
        "contacts: swamid wants a contact of type security",
        f"published.idp_assurance_certifications: swamid wants {AL1} (5.1.9)",
        "published.scopes: swamid wants one at least (5.1.15)",
    ]


def test_a_logotype_and_an_address_for_errors_are_always_there(
    tmp_path: Path, clock: FrozenClock
) -> None:
    data = ours(tmp_path, clock).idp().decode()
    assert ">https://bridge.example.se/static/icon.svg<" in data
    assert (
        'errorURL="https://bridge.example.se/inloggningsfel?code=ERRORURL_CODE&amp;'
        in data
    )


def test_private_keys_are_not_part_of_what_shows(
    tmp_path: Path, clock: FrozenClock
) -> None:
    metadata = ours(tmp_path, clock)
    assert "PRIVATE" not in repr(metadata.documents())
    assert isinstance(metadata.keys(), KeySet)
    assert metadata.clock() == NOW


def asking(more: str = "") -> str:
    return f"""{more}
[[downstream]]
entity_id = "https://melker.example.se/sp"
attribute_queries = true
"""


def test_whoever_is_asked_is_reminded_of_the_certificate_at_the_address(
    tmp_path: Path, clock: FrozenClock
) -> None:
    lacking = shortcomings(ours(tmp_path, clock, asking()).settings)
    assert any(each.startswith("published.aa_tls_certificates") for each in lacking)


def test_the_authority_publishes_the_first_certificate_of_a_file(
    tmp_path: Path, clock: FrozenClock
) -> None:
    terminator, issuer = rsa_key("terminator"), rsa_key("issuer")
    chain = tmp_path / "tls.pem"
    chain.write_bytes(terminator.certificate_pem + issuer.certificate_pem)
    more = asking('[published]\naa_tls_certificates = ["tls.pem"]\n')
    metadata = ours(tmp_path, clock, more)
    found = certificates(metadata.document(OurRole.AA).xml)
    assert terminator.certificate_der in found
    assert issuer.certificate_der not in found
    assert terminator.certificate_der not in certificates(metadata.idp())
    assert not [one for one in shortcomings(metadata.settings) if "aa_tls" in one]


def test_a_file_without_a_certificate_is_told_and_publishes_nothing(
    tmp_path: Path, clock: FrozenClock
) -> None:
    (tmp_path / "tls.pem").write_text("no certificate")
    more = asking('[published]\naa_tls_certificates = ["tls.pem"]\n')
    metadata = ours(tmp_path, clock, more)
    assert any(
        "tls.pem has no certificate" in o for o in shortcomings(metadata.settings)
    )
    with pytest.raises(MisconfiguredError):
        metadata.document(OurRole.AA)


def certificates(xml: bytes) -> list[bytes]:
    found = safe_xml.parse(xml).iter(f"{{{names.NS_MD}}}KeyDescriptor")
    return [
        b64decode("".join(each.itertext()).strip().encode(), validate=False)
        for each in found
    ]
