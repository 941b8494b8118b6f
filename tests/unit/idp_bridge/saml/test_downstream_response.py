"""Our Responses, read back by our own reader and measured against the schemas."""

import re
from dataclasses import replace
from datetime import timedelta
from importlib.resources import files
from typing import Any

import pytest
import xmlsec
from lxml import etree

from idp_bridge.saml.downstream_response import (
    Envelope,
    Protection,
    make_error,
    make_success,
)
from idp_bridge.saml.encryption import DecryptionKey
from idp_bridge.saml.messages import (
    IssuedAttribute,
    NameID,
    ProxyLimit,
    Release,
    Status,
)
from idp_bridge.saml.upstream_response import accept, open_response
from metadata import names, safe_xml, signatures
from metadata.entities import EncryptionKey, KeyTransport, Verifies
from tests.support.clock import NOW
from tests.support.keys import KeyPair, ec_key, rsa_key
from tests.support.saml.requests import posted
from tests.support.saml.world import (
    OUR_IDP,
    SKEW,
    SP,
    SP_ACS,
    expected,
    identity_provider,
)

MORE = "http://www.w3.org/2001/04/xmldsig-more#"
KEY = rsa_key("our signing")
SP_KEY = rsa_key("sp")
ENVELOPE = Envelope(
    our_entity_id=OUR_IDP,
    sp_entity_id=SP,
    acs_url=SP_ACS,
    in_response_to="_request-1",
    issued=NOW,
)
RELEASE = Release(
    name_id=NameID(
        value="_opaque",
        format=names.NAMEID_PERSISTENT,
        name_qualifier=OUR_IDP,
        sp_name_qualifier=SP,
    ),
    authn_instant=NOW - timedelta(minutes=2),
    authn_context=names.LOA_UNCERTIFIED_3,
    session_index="_session",
    session_not_on_or_after=NOW + timedelta(hours=1),
    authenticating_authorities=("urn:first", "urn:second"),
    proxy_limit=ProxyLimit(),
    attributes=(
        IssuedAttribute(
            name="urn:permissions", friendly_name="behorighet", values=("a", "<b>&")
        ),
    ),
)
PLAIN = Protection(
    sign_assertion=False,
    recipient=None,
    default_cipher=names.ENCRYPTION_AES128_GCM,
    lifetime=timedelta(minutes=5),
    skew=SKEW,
)


def recipient(*methods: str) -> EncryptionKey:
    return EncryptionKey(SP_KEY.public, methods)


PROTECTIONS = {
    "Response signed": PLAIN,
    "assertion signed too": replace(PLAIN, sign_assertion=True),
    "encrypted": replace(PLAIN, recipient=recipient()),
    "signed and encrypted": replace(PLAIN, sign_assertion=True, recipient=recipient()),
    "encrypted with CBC": replace(
        PLAIN, recipient=recipient(names.ENCRYPTION_AES128_CBC)
    ),
}


def made(protection: Protection = PLAIN, **changes: Any) -> Any:
    release = replace(RELEASE, **changes)
    xml = make_success(ENVELOPE, release, protection, KEY.signing)
    return safe_xml.parse(xml)


def read_by_an_sp(protection: Protection, release: Release = RELEASE) -> Any:
    """Read with the rules that we have for others."""
    xml = make_success(ENVELOPE, release, protection, KEY.signing)
    us = identity_provider(entity_id=OUR_IDP, signing_keys=(KEY.public,))
    against = expected(
        idp=us,
        request_id="_request-1",
        our_entity_id=SP,
        acs_url=SP_ACS,
        levels=(names.LOA_UNCERTIFIED_3,),
        sp_entity_id="nobody",
    )
    key = DecryptionKey.from_pem(SP_KEY.private_pem)
    return accept(open_response(posted(xml)), against, [key])


@pytest.mark.parametrize("which", PROTECTIONS)
def test_our_own_reader_accepts_what_we_issue(which: str) -> None:
    accepted = read_by_an_sp(PROTECTIONS[which])
    assert accepted.name_id == RELEASE.name_id
    assert accepted.attributes == {"urn:permissions": ("a", "<b>&")}
    assert accepted.authn_instant == RELEASE.authn_instant
    assert accepted.authn_context == names.LOA_UNCERTIFIED_3
    assert accepted.session_index == "_session"
    assert accepted.session_not_on_or_after == RELEASE.session_not_on_or_after
    assert accepted.authenticating_authorities == ("urn:first", "urn:second")


@pytest.mark.parametrize("which", PROTECTIONS)
def test_the_response_is_always_signed(which: str) -> None:
    response = made(PROTECTIONS[which])
    assert signatures.verify_enveloped(response, [KEY.public])
    assert response[0].tag == f"{{{names.NS_SAML}}}Issuer"
    assert response[1].tag == f"{{{names.NS_DS}}}Signature"


def test_the_assertion_is_signed_when_wanted() -> None:
    signed = made(PROTECTIONS["assertion signed too"]).find("{*}Assertion")
    assert signatures.verify_enveloped(signed, [KEY.public])
    assert not signatures.has_signature(made().find("{*}Assertion"))


