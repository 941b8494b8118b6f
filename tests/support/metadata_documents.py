"""How do tests write the metadata of other parties, good and bad?"""

import base64
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from lxml import etree

from metadata import names, safe_xml
from metadata.instants import format_instant
from metadata.signatures import sign_enveloped
from tests.support.keys import KeyPair, rsa_key

IDP = "https://idp.example.se/saml"
SP = "https://sp.example.se/saml"
SSO = "https://idp.example.se/sso"
ACS = "https://sp.example.se/acs"
AA = "https://idp.example.se/attributes"
_INERA_LIKE = Path(__file__).parents[1] / "data" / "metadata" / "inera-like-idp.xml"


def key_descriptor(
    key: KeyPair, use: str | None = None, methods: Sequence[str] = ()
) -> str:
    """Write a KeyDescriptor with a certificate."""
    declared = "" if use is None else f' use="{use}"'
    certificate = base64.b64encode(key.certificate_der).decode("ascii")
    return (
        f"<md:KeyDescriptor{declared}><ds:KeyInfo><ds:X509Data>"
        f"<ds:X509Certificate>{certificate}</ds:X509Certificate>"
        "</ds:X509Data></ds:KeyInfo>"
        + "".join(f'<md:EncryptionMethod Algorithm="{one}"/>' for one in methods)
        + "</md:KeyDescriptor>"
    )


def endpoint(
    tag: str, location: str, *, binding: str = names.BINDING_POST, more: str = ""
) -> str:
    """Write an endpoint; what is in ``more`` stands among its attributes."""
    return f'<md:{tag} Binding="{binding}" Location="{location}" {more}/>'


def idp_role(body: str | None = None, *, attributes: str = "") -> str:
    """Write an IdP role; without a body it has one key and one address."""
    if body is None:
        body = key_descriptor(rsa_key("idp"), "signing")
        body += endpoint("SingleSignOnService", SSO)
    return _role("IDPSSODescriptor", body, attributes)


def sp_role(body: str | None = None, *, attributes: str = "") -> str:
    """Write an SP role; without a body it has one key and one address."""
    if body is None:
        body = key_descriptor(rsa_key("sp"))
        body += endpoint("AssertionConsumerService", ACS, more='index="0"')
    return _role("SPSSODescriptor", body, attributes)


def aa_role(body: str | None = None) -> str:
    """Write an AA role; without a body it has one key and one address."""
    if body is None:
        body = key_descriptor(rsa_key("aa"), "signing")
        body += endpoint("AttributeService", AA, binding=names.BINDING_SOAP)
    return _role("AttributeAuthorityDescriptor", body, "")


def _role(tag: str, body: str, attributes: str) -> str:
    protocol = f'protocolSupportEnumeration="{names.NS_SAMLP}"'
    return f"<md:{tag} {protocol} {attributes}>{body}</md:{tag}>"


def entity(
    entity_id: str,
    *parts: str,
    valid_until: datetime | str | None = None,
    xml_id: str | None = None,
) -> str:
    """Write an EntityDescriptor around its parts."""
    head = _head(valid_until, xml_id)
    body = "".join(parts)
    return (
        f'<md:EntityDescriptor {_NAMESPACES} entityID="{entity_id}"{head}>'
        f"{body}</md:EntityDescriptor>"
    )


def group(
    *parts: str,
    valid_until: datetime | str | None = None,
    xml_id: str | None = None,
) -> str:
    """Write an EntitiesDescriptor around its parts."""
    head = _head(valid_until, xml_id)
    body = "".join(parts)
    return f"<md:EntitiesDescriptor {_NAMESPACES}{head}>{body}</md:EntitiesDescriptor>"


def idp(entity_id: str = IDP, *, valid_until: datetime | str | None = None) -> str:
    """Write an identity provider."""
    return entity(entity_id, idp_role(), valid_until=valid_until)


def sp(entity_id: str = SP, *, valid_until: datetime | str | None = None) -> str:
    """Write a service provider."""
    return entity(entity_id, sp_role(), valid_until=valid_until)


def signed(xml: str, key: KeyPair) -> bytes:
    """Sign a document whose root has an ID, or gets one."""
    root = safe_xml.parse(xml.encode(), limits=safe_xml.METADATA_LIMITS)
    if root.get("ID") is None:
        root.set("ID", "_signed")
    sign_enveloped(root, key.signing)
    return etree.tostring(root)


def inera_like_idp() -> bytes:
    """Write an IdP as Inera does: no validUntil, no signature, two keys, no mdui."""
    text = _INERA_LIKE.read_text(encoding="utf-8")
    for mark, key in (("OLD", rsa_key("old idp")), ("NEW", rsa_key("new idp", 3072))):
        certificate = base64.b64encode(key.certificate_der).decode("ascii")
        text = text.replace(f"{mark}-CERTIFICATE", certificate)
    return text.encode()


_NAMESPACES = " ".join(
    f'xmlns:{prefix}="{uri}"'
    for prefix, uri in {
        "md": names.NS_MD,
        "mdui": names.NS_MDUI,
        "mdattr": names.NS_MDATTR,
        "shibmd": names.NS_SHIBMD,
        "saml": names.NS_SAML,
        "ds": names.NS_DS,
    }.items()
)


def _head(valid_until: datetime | str | None, xml_id: str | None) -> str:
    if isinstance(valid_until, datetime):
        valid_until = format_instant(valid_until)
    head = "" if valid_until is None else f' validUntil="{valid_until}"'
    return head if xml_id is None else f'{head} ID="{xml_id}"'
