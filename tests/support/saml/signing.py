"""How are messages signed, rightly and in ways that must be refused?"""

import base64
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import xmlsec
from lxml import etree

from metadata import names, safe_xml, signatures
from metadata.signatures import SigningKey
from tests.support.keys import KeyPair
from tests.support.saml.world import idp_key

DS = f"{{{names.NS_DS}}}"
SIGNATURE = DS + "Signature"
_ISSUER = f"{{{names.NS_SAML}}}Issuer"

Change = Callable[[etree._Element], None]
"""Changes a signature's template before it is signed."""


def signed(xml: str, by: KeyPair | None = None) -> str:
    """Sign an element as everybody should."""
    root = safe_xml.parse(xml.encode())
    signatures.sign_enveloped(root, signing_key(by or idp_key()))
    return text_of(root)


def signed_oddly(
    xml: str,
    *,
    key: xmlsec.Key | None = None,
    algorithm: str = "RsaSha256",
    digest: str = "Sha256",
    c14n: str = "ExclC14N",
    transforms: Sequence[str] = ("Enveloped", "ExclC14N"),
    uri: str | None = None,
    change: Change | None = None,
) -> str:
    """Sign an element in a way of its own; every value is the end of a name of xmlsec.

    Args:
        xml: What is signed.
        key: What to sign with.
        algorithm: Of the signature, such as ``RsaSha1``.
        digest: Of the Reference, such as ``Sha1``.
        c14n: How SignedInfo is canonicalised.
        transforms: Of the Reference.
        uri: What the Reference means; not given, the element.
        change: Changes the template before it is signed.
    """
    root = safe_xml.parse(xml.encode())
    template = xmlsec.template.create(root, _named(c14n), _named(algorithm), ns="ds")
    _place(root, template)
    own = f"#{root.get('ID')}"
    reference = xmlsec.template.add_reference(
        template, _named(digest), uri=own if uri is None else uri
    )
    for transform in transforms:
        xmlsec.template.add_transform(reference, _named(transform))
    if change is not None:
        change(template)
    context = xmlsec.SignatureContext()
    context.key = key or xml_key(idp_key())
    context.register_id(root, "ID")
    context.sign(template)
    return text_of(root)


def _named(name: str) -> Any:
    return getattr(xmlsec.constants, f"Transform{name}")


def _place(root: etree._Element, signature: etree._Element) -> None:
    issuer = root.find(_ISSUER)
    root.insert(0 if issuer is None else root.index(issuer) + 1, signature)


@cache
def signing_key(pair: KeyPair) -> SigningKey:
    """Open a key once: that costs more than signing with it."""
    return pair.signing


@cache
def xml_key(pair: KeyPair) -> xmlsec.Key:
    """Open a private key whatever its strength."""
    return xmlsec.Key.from_memory(pair.private_pem, xmlsec.constants.KeyDataFormatPem)


def hmac_key(secret: bytes) -> xmlsec.Key:
    """Make a key of a secret that two parties share."""
    return xmlsec.Key.from_binary_data(xmlsec.constants.KeyDataHmac, secret)


def certificate_into_key_info(signed_xml: str, pair: KeyPair) -> str:
    """Replace the certificate in a signature's KeyInfo, which nobody signs."""
    root = safe_xml.parse(signed_xml.encode())
    for certificate in root.iter(DS + "X509Certificate"):
        certificate.text = base64.b64encode(pair.certificate_der).decode()
    return text_of(root)


def without_signature(xml: str) -> str:
    """Take all signatures away and leave everything else."""
    root = safe_xml.parse(xml.encode())
    for signature in list(root.iter(SIGNATURE)):
        parent = signature.getparent()
        assert parent is not None
        parent.remove(signature)
    return text_of(root)


def signature_of(xml: str) -> str:
    """Cut the first signature out."""
    found = safe_xml.parse(xml.encode()).find(f".//{SIGNATURE}")
    assert found is not None
    return etree.tostring(found, encoding="unicode", with_tail=False)


def text_of(root: etree._Element) -> str:
    """Write a tree as text."""
    return etree.tostring(root, encoding="unicode")
