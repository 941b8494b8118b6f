"""How do tests change one thing in a good document?

A case is a good document and the same with one thing changed. Most begin with the
exemplary service provider or identity provider, in which nothing is wrong.
"""

from dataclasses import dataclass

from metadata import names
from tests.support.keys import rsa_key
from tests.support.lint_documents import (
    exemplary_idp,
    exemplary_sp,
    signing_certificate,
    spoilt,
    text_of,
)

Change = tuple[str, str]


@dataclass(frozen=True)
class Case:
    """A document that fulfils a rule, and one that breaks it."""

    good: bytes
    bad: bytes


def sp(*changes: Change) -> Case:
    """Spoil the exemplary service provider."""
    return changed(exemplary_sp(), *changes)


def idp(*changes: Change) -> Case:
    """Spoil the exemplary identity provider."""
    return changed(exemplary_idp(), *changes)


def changed(good: str, *changes: Change) -> Case:
    return Case(good.encode(), spoilt(good, *changes).encode())


def without(text: str) -> Change:
    """Take a part out."""
    return text, ""


def before(text: str, added: str) -> Change:
    """Put something in front of a part."""
    return text, added + text


ACS2 = (
    '<md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:'
    'HTTP-POST" Location="https://sp.example.se/acs2" index="1"/>'
)
SSO_POST = (
    '<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"'
    ' Location="https://idp.example.se/sso"/>'
)
SSO_REDIRECT = SSO_POST.replace("HTTP-POST", "HTTP-Redirect")
LOGO = '<mdui:Logo height="60" width="80">'
ORGANISATION_END = "</md:Organization>"
SECURITY_TYPE = (
    '"other" remd:contactType="http://refeds.org/metadata/contactType/security"'
)
ACS_QUERY = (
    '<md:AttributeAuthorityDescriptor protocolSupportEnumeration="'
    f'{names.NS_SAMLP}"><md:AttributeService Binding="{names.BINDING_SOAP}"'
    ' Location="https://idp.example.se/aa"/></md:AttributeAuthorityDescriptor>'
)
KEY_VALUE = "<ds:KeyName>a key</ds:KeyName>"
VALIDITY = 'validUntil="2026-12-01T12:00:00Z"'
SIGNED_BY_KEY = text_of(rsa_key("federation", 3072))


def signed_with(certificate_text: str) -> Change:
    return signing_certificate(), certificate_text


def x509(text: str) -> str:
    return f"<ds:X509Certificate>{text}</ds:X509Certificate>"


def between(text: str, start: str, end: str) -> str:
    """Cut out a part of a document, with its ends."""
    begin = text.index(start)
    return text[begin : text.index(end, begin) + len(end)]


def sp_part(start: str, end: str) -> str:
    return between(exemplary_sp(), start, end)


def idp_part(start: str, end: str) -> str:
    return between(exemplary_idp(), start, end)


def lang(tag: str, language: str, source: str) -> str:
    return between(source, f'<mdui:{tag} xml:lang="{language}">', f"</mdui:{tag}>")


def requested(name: str) -> Change:
    return "urn:oid:2.5.4.42", name


def contact(kind: str, source: str) -> str:
    return between(source, f'<md:ContactPerson contactType="{kind}"', "ContactPerson>")
