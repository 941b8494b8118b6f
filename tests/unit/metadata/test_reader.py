from datetime import UTC, datetime

import pytest

from metadata import names, safe_xml
from metadata.elements import Reading
from metadata.entities import EncryptionKey, Endpoint, RequestedAttribute, Role
from metadata.errors import BadEntityError, UnreadableXmlError
from metadata.reader import (
    entity_id_of,
    identity_provider_of,
    read_identity_provider,
    read_service_provider,
    roles_of,
    service_provider_of,
)
from tests.support.keys import KeyPair, ec_key, rsa_key, weak_ec_key
from tests.support.metadata_documents import (
    ACS,
    IDP,
    SP,
    SSO,
    endpoint,
    entity,
    group,
    idp,
    idp_role,
    inera_like_idp,
    key_descriptor,
    sp,
    sp_role,
)

GOOD_SSO = endpoint("SingleSignOnService", SSO)
GOOD_ACS = endpoint("AssertionConsumerService", ACS, more='index="0"')
GOOD_KEY = key_descriptor(rsa_key("idp"), "signing")
KEY_VALUE_ONLY = (
    '<md:KeyDescriptor use="signing"><ds:KeyInfo><ds:KeyValue><ds:RSAKeyValue>'
    "<ds:Modulus>AQAB</ds:Modulus><ds:Exponent>AQAB</ds:Exponent>"
    "</ds:RSAKeyValue></ds:KeyValue></ds:KeyInfo></md:KeyDescriptor>"
)


def warnings_of_idp(xml: str) -> tuple[str, ...]:
    reading = Reading()
    identity_provider_of(safe_xml.parse(xml.encode()), reading)
    return reading.warnings


def warnings_of_sp(xml: str) -> tuple[str, ...]:
    reading = Reading()
    service_provider_of(safe_xml.parse(xml.encode()), reading)
    return reading.warnings


def test_an_idp_as_inera_writes_it_is_read_as_it_is() -> None:
    read = read_identity_provider(inera_like_idp())
    assert read.entity_id == "https://idp.inloggning.example:443/saml"
    assert read.valid_until is None
    assert read.signing_keys == (
        rsa_key("old idp").public,
        rsa_key("new idp", 3072).public,
    )
    assert read.sso_endpoints[0] == Endpoint(
        binding=names.BINDING_REDIRECT,
        location="https://idp.inloggning.example:443/saml/sso/HTTP-Redirect",
    )
    assert read.assurance_certifications == (names.LOA_SAMBI_2, names.LOA_SAMBI_3)
    assert read.name_id_formats == (names.NAMEID_TRANSIENT, names.NAMEID_PERSISTENT)
    assert not read.wants_signed_requests
    assert read.display.names == {"sv": "Exempelbolaget AB"}
    assert warnings_of_idp(inera_like_idp().decode()) == ()


def test_everything_an_sp_says_is_read() -> None:
    role = sp_role(
        "<md:Extensions><mdui:UIInfo>"
        '<mdui:DisplayName xml:lang="sv"> E-tjänst\n  ett </mdui:DisplayName>'
        '<mdui:Description xml:lang="en">A service</mdui:Description>'
        "<mdui:Logo height='1' width='1'>data:image/png;base64,AAAA</mdui:Logo>"
        "<mdui:Logo height='1' width='1'>https://sp.example.se/logo.png</mdui:Logo>"
        "</mdui:UIInfo></md:Extensions>"
        + key_descriptor(rsa_key("sp"), "signing")
        + key_descriptor(rsa_key("enc"), "encryption", [names.ENCRYPTION_AES256_GCM])
        + f"<md:NameIDFormat>{names.NAMEID_PERSISTENT}</md:NameIDFormat>"
        + endpoint("AssertionConsumerService", ACS, more='index="0"')
        + endpoint(
            "AssertionConsumerService", ACS + "2", more='index="1" isDefault="true"'
        )
        + '<md:AttributeConsumingService index="3">'
        '<md:RequestedAttribute Name="a" isRequired="1"/>'
        '<md:RequestedAttribute Name=" b "/>'
        "</md:AttributeConsumingService>",
        attributes='AuthnRequestsSigned="true" WantAssertionsSigned="1"',
    )
    categories = (
        "<md:Extensions><mdattr:EntityAttributes>"
        f'<saml:Attribute Name="{names.ENTITY_CATEGORY}">'
        "<saml:AttributeValue> http://category.example </saml:AttributeValue>"
        f'</saml:Attribute><saml:Attribute Name="{names.SUBJECT_ID_SIGNAL}">'
        "<saml:AttributeValue>pairwise-id</saml:AttributeValue>"
        "</saml:Attribute></mdattr:EntityAttributes></md:Extensions>"
    )
    read = read_service_provider(entity(SP, categories, role).encode())
    assert read.signing_keys == (rsa_key("sp").public,)
    assert read.encryption_keys == (
        EncryptionKey(rsa_key("enc").public, (names.ENCRYPTION_AES256_GCM,)),
    )
    assert [
        (acs.location, acs.index, acs.is_default) for acs in read.acs_endpoints
    ] == [
        (ACS, 0, False),
        (ACS + "2", 1, True),
    ]
    service = read.attribute_services[0]
    assert (service.index, service.is_default) == (3, True)
    assert service.requested == (
        RequestedAttribute(name="a", is_required=True),
        RequestedAttribute(name="b"),
    )
    assert read.signs_requests
    assert read.wants_signed_assertions
    assert read.entity_categories == ("http://category.example",)
    assert read.wanted_subject_ids == ("pairwise-id",)
    assert read.name_id_formats == (names.NAMEID_PERSISTENT,)
    assert read.display.names == {"sv": "E-tjänst ett"}
    assert read.display.descriptions == {"en": "A service"}
    assert read.display.logo_url == "https://sp.example.se/logo.png"


