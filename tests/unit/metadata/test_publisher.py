from dataclasses import replace
from datetime import timedelta

import pytest
from saml2.xml.schema import validate

from metadata import names, safe_xml
from metadata.elements import Reading
from metadata.entities import EncryptionKey, Endpoint, KeyTransport, Role
from metadata.our_entities import (
    ENCRYPTION_METHODS,
    OurAa,
    OurAttribute,
    OurIdp,
    OurSp,
)
from metadata.publisher import publish
from metadata.reader import (
    identity_provider_of,
    read_identity_provider,
    read_service_provider,
    roles_of,
    service_provider_of,
)
from metadata.signatures import verify_enveloped
from tests.support.clock import NOW
from tests.support.keys import KeyPair, ec_key, rsa_key
from tests.support.our_entities import BASE, our_aa, our_idp, our_sp

UNTIL = NOW + timedelta(days=7)
SECOND = timedelta(seconds=1)
SIGNER = rsa_key("signing")
TRANSPORTS = (KeyTransport(), KeyTransport(digest=names.DIGEST_SHA256))
MD = f"{{{names.NS_MD}}}"


def published(entity: OurSp | OurIdp | OurAa) -> bytes:
    return publish(entity, key=SIGNER.signing, valid_until=UNTIL)


@pytest.mark.parametrize("entity", [our_sp(), our_idp(), our_aa()])
def test_our_metadata_follows_the_schema(entity: OurSp | OurIdp | OurAa) -> None:
    validate(published(entity).decode())


@pytest.mark.parametrize("entity", [our_sp(), our_idp(), our_aa()])
def test_our_metadata_is_signed_as_a_whole(entity: OurSp | OurIdp | OurAa) -> None:
    root = safe_xml.parse(published(entity))
    verified = safe_xml.parse(verify_enveloped(root, [SIGNER.public]))
    assert verified.get("entityID") == entity.entity_id
    assert verified.get("validUntil") == "2026-11-30T12:00:00Z"


def test_an_elliptic_key_signs_too() -> None:
    key = ec_key("publisher")
    data = publish(our_sp(), key=key.signing, valid_until=UNTIL)
    assert verify_enveloped(safe_xml.parse(data), [key.public])


def test_other_words_have_another_id() -> None:
    ids = {
        safe_xml.parse(data).get("ID")
        for data in (
            published(our_sp()),
            published(our_idp()),
            published(replace(our_sp(), contacts=())),
            publish(our_sp(), key=SIGNER.signing, valid_until=UNTIL + SECOND),
        )
    }
    assert len(ids) == 4


@pytest.mark.parametrize("key", [SIGNER, ec_key("publisher")])
def test_the_same_words_and_key_are_the_same_bytes_everywhere(key: KeyPair) -> None:
    """Other nodes hash strings differently and draw other random numbers."""
    made = {publish(our_sp(), key=key.signing, valid_until=UNTIL) for _ in range(2)}
    assert len(made) == 1
    verify_enveloped(safe_xml.parse(made.pop()), [key.public])


def test_others_are_told_how_soon_to_look_again() -> None:
    data = publish(
        our_sp(),
        key=SIGNER.signing,
        valid_until=UNTIL,
        cache_duration=timedelta(hours=6),
    )
    validate(data.decode())
    assert safe_xml.parse(data).get("cacheDuration") == "PT21600S"


def test_our_idp_says_what_it_supports_and_what_it_knows() -> None:
    idp = replace(
        our_idp(),
        supported_categories=(
            "http://www.geant.net/uri/dataprotection-code-of-conduct/v1",
        ),
        attributes=(
            OurAttribute(name=names.ATTR_HSA_ID, friendly_name="employeeHsaId"),
        ),
    )
    data = published(idp)
    validate(data.decode())
    root = safe_xml.parse(data)
    known = root.findall(f"{MD}IDPSSODescriptor/{{{names.NS_SAML}}}Attribute")
    assert [one.get("Name") for one in known] == [names.ATTR_HSA_ID]
    assert names.ENTITY_CATEGORY_SUPPORT.encode() in data
    assert names.ENTITY_CATEGORY_SUPPORT.encode() not in published(our_idp())


def test_our_sp_is_read_as_it_was_described() -> None:
    reading = Reading()
    root = safe_xml.parse(published(our_sp()))
    read = service_provider_of(root, reading)
    assert reading.warnings == ()
    assert roles_of(root) == {Role.SP}
    assert read.entity_id == f"{BASE}/saml/sp"
    assert read.valid_until == UNTIL
    assert read.signing_keys == (SIGNER.public, rsa_key("next signing").public)
    assert read.encryption_keys == (
        EncryptionKey(rsa_key("encryption").public, ENCRYPTION_METHODS, TRANSPORTS),
        EncryptionKey(
            rsa_key("next encryption").public, ENCRYPTION_METHODS, TRANSPORTS
        ),
    )
    assert read.acs_endpoints == (
        Endpoint(
            binding=names.BINDING_POST,
            location=f"{BASE}/saml/sp/acs",
            index=0,
            is_default=True,
        ),
    )
    assert read.slo_endpoints == ()
    assert read.signs_requests
    assert read.wants_signed_assertions
    assert read.entity_categories == our_sp().entity_categories
    assert read.display.names == {"sv": "Bryggan", "en": "The bridge"}
    assert read.display.logo_url == f"{BASE}/logo.png"


