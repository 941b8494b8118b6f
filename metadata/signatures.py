"""Sign XML, and hand on only bytes that a signature was verified over.

Verification here has one way out: :func:`verify_enveloped` returns the canonical bytes
whose digest stands in the verified ``SignedInfo``. Who parses those bytes cannot meet
a node that was not signed, so signature wrapping, comment truncation and differences
between parsers have nothing to work on.
"""

import base64
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from functools import lru_cache
from hmac import compare_digest
from typing import Final

import xmlsec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509 import load_pem_x509_certificate
from lxml import etree

from metadata import names, safe_xml
from metadata.algorithms import (
    DIGESTS,
    check_digest,
    check_signature_algorithm,
    public_key,
)
from metadata.entities import PublicKey
from metadata.errors import (
    BadSignatureError,
    MissingSignatureError,
    WeakAlgorithmError,
)

_DS: Final = f"{{{names.NS_DS}}}"
_SIGNATURE: Final = _DS + "Signature"
_ISSUER: Final = f"{{{names.NS_SAML}}}Issuer"
_INCLUSIVE_NAMESPACES: Final = f"{{{names.C14N_EXCLUSIVE}}}InclusiveNamespaces"
_TRANSFORMS: Final = (
    (names.TRANSFORM_ENVELOPED,),
    (names.TRANSFORM_ENVELOPED, names.C14N_EXCLUSIVE),
)
"""The transforms that a Reference may have, in order (SAML core 5.4.4)."""


