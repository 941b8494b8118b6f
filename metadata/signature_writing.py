"""How do we write a Signature? As the one shape that SAML allows, canonicalised by us.

The library that verifies could sign, too; it takes half again as long as the private
key needs, for the same bytes. What we sign here it verifies in the tests.
"""

import base64
from collections.abc import Sequence
from typing import Final

from lxml import etree

from metadata import names
from metadata.algorithms import DIGESTS
from metadata.signature_shape import DS, SIGNATURE

_EXCLUSIVE: Final = f"{{{names.C14N_EXCLUSIVE}}}"
_PREFIXES: Final = {"ds": names.NS_DS}
_EXCLUSIVE_PREFIXES: Final = {"ec": names.C14N_EXCLUSIVE}


def new_signature(
    root: etree._Element,
    *,
    algorithm: str,
    prefixes: Sequence[str],
    digest_algorithm: str = names.DIGEST_SHA256,
) -> etree._Element:
    """Write a Signature of an element as it is now, without a value (core 5.4).

    Args:
        root: The root element of its document, with an ``ID``.
        algorithm: The signature algorithm.
        prefixes: Namespace prefixes that values use, such as ``xs:string``.
        digest_algorithm: The algorithm of the digest.
    """
    digest = DIGESTS[digest_algorithm](canonical(root, prefixes)).digest()
    signature = etree.Element(SIGNATURE, nsmap=_PREFIXES)
    info = etree.SubElement(signature, DS + "SignedInfo")
    _add_method(info, "CanonicalizationMethod", names.C14N_EXCLUSIVE)
    _add_method(info, "SignatureMethod", algorithm)
    reference = etree.SubElement(info, DS + "Reference", URI=f"#{root.attrib['ID']}")
    transforms = etree.SubElement(reference, DS + "Transforms")
    _add_method(transforms, "Transform", names.TRANSFORM_ENVELOPED)
    c14n = _add_method(transforms, "Transform", names.C14N_EXCLUSIVE)
    if prefixes:
        etree.SubElement(
            c14n,
            _EXCLUSIVE + "InclusiveNamespaces",
            PrefixList=" ".join(prefixes),
            nsmap=_EXCLUSIVE_PREFIXES,
        )
    _add_method(reference, "DigestMethod", digest_algorithm)
    _add_value(reference, "DigestValue", digest)
    return signature


def finish(signature: etree._Element, *, value: bytes, certificate: bytes) -> None:
    """Put the value and the certificate (DER) of its key into a Signature."""
    _add_value(signature, "SignatureValue", value)
    key_info = etree.SubElement(signature, DS + "KeyInfo")
    x509_data = etree.SubElement(key_info, DS + "X509Data")
    _add_value(x509_data, "X509Certificate", certificate)


def canonical(element: etree._Element, prefixes: Sequence[str] = ()) -> bytes:
    """Write an element in exclusive canonical form, without comments.

    lxml silently leaves out prefixes that are not in the document's dictionary of
    names. Those of a document that was parsed are; in one that was built, prefixes of
    declarations are not. Elements are, so each prefix is an element for a moment.
    """
    for prefix in prefixes:
        element.remove(etree.SubElement(element, prefix))
    return etree.tostring(
        element,
        method="c14n",
        exclusive=True,
        with_comments=False,
        inclusive_ns_prefixes=list(prefixes),
    )


def _add_method(parent: etree._Element, name: str, algorithm: str) -> etree._Element:
    return etree.SubElement(parent, DS + name, Algorithm=algorithm)


def _add_value(parent: etree._Element, name: str, value: bytes) -> None:
    element = etree.SubElement(parent, DS + name)
    element.text = base64.b64encode(value).decode("ascii")
