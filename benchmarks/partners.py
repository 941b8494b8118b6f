"""An e-tjänst and an identity provider, as plain strings and keys: fast and simple."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID
from lxml import etree

from idp_bridge.saml import bindings, encryption
from metadata import clock, names, safe_xml, signatures
from metadata.entities import EncryptionKey, PublicKey
from metadata.signatures import SigningKey

SP: Final = "https://etjanst.example.se/saml"
SP_ACS: Final = "https://etjanst.example.se/acs"
IDP: Final = "https://idp.example.se:443/saml"
IDP_SSO: Final = "https://idp.example.se:443/saml/sso"
HSA_ID: Final = "SE2321000016-B001"
_NAMESPACES: Final = (
    f'xmlns:saml="{names.NS_SAML}" xmlns:samlp="{names.NS_SAMLP}" '
    f'xmlns:xsd="{names.NS_XS}" xmlns:xsi="{names.NS_XSI}"'
)


@dataclass(frozen=True, kw_only=True)
class Pem:
    """A private key with its certificate."""

    private: bytes
    certificate: bytes

    @property
    def signing_key(self) -> SigningKey:
        """The key, ready to sign."""
        return _signing_key(self.private, self.certificate)

    @property
    def public_key(self) -> PublicKey:
        """The key as others know it."""
        return PublicKey(self.signing_key.certificate)

    @property
    def base64(self) -> str:
        """The certificate as metadata has it."""
        return "".join(self.certificate.decode().splitlines()[1:-1])


@cache
def _signing_key(private: bytes, certificate: bytes) -> SigningKey:
    return SigningKey.from_pem(private, certificate)


def new_key(bits: int) -> Pem:
    """Make a key with a self-signed certificate."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "benchmark")])
    now = clock.utc_now()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=30))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Pem(private=private, certificate=certificate.public_bytes(Encoding.PEM))


def sp_metadata(key: Pem) -> str:
    """Write the metadata of the e-tjänst: signs its requests, can decrypt."""
    descriptor = (
        '<md:KeyDescriptor use="{use}"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>'
        f"{key.base64}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>{{methods}}"
        "</md:KeyDescriptor>"
    )
    gcm = f'<md:EncryptionMethod Algorithm="{names.ENCRYPTION_AES256_GCM}"/>'
    return (
        f'<md:EntityDescriptor xmlns:md="{names.NS_MD}" xmlns:ds="{names.NS_DS}" '
        f'entityID="{SP}"><md:SPSSODescriptor AuthnRequestsSigned="true" '
        f'protocolSupportEnumeration="{names.NS_SAMLP}">'
        f"{descriptor.format(use='signing', methods='')}"
        f"{descriptor.format(use='encryption', methods=gcm)}"
        f'<md:AssertionConsumerService Binding="{names.BINDING_POST}" '
        f'Location="{SP_ACS}" index="0"/></md:SPSSODescriptor></md:EntityDescriptor>'
    )


def idp_metadata(key: Pem) -> str:
    """Write the metadata of the identity provider, as short as Inera's core."""
    return (
        f'<md:EntityDescriptor xmlns:md="{names.NS_MD}" xmlns:ds="{names.NS_DS}" '
        f'entityID="{IDP}"><md:IDPSSODescriptor '
        f'protocolSupportEnumeration="{names.NS_SAMLP}">'
        '<md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data>'
        f"<ds:X509Certificate>{key.base64}</ds:X509Certificate></ds:X509Data>"
        "</ds:KeyInfo></md:KeyDescriptor>"
        f'<md:SingleSignOnService Binding="{names.BINDING_REDIRECT}" '
        f'Location="{IDP_SSO}"/><md:SingleSignOnService '
        f'Binding="{names.BINDING_POST}" Location="{IDP_SSO}"/>'
        "</md:IDPSSODescriptor></md:EntityDescriptor>"
    )


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def request_xml(destination: str) -> bytes:
    """Write an AuthnRequest of the e-tjänst, unsigned."""
    return (
        f'<samlp:AuthnRequest {_NAMESPACES} ID="_{secrets.token_hex(20)}" '
        f'Version="2.0" IssueInstant="{_instant(clock.utc_now())}" '
        f'Destination="{destination}" AssertionConsumerServiceURL="{SP_ACS}">'
        f"<saml:Issuer>{SP}</saml:Issuer><samlp:RequestedAuthnContext>"
        f"<saml:AuthnContextClassRef>{names.LOA_SAMBI_3}</saml:AuthnContextClassRef>"
        "</samlp:RequestedAuthnContext></samlp:AuthnRequest>"
    ).encode()