def test_our_sp_asks_for_two_sets_of_attributes() -> None:
    full, id_only = read_service_provider(published(our_sp())).attribute_services
    assert (full.index, full.is_default) == (0, True)
    assert {wish.name: wish.is_required for wish in full.requested} == {
        names.SAMBI_HSA_ID: True,
        names.SAMBI_GIVEN_NAME: False,
        names.SAMBI_SURNAME: False,
        names.SAMBI_MAIL: False,
        names.SAMBI_ORGANISATION_NUMBER: False,
    }
    assert (id_only.index, id_only.is_default) == (1, False)
    assert [wish.name for wish in id_only.requested] == [names.SAMBI_HSA_ID]


def test_our_idp_is_read_as_it_was_described() -> None:
    reading = Reading()
    root = safe_xml.parse(published(our_idp()))
    read = identity_provider_of(root, reading)
    assert reading.warnings == ()
    assert roles_of(root) == {Role.IDP}
    assert read.signing_keys == (SIGNER.public, rsa_key("next signing").public)
    assert [(one.binding, one.location) for one in read.sso_endpoints] == [
        (names.BINDING_REDIRECT, f"{BASE}/saml/idp/sso"),
        (names.BINDING_POST, f"{BASE}/saml/idp/sso"),
    ]
    assert read.slo_endpoints == ()
    assert read.name_id_formats == (names.NAMEID_PERSISTENT, names.NAMEID_TRANSIENT)
    assert read.scopes == ("2021002163",)
    assert read.assurance_certifications == our_idp().assurance_certifications
    assert not read.wants_signed_requests
    assert b'use="encryption"' not in published(our_idp())


def test_our_idp_can_ask_for_signed_requests_and_name_an_error_page() -> None:
    idp = replace(our_idp(), wants_signed_requests=True, error_url=f"{BASE}/fel")
    data = published(idp)
    validate(data.decode())
    assert read_identity_provider(data).wants_signed_requests
    assert f'errorURL="{BASE}/fel"'.encode() in data


def test_the_organisation_has_its_number_and_two_languages() -> None:
    root = safe_xml.parse(published(our_idp()))
    number = root.find(f".//{{{names.NS_MDORGEXT}}}OrganizationNumber")
    assert number is not None
    assert number.text == "2021002163"
    assert len(root.findall(f"{MD}Organization/{MD}OrganizationURL")) == 2
    without = replace(our_idp().organisation, number="")
    data = published(replace(our_idp(), organisation=without))
    validate(data.decode())
    assert b"OrganizationNumber" not in data


def test_the_contact_for_security_is_marked_as_refeds_does() -> None:
    root = safe_xml.parse(published(our_sp()))
    contacts = root.findall(f"{MD}ContactPerson")
    assert [contact.get("contactType") for contact in contacts] == [
        "technical",
        "support",
        "administrative",
        "other",
    ]
    assert contacts[3].get(f"{{{names.NS_REFEDS}}}contactType") == (
        names.CONTACT_SECURITY
    )
    addresses = [contact.findtext(f"{MD}EmailAddress") for contact in contacts]
    assert addresses[0] == "mailto:technical@example.se"


def test_what_is_not_configured_is_not_said() -> None:
    plain = replace(
        our_sp(),
        contacts=(),
        entity_categories=(),
        display=replace(our_sp().display, logo=None, descriptions={}),
    )
    data = published(plain)
    validate(data.decode())
    for word in (b"EntityAttributes", b"ContactPerson", b"Logo", b"Description>"):
        assert word not in data


def test_addresses_for_logouts_are_said_in_the_order_of_the_schema() -> None:
    bindings = (names.BINDING_REDIRECT, names.BINDING_POST, names.BINDING_SOAP)
    addresses = tuple((binding, f"{BASE}/slo") for binding in bindings)
    for entity in (our_sp(), our_idp()):
        data = published(replace(entity, slo_addresses=addresses))
        validate(data.decode())
        assert data.count(b"SingleLogoutService") == len(bindings)
    read = read_service_provider(data_of(our_sp(), addresses))
    found = [(each.binding, each.location) for each in read.slo_endpoints]
    assert found == list(addresses)


def data_of(entity: OurSp, addresses: tuple[tuple[str, str], ...]) -> bytes:
    return published(replace(entity, slo_addresses=addresses))