def test_an_answer_is_for_one_sp_and_one_request() -> None:
    response = made()
    assert response.get("Destination") == SP_ACS
    assert response.get("InResponseTo") == "_request-1"
    data = response.find(".//{*}SubjectConfirmationData")
    assert dict(data.attrib) == {
        "NotOnOrAfter": "2026-11-23T12:05:00.000Z",
        "Recipient": SP_ACS,
        "InResponseTo": "_request-1",
    }
    conditions = response.find(".//{*}Conditions")
    assert conditions.get("NotBefore") == "2026-11-23T11:59:00.000Z"
    assert conditions.get("NotOnOrAfter") == "2026-11-23T12:05:00.000Z"
    assert [each.text for each in response.iter("{*}Audience")] == [SP]


def test_values_are_strings_one_each() -> None:
    values = list(made().iter("{*}AttributeValue"))
    assert [value.text for value in values] == ["a", "<b>&"]
    types = {value.get(f"{{{names.NS_XSI}}}type") for value in values}
    assert types == {"xs:string"}
    assert values[0].nsmap["xs"] == names.NS_XS


def test_without_attributes_there_is_no_statement() -> None:
    assert made(attributes=()).find(".//{*}AttributeStatement") is None


def test_without_authorities_and_end_there_are_none() -> None:
    response = made(authenticating_authorities=(), session_not_on_or_after=None)
    assert response.find(".//{*}AuthenticatingAuthority") is None
    statement = response.find(".//{*}AuthnStatement")
    assert "SessionNotOnOrAfter" not in statement.attrib


@pytest.mark.parametrize(
    ("limit", "count", "audiences"),
    [
        (ProxyLimit(count=0), "0", []),
        (ProxyLimit(count=3, audiences=(SP, "urn:b")), "3", [SP, "urn:b"]),
        (ProxyLimit(audiences=(SP,)), None, [SP]),
    ],
)
def test_how_far_it_may_be_passed_on_is_passed_on(
    limit: ProxyLimit, count: str | None, audiences: list[str], schema: etree.XMLSchema
) -> None:
    response = made(proxy_limit=limit)
    restriction = response.find(".//{*}Conditions/{*}ProxyRestriction")
    assert restriction.get("Count") == count
    assert [each.text for each in restriction] == audiences
    schema.assertValid(response)


def test_without_a_limit_nothing_is_said_about_one() -> None:
    assert made().find(".//{*}ProxyRestriction") is None


@pytest.mark.parametrize(
    ("declared", "used"),
    [
        ((), names.ENCRYPTION_AES128_GCM),
        (("urn:unknown",), names.ENCRYPTION_AES128_GCM),
        ((names.ENCRYPTION_AES128_CBC,), names.ENCRYPTION_AES128_CBC),
        (
            (names.ENCRYPTION_AES128_CBC, names.ENCRYPTION_AES256_GCM),
            names.ENCRYPTION_AES256_GCM,
        ),
        (
            (names.ENCRYPTION_AES256_CBC, names.ENCRYPTION_AES128_GCM),
            names.ENCRYPTION_AES128_GCM,
        ),
        ((names.ENCRYPTION_AES192_GCM,), names.ENCRYPTION_AES192_GCM),
    ],
)
def test_the_best_declared_cipher_is_used(declared: tuple[str, ...], used: str) -> None:
    response = made(replace(PLAIN, recipient=recipient(*declared)))
    assert response.find("{*}Assertion") is None
    methods = [each.get("Algorithm") for each in response.iter("{*}EncryptionMethod")]
    assert methods == [used, names.KEY_TRANSPORT_OAEP]


OAEP_11 = names.KEY_TRANSPORT_OAEP_11
SHA512 = names.DIGEST_SHA512


@pytest.mark.parametrize(
    ("declared", "used"),
    [
        ((), KeyTransport()),
        ((KeyTransport(digest=names.DIGEST_SHA256),), None),
        ((KeyTransport(digest=SHA512), KeyTransport()), None),
        ((KeyTransport(algorithm=OAEP_11),), None),
        (
            (KeyTransport(algorithm=OAEP_11, digest=SHA512, mask=names.MASK_SHA256),),
            None,
        ),
        ((KeyTransport(digest="urn:unknown"),), KeyTransport()),
        ((KeyTransport(algorithm=OAEP_11, mask="urn:unknown"),), KeyTransport()),
    ],
)
def test_the_key_travels_as_the_recipient_declares(
    declared: tuple[KeyTransport, ...], used: KeyTransport | None
) -> None:
    """And libxmlsec, which knows nothing of ours, opens it."""
    wanted = used or declared[0]
    key = EncryptionKey(SP_KEY.public, (), declared)
    response = made(replace(PLAIN, recipient=key))
    method = response.find(".//{*}EncryptedKey/{*}EncryptionMethod")
    digest, mask = method.find("{*}DigestMethod"), method.find("{*}MGF")
    assert method.get("Algorithm") == wanted.algorithm
    assert (digest is None) is (wanted.digest == names.DIGEST_SHA1)
    assert (mask is None) is (wanted.mask == names.MASK_SHA1)
    assert opened_by_xmlsec(response).tag == f"{{{names.NS_SAML}}}Assertion"