def test_blanks_and_line_breaks_around_values_do_no_harm() -> None:
    certificate = key_descriptor(rsa_key("idp")).replace(
        "<ds:X509Certificate>", "<ds:X509Certificate>\n   "
    )
    xml = entity(
        f" {IDP}\n",
        idp_role(
            certificate
            + endpoint("SingleSignOnService", f"\n {SSO} ")
            + f"<md:NameIDFormat>\n {names.NAMEID_TRANSIENT}\t</md:NameIDFormat>"
        ),
        valid_until=" 2026-12-01T00:00:00Z ",
    )
    read = read_identity_provider(xml.encode())
    assert read.entity_id == IDP
    assert read.valid_until == datetime(2026, 12, 1, tzinfo=UTC)
    assert read.signing_keys == (rsa_key("idp").public,)
    assert read.sso_endpoints[0].location == SSO
    assert read.name_id_formats == (names.NAMEID_TRANSIENT,)
    assert "entityID with blanks around it" in warnings_of_idp(xml)


def test_a_comment_does_not_cut_a_value_in_two() -> None:
    xml = entity(
        IDP,
        idp_role(
            GOOD_KEY + GOOD_SSO + "<md:NameIDFormat>a<!-- b -->c</md:NameIDFormat>"
        ),
    )
    assert read_identity_provider(xml.encode()).name_id_formats == ("ac",)


@pytest.mark.parametrize("entity_id", ["skatteverket_sso", "https://å.example/saml"])
def test_an_odd_entity_id_is_noted_and_used_as_it_is(entity_id: str) -> None:
    xml = idp(entity_id)
    assert read_identity_provider(xml.encode()).entity_id == entity_id
    assert warnings_of_idp(xml) == ("entityID is no absolute URI",)


@pytest.mark.parametrize("entity_id", ["", "  ", "https://" + "a" * 1017])
def test_an_impossible_entity_id_is_refused(entity_id: str) -> None:
    with pytest.raises(BadEntityError, match="entityID"):
        entity_id_of(safe_xml.parse(idp(entity_id).encode()), Reading())
    longest = "https://" + "a" * 1016
    assert read_identity_provider(idp(longest).encode()).entity_id == longest


def test_an_sp_key_is_never_an_idp_key() -> None:
    both = entity(IDP, idp_role(), sp_role()).encode()
    assert read_identity_provider(both).signing_keys == (rsa_key("idp").public,)
    assert read_service_provider(both).signing_keys == (rsa_key("sp").public,)
    assert roles_of(safe_xml.parse(both)) == {Role.IDP, Role.SP}


def test_an_sp_is_no_idp() -> None:
    with pytest.raises(BadEntityError, match="no idp role"):
        read_identity_provider(sp().encode())
    assert read_service_provider(sp().encode()).entity_id == SP


def test_a_role_of_saml_1_does_not_count() -> None:
    old = idp().replace(names.NS_SAMLP, "urn:oasis:names:tc:SAML:1.1:protocol")
    assert roles_of(safe_xml.parse(old.encode())) == frozenset()
    with pytest.raises(BadEntityError):
        read_identity_provider(old.encode())
    both = idp().replace(
        names.NS_SAMLP, f"urn:oasis:names:tc:SAML:1.1:protocol {names.NS_SAMLP}"
    )
    assert read_identity_provider(both.encode()).entity_id == IDP