@dataclass(frozen=True, slots=True, eq=False)
class SigningKey:
    """A private key of ours with its certificate, ready to sign."""

    certificate: bytes
    """DER."""
    private_key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey = field(repr=False)
    xml_key: xmlsec.Key = field(repr=False)

    @classmethod
    def from_pem(cls, private_key_pem: bytes, certificate_pem: bytes) -> "SigningKey":
        """Load a key that belongs to a certificate.

        Raises:
            WeakAlgorithmError: Neither RSA nor EC, or too short.
            ValueError: Not PEM, or key and certificate do not belong together.
        """
        private_key = load_pem_private_key(private_key_pem, password=None)
        certificate = load_pem_x509_certificate(certificate_pem)
        der = certificate.public_bytes(Encoding.DER)
        expected = public_key(PublicKey(der))
        if not isinstance(private_key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
            raise WeakAlgorithmError("a private key that is neither RSA nor EC")
        if private_key.public_key() != expected:
            raise ValueError("the private key does not belong to the certificate")
        xml_key = xmlsec.Key.from_memory(
            private_key_pem, xmlsec.constants.KeyDataFormatPem
        )
        return cls(der, private_key, xml_key)

    @property
    def algorithm(self) -> str:
        """The signature algorithm that goes with this key."""
        if isinstance(self.private_key, rsa.RSAPrivateKey):
            return names.SIGNATURE_RSA_SHA256
        return names.SIGNATURE_ECDSA_SHA256


# --- signing --------------------------------------------------------------------------


def sign_enveloped(
    root: etree._Element,
    key: SigningKey,
    *,
    inclusive_prefixes: Sequence[str] = ("xs",),
) -> None:
    """Sign an element by its ID; the Signature becomes its child (SAML core 5.4).

    It stands after the Issuer when there is one, as the schemas of messages and
    assertions want it, and first otherwise, as the schema of metadata does.

    Args:
        root: The root element of its document, with an ``ID``.
        key: What to sign with; its certificate goes into KeyInfo.
        inclusive_prefixes: Namespace prefixes that values use, such as ``xs:string``.
    """
    rsa_key = key.algorithm == names.SIGNATURE_RSA_SHA256
    signature = xmlsec.template.create(
        root,
        xmlsec.constants.TransformExclC14N,
        xmlsec.constants.TransformRsaSha256
        if rsa_key
        else xmlsec.constants.TransformEcdsaSha256,
        ns="ds",
    )
    issuer = root.find(_ISSUER)
    root.insert(0 if issuer is None else root.index(issuer) + 1, signature)
    reference = xmlsec.template.add_reference(
        signature, xmlsec.constants.TransformSha256, uri=f"#{root.attrib['ID']}"
    )
    xmlsec.template.add_transform(reference, xmlsec.constants.TransformEnveloped)
    c14n = xmlsec.template.add_transform(reference, xmlsec.constants.TransformExclC14N)
    xmlsec.template.transform_add_c14n_inclusive_namespaces(
        c14n, list(inclusive_prefixes)
    )
    context = xmlsec.SignatureContext()
    context.key = key.xml_key
    context.register_id(root, "ID")
    context.sign(signature)
    _add_certificate(signature, key)


def _add_certificate(signature: etree._Element, key: SigningKey) -> None:
    key_info = etree.SubElement(signature, _DS + "KeyInfo")
    x509_data = etree.SubElement(key_info, _DS + "X509Data")
    certificate = etree.SubElement(x509_data, _DS + "X509Certificate")
    certificate.text = base64.b64encode(key.certificate).decode("ascii")


def sign_detached(data: bytes, key: SigningKey) -> tuple[str, bytes]:
    """Sign bytes, as the Redirect binding does with a query string.

    Returns:
        The algorithm's URI and the signature as XML signatures write it.
    """
    accepted = check_signature_algorithm(key.algorithm)
    if isinstance(key.private_key, rsa.RSAPrivateKey):
        value = key.private_key.sign(data, padding.PKCS1v15(), accepted.hash)
        return key.algorithm, value
    r, s = decode_dss_signature(key.private_key.sign(data, ec.ECDSA(accepted.hash)))
    size = (key.private_key.key_size + 7) // 8
    return key.algorithm, r.to_bytes(size, "big") + s.to_bytes(size, "big")


# --- verifying ------------------------------------------------------------------------


def has_signature(element: etree._Element) -> bool:
    """Tell whether an element carries a Signature of its own."""
    return element.find(_SIGNATURE) is not None


def verify_enveloped(element: etree._Element, keys: Sequence[PublicKey]) -> bytes:
    """Verify the signature of an element and hand on exactly what was signed.

    The element is first made a document of its own, so that no other element can be
    what the Reference means. KeyInfo in the signature is never looked at. The digest is
    recomputed over the bytes that are returned.

    Args:
        element: The element that we want to use; it is left as it was.
        keys: The keys of the sender in the role in which it speaks.

    Returns:
        The element without its Signature, canonicalised.

    Raises:
        MissingSignatureError: The element carries no signature.
        WeakAlgorithmError: An algorithm is not on our list.
        BadSignatureError: The signature covers something else, has another shape than
            SAML core 5.4 allows, or no key verifies it.
    """
    alone = _alone(element)
    signature = _only_signature(alone)
    reference = _check_shape(signature, element_id=alone.get("ID"))
    _verify_with_any(alone, signature, keys)
    verified = _without(alone, signature, reference.c14n)
    digest = DIGESTS[reference.digest_algorithm](verified).digest()
    if not compare_digest(digest, reference.digest):
        raise BadSignatureError("the digest is of other bytes than ours")
    return verified


def _alone(element: etree._Element) -> etree._Element:
    """Make an element the root of a document, with the namespaces around it."""
    if element.getparent() is None:
        return deepcopy(element)
    xml = etree.tostring(element, with_tail=False)
    return safe_xml.parse(xml, limits=safe_xml.METADATA_LIMITS)


@dataclass(frozen=True, slots=True)
class _Reference:
    """What a Signature says it covers, and how."""

    digest_algorithm: str
    digest: bytes
    c14n: tuple[str, ...] | None
    """Inclusive prefixes of exclusive c14n; ``None`` for inclusive c14n."""


def _only_signature(element: etree._Element) -> etree._Element:
    """Find the one Signature that is a child of the element it signs."""
    found = element.findall(_SIGNATURE)
    if not found:
        raise MissingSignatureError("no signature")
    if len(found) > 1:
        raise BadSignatureError("more than one signature on one element")
    return found[0]


def _check_shape(signature: etree._Element, *, element_id: str | None) -> _Reference:
    """Refuse a Signature of another shape than SAML core 5.4 allows."""
    parts = [child.tag for child in signature]
    if parts[:2] != [_DS + "SignedInfo", _DS + "SignatureValue"]:
        raise BadSignatureError("no SignedInfo with a SignatureValue")
    if parts[2:] not in ([], [_DS + "KeyInfo"]):
        raise BadSignatureError("more in the signature than KeyInfo")
    _leaf_text(signature[1])
    signed_info = signature[0]
    if [child.tag for child in signed_info] != [
        _DS + "CanonicalizationMethod",
        _DS + "SignatureMethod",
        _DS + "Reference",
    ]:
        raise BadSignatureError("not exactly one Reference")
    c14n, method, reference = signed_info
    if c14n.get("Algorithm") != names.C14N_EXCLUSIVE:
        raise BadSignatureError("SignedInfo is not exclusively canonicalised")
    if len(method):
        raise BadSignatureError("parameters on the signature method")
    check_signature_algorithm(method.get("Algorithm", ""))
    if not element_id or reference.get("URI") != f"#{element_id}":
        raise BadSignatureError("the Reference means another element")
    return _check_reference(reference)


def _check_reference(reference: etree._Element) -> _Reference:
    """Refuse a Reference with other transforms than those of SAML core 5.4.4."""
    if [child.tag for child in reference] != [
        _DS + "Transforms",
        _DS + "DigestMethod",
        _DS + "DigestValue",
    ]:
        raise BadSignatureError("a Reference of another shape")
    transforms, digest_method, digest_value = reference
    algorithms = tuple(child.get("Algorithm", "") for child in transforms)
    if algorithms not in _TRANSFORMS or any(
        child.tag != _DS + "Transform" for child in transforms
    ):
        raise BadSignatureError("transforms other than enveloped and exclusive c14n")
    algorithm = digest_method.get("Algorithm", "")
    check_digest(algorithm)
    digest = _decode(_leaf_text(digest_value))
    if len(transforms[0]):
        raise BadSignatureError("parameters on the enveloped transform")
    prefixes = _inclusive_prefixes(transforms[1]) if len(transforms) > 1 else None
    return _Reference(algorithm, digest, prefixes)


def _inclusive_prefixes(transform: etree._Element) -> tuple[str, ...]:
    """Read the PrefixList of exclusive canonicalisation, if there is one."""
    if not len(transform):
        return ()
    if len(transform) > 1 or transform[0].tag != _INCLUSIVE_NAMESPACES:
        raise BadSignatureError("unknown parameters of a transform")
    return tuple(transform[0].get("PrefixList", "").split())


def _leaf_text(element: etree._Element) -> str:
    """Read text that nothing, not even a comment, interrupts."""
    if len(element) or not element.text:
        raise BadSignatureError("a value of the signature is empty or interrupted")
    return element.text


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except ValueError as error:  # letters beyond ASCII are not a binascii.Error
        raise BadSignatureError("a value of the signature is not base64") from error


def _verify_with_any(
    root: etree._Element, signature: etree._Element, keys: Sequence[PublicKey]
) -> None:
    """Let each key try; one must verify."""
    for key in keys:
        context = xmlsec.SignatureContext()
        try:
            context.register_id(root, "ID")  # fails if an xml:id has the same value
            context.key = _verification_key(key)
            context.verify(signature)
        except (xmlsec.Error, WeakAlgorithmError):
            continue
        return
    raise BadSignatureError("no key of the sender verifies the signature")


@lru_cache(maxsize=4096)
def _verification_key(key: PublicKey) -> xmlsec.Key:
    """Load a key once; loading costs more than verifying with it.

    Raises:
        WeakAlgorithmError: The key is too weak to believe.
    """
    public_key(key)
    return xmlsec.Key.from_memory(
        key.certificate, xmlsec.constants.KeyDataFormatCertDer
    )


def _without(
    root: etree._Element, signature: etree._Element, prefixes: tuple[str, ...] | None
) -> bytes:
    """Canonicalise an element as its Reference does: without the Signature."""
    _remove_keeping_tail(signature)
    try:
        return etree.tostring(
            root,
            method="c14n",
            exclusive=prefixes is not None,
            with_comments=False,
            inclusive_ns_prefixes=list(prefixes or ()),
        )
    except etree.C14NError as error:
        raise BadSignatureError("it has no canonical form") from error


def _remove_keeping_tail(child: etree._Element) -> None:
    """Take an element out but leave the white space after it, which was signed."""
    parent, before = child.getparent(), child.getprevious()
    if parent is None:
        raise BadSignatureError("a signature without a parent")
    if child.tail and before is not None:
        before.tail = (before.tail or "") + child.tail
    elif child.tail:
        parent.text = (parent.text or "") + child.tail
    child.tail = None
    parent.remove(child)


def verify_detached(
    data: bytes, *, algorithm: str, signature: bytes, keys: Sequence[PublicKey]
) -> None:
    """Verify a signature over bytes, as the Redirect binding carries it.

    Raises:
        WeakAlgorithmError: The algorithm is not on our list.
        BadSignatureError: No key verifies it.
    """
    accepted = check_signature_algorithm(algorithm)
    for key in keys:
        try:
            opened = public_key(key)
            if isinstance(opened, rsa.RSAPublicKey):
                opened.verify(signature, data, padding.PKCS1v15(), accepted.hash)
            else:
                opened.verify(_dss(signature), data, ec.ECDSA(accepted.hash))
        except (InvalidSignature, WeakAlgorithmError):
            continue
        if isinstance(opened, accepted.key_type):
            return
    raise BadSignatureError("no key of the sender verifies the query string")


def _dss(signature: bytes) -> bytes:
    """Turn the r‖s of XML signatures into the ASN.1 that libraries verify."""
    half = len(signature) // 2
    r, s = signature[:half], signature[half:]
    return encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))