def opened_by_xmlsec(response: Any) -> Any:
    manager = xmlsec.KeysManager()
    manager.add_key(
        xmlsec.Key.from_memory(SP_KEY.private_pem, xmlsec.constants.KeyDataFormatPem)
    )
    data = response.find(".//{*}EncryptedData")
    return xmlsec.EncryptionContext(manager).decrypt(data)


@pytest.mark.parametrize("pair", [rsa_key("our signing"), ec_key("our signing")])
@pytest.mark.parametrize("bits", ["256", "384", "512"])
def test_we_sign_as_the_recipient_declares(pair: KeyPair, bits: str) -> None:
    kind = "rsa" if pair == rsa_key("our signing") else "ecdsa"
    algorithm = f"{MORE}{kind}-sha{bits}"
    digest = {"256": names.DIGEST_SHA256, "384": names.DIGEST_SHA384}.get(bits, SHA512)
    declared = Verifies(
        signatures=(f"{names.NS_DS}rsa-sha1", algorithm), digests=(digest,)
    )
    envelope = replace(ENVELOPE, verifies=declared)
    protection = PROTECTIONS["assertion signed too"]
    response = safe_xml.parse(make_success(envelope, RELEASE, protection, pair.signing))
    methods = list(response.iter("{*}SignatureMethod"))
    assert [each.get("Algorithm") for each in methods] == [algorithm] * 2
    digests = list(response.iter("{*}DigestMethod"))
    assert [each.get("Algorithm") for each in digests] == [digest] * 2
    assert signatures.verify_enveloped(response, [pair.public])


@pytest.mark.parametrize(
    "declared",
    [
        Verifies(),
        Verifies(signatures=(f"{names.NS_DS}rsa-sha1",), digests=(names.DIGEST_SHA1,)),
        Verifies(signatures=(f"{MORE}rsa-md5", f"{MORE}ecdsa-sha512")),
    ],
)
def test_nobody_talks_us_into_a_weak_signature(declared: Verifies) -> None:
    envelope = replace(ENVELOPE, verifies=declared)
    xml = make_error(envelope, Status(top=names.STATUS_RESPONDER), KEY.signing)
    response = safe_xml.parse(xml)
    method = response.find(".//{*}SignatureMethod")
    assert method is not None
    assert method.get("Algorithm") == names.SIGNATURE_RSA_SHA256
    digest = response.find(".//{*}DigestMethod")
    assert digest is not None
    assert digest.get("Algorithm") == names.DIGEST_SHA256


def test_nothing_of_an_encrypted_assertion_is_readable() -> None:
    response = made(PROTECTIONS["encrypted"])
    text = etree.tostring(response, encoding="unicode")
    assert "_opaque" not in text
    assert "urn:permissions" not in text


def test_an_error_has_both_levels_and_no_assertion() -> None:
    status = Status(
        top=names.STATUS_RESPONDER, second=names.STATUS_CANCEL, message="words"
    )
    response = safe_xml.parse(make_error(ENVELOPE, status, KEY.signing))
    assert signatures.verify_enveloped(response, [KEY.public])
    codes = [each.get("Value") for each in response.iter("{*}StatusCode")]
    assert codes == [names.STATUS_RESPONDER, names.STATUS_CANCEL]
    assert response.findtext(".//{*}StatusMessage") == "words"
    assert response.get("Destination") == SP_ACS
    assert response.find(".//{*}Assertion") is None
    plain = Status(top=names.STATUS_RESPONDER)
    bare = safe_xml.parse(make_error(ENVELOPE, plain, KEY.signing))
    assert len(list(bare.iter("{*}StatusCode"))) == 1


# --- schemas --------------------------------------------------------------------------

SCHEMAS = (
    "saml-schema-protocol-2.0.xsd",
    "saml-schema-assertion-2.0.xsd",
    "xmldsig-core-schema.xsd",
    "xenc-schema.xsd",
)


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> etree.XMLSchema:
    """The schema of the protocol as pysaml2 carries it, made to find its parts here."""
    folder = tmp_path_factory.mktemp("schemas")
    for name in SCHEMAS:
        text = (files("saml2") / "data" / "schemas" / name).read_text()
        text = re.sub(r"<!DOCTYPE.*?\]>", "", text, flags=re.DOTALL)
        text = re.sub(r"http://www.w3.org/TR/[^\s]*/(?=[\w-]+\.xsd)", "", text)
        (folder / name).write_text(text)
    return etree.XMLSchema(file=str(folder / SCHEMAS[0]))


@pytest.mark.parametrize("which", PROTECTIONS)
def test_what_we_issue_follows_the_schema(which: str, schema: etree.XMLSchema) -> None:
    schema.assertValid(made(PROTECTIONS[which]))