def signed_request_url(sso_url: str, key: Pem) -> str:
    """Make the address of a signed Redirect request of the e-tjänst."""
    return bindings.encode_redirect(
        sso_url, request_xml(sso_url), relay_state="benchmark", key=key.signing_key
    )


def assertion_xml(*, request_id: str, our_sp: str, acs_url: str) -> bytes:
    """Write an assertion as Inera's IdP does, unsigned."""
    now = clock.utc_now()
    attributes = "".join(
        f'<saml:Attribute Name="{name}" NameFormat="{names.ATTRNAME_URI}">'
        f'<saml:AttributeValue xsi:type="xsd:string">{value}</saml:AttributeValue>'
        "</saml:Attribute>"
        for name, value in (
            (names.SAMBI_HSA_ID, HSA_ID),
            (names.SAMBI_GIVEN_NAME, "Åsa"),
            (names.SAMBI_SURNAME, "Öberg"),
            (names.SAMBI_MAIL, "asa@example.se"),
            (names.SAMBI_ORGANISATION_NUMBER, "232100-0016"),
        )
    )
    return (
        f'<saml:Assertion {_NAMESPACES} ID="_{secrets.token_hex(20)}" Version="2.0" '
        f'IssueInstant="{_instant(now)}"><saml:Issuer>{IDP}</saml:Issuer>'
        f'<saml:Subject><saml:NameID Format="{names.NAMEID_TRANSIENT}">'
        f"{secrets.token_hex(16)}</saml:NameID>"
        f'<saml:SubjectConfirmation Method="{names.CONFIRMATION_BEARER}">'
        f'<saml:SubjectConfirmationData InResponseTo="{request_id}" '
        f'NotOnOrAfter="{_instant(now + timedelta(minutes=1))}" '
        f'Recipient="{acs_url}"/></saml:SubjectConfirmation></saml:Subject>'
        f'<saml:Conditions NotOnOrAfter="{_instant(now + timedelta(hours=1))}">'
        f"<saml:AudienceRestriction><saml:Audience>{our_sp}</saml:Audience>"
        f"<saml:Audience>{IDP}</saml:Audience></saml:AudienceRestriction>"
        f'</saml:Conditions><saml:AuthnStatement AuthnInstant="{_instant(now)}" '
        f'SessionIndex="{secrets.token_hex(16)}"><saml:AuthnContext>'
        f"<saml:AuthnContextClassRef>{names.LOA_SAMBI_3}</saml:AuthnContextClassRef>"
        "</saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement>"
        f"{attributes}</saml:AttributeStatement></saml:Assertion>"
    ).encode()


def response_field(
    *, request_id: str, our_sp: str, acs_url: str, key: Pem, our_key: PublicKey
) -> str:
    """Write the identity provider's answer: the assertion signed and encrypted."""
    assertion = safe_xml.parse(
        assertion_xml(request_id=request_id, our_sp=our_sp, acs_url=acs_url)
    )
    signatures.sign_enveloped(assertion, key.signing_key)
    encrypted = encryption.encrypt_assertion(
        etree.tostring(assertion),
        EncryptionKey(our_key),
        default_cipher=names.ENCRYPTION_AES256_GCM,
    )
    response = safe_xml.parse(
        (
            f'<samlp:Response {_NAMESPACES} ID="_{secrets.token_hex(20)}" '
            f'Version="2.0" IssueInstant="{_instant(clock.utc_now())}" '
            f'Destination="{acs_url}" InResponseTo="{request_id}">'
            f"<saml:Issuer>{IDP}</saml:Issuer><samlp:Status><samlp:StatusCode "
            f'Value="{names.STATUS_SUCCESS}"/></samlp:Status></samlp:Response>'
        ).encode()
    )
    response.append(encrypted)
    return bindings.encode_post(etree.tostring(response))
