"""Has a Signature the one shape that SAML allows, and what does it then say?

Signatures can say a great deal; those of SAML may say only that they cover the element
whose child they are (SAML core 5.4).
"""

import base64
from dataclasses import dataclass
from typing import Final

from lxml import etree

from metadata import names
from metadata.algorithms import check_digest, check_signature_algorithm
from metadata.errors import BadSignatureError, MissingSignatureError

DS: Final = f"{{{names.NS_DS}}}"
SIGNATURE: Final = DS + "Signature"
_INCLUSIVE_NAMESPACES: Final = f"{{{names.C14N_EXCLUSIVE}}}InclusiveNamespaces"
_TRANSFORMS: Final = (
    (names.TRANSFORM_ENVELOPED,),
    (names.TRANSFORM_ENVELOPED, names.C14N_EXCLUSIVE),
)
"""The transforms that a Reference may have, in order (SAML core 5.4.4)."""


@dataclass(frozen=True, slots=True)
class Reference:
    """What a Signature says it covers, and how."""

    digest_algorithm: str
    digest: bytes
    c14n: tuple[str, ...] | None
    """Inclusive prefixes of exclusive c14n; ``None`` for inclusive c14n."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a Signature of the allowed shape says."""

    reference: Reference
    algorithm: str
    value: bytes
    c14n: tuple[str, ...]
    """Inclusive prefixes of the exclusive c14n of SignedInfo."""


def only_signature(element: etree._Element) -> etree._Element:
    """Find the one Signature that is a child of the element it signs.

    Raises:
        MissingSignatureError: There is none.
        BadSignatureError: There are several.
    """
    found = element.findall(SIGNATURE)
    if not found:
        raise MissingSignatureError("no signature")
    if len(found) > 1:
        raise BadSignatureError("more than one signature on one element")
    return found[0]


def shape_of(signature: etree._Element, *, element_id: str | None) -> Shape:
    """Read a Signature, unless it has another shape than SAML core 5.4 allows.

    Raises:
        WeakAlgorithmError: An algorithm is not on our list.
        BadSignatureError: It has another shape, or means another element.
    """
    parts = [child.tag for child in signature]
    if parts[:2] != [DS + "SignedInfo", DS + "SignatureValue"]:
        raise BadSignatureError("no SignedInfo with a SignatureValue")
    if parts[2:] not in ([], [DS + "KeyInfo"]):
        raise BadSignatureError("more in the signature than KeyInfo")
    value = _decode(_leaf_text(signature[1]))
    signed_info = signature[0]
    if [child.tag for child in signed_info] != [
        DS + "CanonicalizationMethod",
        DS + "SignatureMethod",
        DS + "Reference",
    ]:
        raise BadSignatureError("not exactly one Reference")
    c14n, method, reference = signed_info
    if c14n.get("Algorithm") != names.C14N_EXCLUSIVE:
        raise BadSignatureError("SignedInfo is not exclusively canonicalised")
    if len(method):
        raise BadSignatureError("parameters on the signature method")
    algorithm = method.get("Algorithm", "")
    check_signature_algorithm(algorithm)
    if not element_id or reference.get("URI") != f"#{element_id}":
        raise BadSignatureError("the Reference means another element")
    prefixes = _inclusive_prefixes(c14n)
    return Shape(_check_reference(reference), algorithm, value, prefixes)


def _check_reference(reference: etree._Element) -> Reference:
    """Refuse a Reference with other transforms than those of SAML core 5.4.4."""
    if [child.tag for child in reference] != [
        DS + "Transforms",
        DS + "DigestMethod",
        DS + "DigestValue",
    ]:
        raise BadSignatureError("a Reference of another shape")
    transforms, digest_method, digest_value = reference
    algorithms = tuple(child.get("Algorithm", "") for child in transforms)
    if algorithms not in _TRANSFORMS or any(
        child.tag != DS + "Transform" for child in transforms
    ):
        raise BadSignatureError("transforms other than enveloped and exclusive c14n")
    algorithm = digest_method.get("Algorithm", "")
    check_digest(algorithm)
    digest = _decode(_leaf_text(digest_value))
    if len(transforms[0]):
        raise BadSignatureError("parameters on the enveloped transform")
    prefixes = _inclusive_prefixes(transforms[1]) if len(transforms) > 1 else None
    return Reference(algorithm, digest, prefixes)


def _inclusive_prefixes(method: etree._Element) -> tuple[str, ...]:
    """Read the PrefixList of exclusive canonicalisation, if there is one."""
    if not len(method):
        return ()
    if len(method) > 1 or method[0].tag != _INCLUSIVE_NAMESPACES:
        raise BadSignatureError("unknown parameters of a transform")
    return tuple(method[0].get("PrefixList", "").split())


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