def test_a_key_without_use_is_for_both() -> None:
    read = read_service_provider(sp().encode())
    assert read.signing_keys == (rsa_key("sp").public,)
    assert read.encryption_keys == (EncryptionKey(rsa_key("sp").public),)


def test_an_encryption_key_does_not_sign() -> None:
    body = key_descriptor(rsa_key("enc"), "encryption") + GOOD_SSO
    with pytest.raises(BadEntityError, match="signing key"):
        read_identity_provider(entity(IDP, idp_role(body)).encode())


def test_an_idp_without_keys_is_refused_but_an_sp_may_have_none() -> None:
    with pytest.raises(BadEntityError, match="signing key"):
        read_identity_provider(entity(IDP, idp_role(GOOD_SSO)).encode())
    read = read_service_provider(entity(SP, sp_role(GOOD_ACS)).encode())
    assert read.signing_keys == ()


@pytest.mark.parametrize(
    ("bad", "warning"),
    [
        (KEY_VALUE_ONLY, "no X509Certificate"),
        (key_descriptor(rsa_key("weak", 1024)), "weak key"),
        (key_descriptor(weak_ec_key()), "weak key"),
        (GOOD_KEY.replace("<ds:X509Certificate>", "<ds:X509Certificate>!"), "left out"),
        (GOOD_KEY.replace("signing", "encrypt"), "unknown use"),
    ],
)
def test_a_bad_key_is_left_out_and_reported(bad: str, warning: str) -> None:
    with pytest.raises(BadEntityError, match="signing key"):
        read_identity_provider(entity(IDP, idp_role(bad + GOOD_SSO)).encode())
    beside_a_good_one = entity(IDP, idp_role(bad + GOOD_KEY + GOOD_SSO))
    read = read_identity_provider(beside_a_good_one.encode())
    assert read.signing_keys == (rsa_key("idp").public,)
    assert warning in " ".join(warnings_of_idp(beside_a_good_one))


@pytest.mark.parametrize(
    "bad",
    [
        KEY_VALUE_ONLY.replace("signing", "encryption"),
        key_descriptor(rsa_key("weak", 1024)),
    ],
)
def test_a_key_that_is_left_out_still_says_that_encryption_is_wanted(bad: str) -> None:
    read = read_service_provider(entity(SP, sp_role(bad + GOOD_ACS)).encode())
    assert (read.encryption_keys, read.wants_encryption) == ((), True)
    signing_only = sp_role(key_descriptor(rsa_key("sp"), "signing") + GOOD_ACS)
    assert not read_service_provider(entity(SP, signing_only).encode()).wants_encryption


@pytest.mark.parametrize("key", [ec_key(), rsa_key("strong", 3072)])
def test_strong_keys_of_either_kind_are_kept(key: KeyPair) -> None:
    xml = entity(IDP, idp_role(key_descriptor(key) + GOOD_SSO))
    assert read_identity_provider(xml.encode()).signing_keys == (key.public,)


def test_the_certificate_of_an_issuer_does_not_become_a_key() -> None:
    chain = GOOD_KEY.replace(
        "</ds:X509Certificate>",
        "</ds:X509Certificate>"
        + key_descriptor(rsa_key("issuer"))
        .split("<ds:X509Data>")[1]
        .split("</ds:X509D")[0],
    )
    xml = entity(IDP, idp_role(chain + GOOD_SSO))
    assert read_identity_provider(xml.encode()).signing_keys == (rsa_key("idp").public,)
    assert "several certificates" in warnings_of_idp(xml)[0]


