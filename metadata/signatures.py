"""Sign XML, and hand on only bytes that a signature was verified over.

Verification here has one way out: :func:`verify_enveloped` returns the canonical bytes
whose digest stands in the verified ``SignedInfo``. Who parses those bytes cannot meet
a node that was not signed, so signature wrapping, comment truncation and differences
between parsers have nothing to work on.
"""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
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
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509 import load_pem_x509_certificate
from lxml import etree

from metadata import names, safe_xml, signature_writing
from metadata.algorithms import (
    DIGESTS,
    MAX_KEPT,
    SIGNATURES,
    check_signature_algorithm,
    public_key,
)
from metadata.digests import digest_of
from metadata.entities import ANYBODY, PublicKey, Verifies
from metadata.errors import BadSignatureError, WeakAlgorithmError
from metadata.signature_shape import (
    SIGNATURE,
    only_signature,
    shape_of,
)

_ISSUER: Final = f"{{{names.NS_SAML}}}Issuer"


@dataclass(frozen=True, slots=True, eq=False)
class SigningKey:
    """A private key of ours with its certificate, ready to sign."""

    certificate: bytes
    """DER."""
    private_key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey = field(repr=False)
    signs_for: Verifies = ANYBODY

    @classmethod
    def from_pem(cls, private_key_pem: bytes, certificate_pem: bytes) -> "SigningKey":
        """Load a key that belongs to a certificate.

        Raises:
            WeakAlgorithmError: Neither RSA nor EC, or too short.
            ValueError: Not PEM, or key and certificate do not belong together.
        """
        private_key = load_pem_private_key(
            private_key_pem,
            password=None,
            # A tenth of a second for each key at each start; see _check_pair.
            unsafe_skip_rsa_key_validation=True,
        )
        certificate = load_pem_x509_certificate(certificate_pem)
        der = certificate.public_bytes(Encoding.DER)
        expected = public_key(PublicKey(der))
        if not isinstance(private_key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
            raise WeakAlgorithmError("a private key that is neither RSA nor EC")
        if private_key.public_key() != expected:
            raise ValueError("the private key does not belong to the certificate")
        _check_pair(private_key)
        return cls(der, private_key)

    @property
    def algorithm(self) -> str:
        """The signature algorithm for whom this key signs.

        Those with SHA-256 everybody must know; another one is used only for who says
        that it knows it and not SHA-256 (Sweden Connect deployment profile 8).
        """
        is_rsa = isinstance(self.private_key, rsa.RSAPrivateKey)
        return _algorithm(self.signs_for.signatures, is_rsa=is_rsa)

    @property
    def digest_algorithm(self) -> str:
        """The digest for whom this key signs: SHA-256 unless only others are known."""
        known = self.signs_for.digests
        return next((one for one in DIGESTS if one in known), names.DIGEST_SHA256)

    def signing_for(self, verifies: Verifies) -> "SigningKey":
        """Let it sign for somebody, as they say that they can verify."""
        if verifies == self.signs_for:
            return self
        return replace(self, signs_for=verifies)


@lru_cache(maxsize=128)
def _algorithm(verifies: tuple[str, ...], *, is_rsa: bool) -> str:
    """Choose a signature algorithm of our kind of key, once for all who are alike."""
    kind = rsa.RSAPublicKey if is_rsa else ec.EllipticCurvePublicKey
    fitting = [uri for uri, one in SIGNATURES.items() if one.key_type is kind]
    return next((uri for uri in fitting if uri in verifies), fitting[0])


def _check_pair(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> None:
    """Refuse a key whose halves do not fit, as a damaged file may have.

    Raises:
        ValueError: What the private half signs, the public half does not verify.
    """
    data = b"one signature says more than a look at the numbers"
    try:
        if isinstance(key, rsa.RSAPrivateKey):
            signature = key.sign(data, padding.PKCS1v15(), SHA256())
            key.public_key().verify(signature, data, padding.PKCS1v15(), SHA256())
        else:
            signature = key.sign(data, ec.ECDSA(SHA256()))
            key.public_key().verify(signature, data, ec.ECDSA(SHA256()))
    except InvalidSignature as error:
        raise ValueError("the private key does not sign") from error


# --- signing --------------------------------------------------------------------------


def sign_enveloped(
    root: etree._Element,
    key: SigningKey,
    *,
    inclusive_prefixes: Sequence[str] = ("xs",),
    leave_nothing_to_chance: bool = False,
) -> None:
    """Sign an element by its ID; the Signature becomes its child (SAML core 5.4).

    It stands after the Issuer when there is one, as the schemas of messages and
    assertions want it, and first otherwise, as the schema of metadata does.

    Args:
        root: The root element of its document, with an ``ID``.
        key: What to sign with; its certificate goes into KeyInfo.
        inclusive_prefixes: Namespace prefixes that values use, such as ``xs:string``.
        leave_nothing_to_chance: Make the same signature whenever the same bytes are
            signed. RSA does so anyway; ECDSA then takes its random number from the
            message (RFC 6979).
    """
    signature = signature_writing.new_signature(
        root,
        algorithm=key.algorithm,
        digest_algorithm=key.digest_algorithm,
        prefixes=inclusive_prefixes,
    )
    issuer = root.find(_ISSUER)
    root.insert(0 if issuer is None else root.index(issuer) + 1, signature)
    _, value = sign_detached(
        signature_writing.canonical(signature[0]),
        key,
        leave_nothing_to_chance=leave_nothing_to_chance,
    )
    signature_writing.finish(signature, value=value, certificate=key.certificate)


def sign_detached(
    data: bytes,
    key: SigningKey,
    *,
    leave_nothing_to_chance: bool = False,
) -> tuple[str, bytes]:
    """Sign bytes, as the Redirect binding does with a query string.

    Args:
        data: What to sign.
        key: What to sign with.
        leave_nothing_to_chance: Make the same signature for the same bytes (RFC 6979).

    Returns:
        The algorithm's URI and the signature as XML signatures write it.
    """
    accepted = check_signature_algorithm(key.algorithm)
    if isinstance(key.private_key, rsa.RSAPrivateKey):
        value = key.private_key.sign(data, padding.PKCS1v15(), accepted.hash)
        return key.algorithm, value
    ecdsa = ec.ECDSA(accepted.hash, deterministic_signing=leave_nothing_to_chance)
    r, s = decode_dss_signature(key.private_key.sign(data, ecdsa))
    size = (key.private_key.key_size + 7) // 8
    return key.algorithm, r.to_bytes(size, "big") + s.to_bytes(size, "big")


# --- verifying ------------------------------------------------------------------------


def has_signature(element: etree._Element) -> bool:
    """Tell whether an element carries a Signature of its own."""
    return element.find(SIGNATURE) is not None


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
    signature = only_signature(alone)
    reference = shape_of(signature, element_id=alone.get("ID")).reference
    _verify_with_any(alone, signature, keys)
    verified = _without(alone, signature, reference.c14n)
    digest = DIGESTS[reference.digest_algorithm](verified).digest()
    if not compare_digest(digest, reference.digest):
        raise BadSignatureError("the digest is of other bytes than ours")
    return verified


def verify_document(root: etree._Element, keys: Sequence[PublicKey]) -> PublicKey:
    """Verify the signature of a whole document, and leave in it only what was signed.

    This is for documents of a hundred megabytes, which must not be copied or parsed
    again: the verified ``SignedInfo`` says which digest the document has, and that
    digest is computed over the very tree that stays, written in canonical form piece
    by piece. Comments have no place in that form, so the caller drops them first.

    Args:
        root: The root of the document; its Signature is taken out.
        keys: Who may have signed.

    Returns:
        Who has.

    Raises:
        MissingSignatureError: The root carries no signature.
        WeakAlgorithmError: An algorithm is not on our list.
        BadSignatureError: The signature covers something else, has another shape than
            SAML core 5.4 allows, or no key verifies it.
    """
    signature = only_signature(root)
    shape = shape_of(signature, element_id=root.get("ID"))
    info = _canonical(_alone(signature[0]), shape.c14n)
    signer = verify_detached(
        info, algorithm=shape.algorithm, signature=shape.value, keys=keys
    )
    _remove_keeping_tail(signature)
    if not compare_digest(digest_of(root, shape.reference), shape.reference.digest):
        raise BadSignatureError("the digest is of another document")
    return signer


def _alone(element: etree._Element) -> etree._Element:
    """Make an element the root of a document, with the namespaces around it."""
    if element.getparent() is None:
        return deepcopy(element)
    xml = etree.tostring(element, with_tail=False)
    return safe_xml.parse(xml, limits=safe_xml.METADATA_LIMITS)


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


@lru_cache(maxsize=MAX_KEPT)
def _verification_key(key: PublicKey) -> xmlsec.Key:
    """Load a key once, without its certificate: xmlsec copies what it is given.

    Raises:
        WeakAlgorithmError: The key is too weak to believe.
    """
    opened = public_key(key)
    der = opened.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return xmlsec.Key.from_memory(der, xmlsec.constants.KeyDataFormatDer)


def _without(
    root: etree._Element, signature: etree._Element, prefixes: tuple[str, ...] | None
) -> bytes:
    """Canonicalise an element as its Reference does: without the Signature."""
    _remove_keeping_tail(signature)
    return _canonical(root, prefixes)


def _canonical(root: etree._Element, prefixes: tuple[str, ...] | None) -> bytes:
    """Write the canonical form; no prefixes at all mean inclusive c14n."""
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
) -> PublicKey:
    """Verify a signature over bytes, as the Redirect binding carries it.

    Returns:
        The key that verifies it.

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
            return key
    raise BadSignatureError("no key of the sender verifies the signature")


def _dss(signature: bytes) -> bytes:
    """Turn the r‖s of XML signatures into the ASN.1 that libraries verify."""
    half = len(signature) // 2
    r, s = signature[:half], signature[half:]
    return encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))