@pytest.mark.parametrize(
    "location",
    [
        "http://sp.example.se/acs",
        "javascript:alert(1)//https://sp.example.se",
        "JavaScript:alert(1)",
        "data:text/html,x",
        "https://user@sp.example.se/acs",
        "https://user:password@sp.example.se/acs",
        "https://@sp.example.se/acs",
        "https:///acs",
        "https:sp.example.se",
        "//sp.example.se/acs",
        "/acs",
        "",
        "https://sp.example.se:99999/",
        "https://sp.example.se:0/",
        "https://[::1/acs",
        "https://sp.example.se/a b",
        "https://sp.example.se\\@evil.example/",
        "https://sp.example.se/&#10;x",
        "https://sp.example.se/&quot;x",
        "https://sp.example.se/å",
        "https://sp.example.se/acs#part",
        "http://127.0.0.1:8000/acs",
        "http://localhost/acs",
    ],
)
def test_a_bad_address_is_left_out_and_reported(location: str) -> None:
    bad = endpoint("AssertionConsumerService", location, more='index="0"')
    with pytest.raises(BadEntityError, match="address for answers"):
        read_service_provider(entity(SP, sp_role(bad)).encode())
    good = endpoint("AssertionConsumerService", ACS, more='index="1"')
    both = entity(SP, sp_role(bad + good))
    read = read_service_provider(both.encode())
    assert [acs.location for acs in read.acs_endpoints] == [ACS]
    assert "AssertionConsumerService left out" in warnings_of_sp(both)[0]


@pytest.mark.parametrize(
    ("location", "allowed"),
    [
        ("http://127.0.0.1:8000/acs", True),
        ("http://localhost:8000/acs", True),
        ("http://[::1]/acs", True),
        ("http://127.0.0.1.example/acs", False),
        ("http://localhost.example/acs", False),
        ("http://10.0.0.1/acs", False),
        ("ftp://127.0.0.1/acs", False),
        ("http://user@127.0.0.1/acs", False),
    ],
)
def test_plain_http_is_for_this_machine_only(location: str, *, allowed: bool) -> None:
    good = endpoint("AssertionConsumerService", ACS, more='index="1"')
    other = endpoint("AssertionConsumerService", location, more='index="0"')
    xml = entity(SP, sp_role(other + good)).encode()
    read = read_service_provider(xml, allow_loopback_http=True)
    assert (location in [acs.location for acs in read.acs_endpoints]) is allowed


@pytest.mark.parametrize(
    ("said", "default"),
    [
        (("", "", ""), 0),
        (('isDefault="false"', "", ""), 1),
        (('isDefault="false"', 'isDefault="0"', 'isDefault="true"'), 2),
        (("", 'isDefault="true"', 'isDefault="true"'), 1),
        (('isDefault="false"',) * 3, 0),
    ],
)
def test_exactly_one_endpoint_is_the_default(
    said: tuple[str, str, str], default: int
) -> None:
    body = "".join(
        endpoint("AssertionConsumerService", ACS, more=f'index="{index}" {word}')
        for index, word in enumerate(said)
    )
    read = read_service_provider(entity(SP, sp_role(body)).encode())
    assert [acs.index for acs in read.acs_endpoints if acs.is_default] == [default]


@pytest.mark.parametrize("regexp", ["true", "1", " TRUE", "yes"])
def test_a_scope_that_is_a_regular_expression_is_left_out(regexp: str) -> None:
    scopes = (
        f'<md:Extensions><shibmd:Scope regexp="{regexp}">.*</shibmd:Scope>'
        '<shibmd:Scope regexp="false">\n 2021002163 </shibmd:Scope>'
        "<shibmd:Scope>example.se</shibmd:Scope></md:Extensions>"
    )
    xml = entity(IDP, idp_role(scopes + GOOD_KEY + GOOD_SSO))
    read = read_identity_provider(xml.encode())
    assert read.scopes == ("2021002163", "example.se")
    assert warnings_of_idp(xml) == ("Scope left out: it is a regular expression",)


def test_the_order_of_the_schema_does_not_matter() -> None:
    xml = entity(IDP, idp_role(GOOD_SSO + GOOD_KEY))
    assert read_identity_provider(xml.encode()).signing_keys


def test_the_nearest_end_of_entity_and_role_counts() -> None:
    role = idp_role(attributes='validUntil="2026-12-01T00:00:00Z"')
    xml = entity(IDP, role, valid_until="2026-12-24T00:00:00Z")
    read = read_identity_provider(xml.encode())
    assert read.valid_until == datetime(2026, 12, 1, tzinfo=UTC)


def test_an_end_that_is_no_moment_is_refused() -> None:
    with pytest.raises(BadEntityError, match="validUntil"):
        read_identity_provider(idp(valid_until="tomorrow").encode())


def test_a_document_with_a_dtd_is_refused() -> None:
    xml = '<!DOCTYPE x [<!ENTITY e "x">]>' + idp()
    with pytest.raises(UnreadableXmlError):
        read_identity_provider(xml.encode())


def test_a_group_is_not_an_entity() -> None:
    xml = group(idp())
    with pytest.raises(BadEntityError, match="not an EntityDescriptor"):
        read_identity_provider(xml.encode())
