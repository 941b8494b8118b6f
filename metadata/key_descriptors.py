"""Which keys does another party publish for one of its roles?

A key counts only for the role in whose descriptor it stands: who may ask for logins
may not therefore issue them (SAML metadata 2.4.1.1).
"""

import base64
import binascii
from collections.abc import Iterator
from typing import Final

from lxml import etree

from metadata import names
from metadata.algorithms import check_key
from metadata.elements import MD, Reading, attribute, children, text_of
from metadata.entities import EncryptionKey, KeyTransport, PublicKey, Verifies
from metadata.errors import WeakAlgorithmError

_DS: Final = f"{{{names.NS_DS}}}"
_XENC11: Final = f"{{{names.NS_XENC11}}}"
_ALGORITHMS: Final = f"{{{names.NS_ALGORITHMS}}}"
_TRANSPORTS: Final = (names.KEY_TRANSPORT_OAEP, names.KEY_TRANSPORT_OAEP_11)
_SIGNING: Final = "signing"
_ENCRYPTION: Final = "encryption"


def read_signing_keys(role: etree._Element, reading: Reading) -> tuple[PublicKey, ...]:
    """Read the keys that this role may sign with."""
    return tuple(dict.fromkeys(key for _, key in _keys(role, _SIGNING, reading)))


def read_encryption_keys(
    role: etree._Element, reading: Reading
) -> tuple[EncryptionKey, ...]:
    """Read the keys to encrypt to, each with the algorithms that its owner declares."""
    return tuple(
        EncryptionKey(key, _methods(descriptor), _transports(descriptor))
        for descriptor, key in _keys(role, _ENCRYPTION, reading)
    )


def publishes_encryption_keys(role: etree._Element) -> bool:
    """Tell whether a role publishes a key to encrypt to, even one we cannot use."""
    uses = [each.get("use") for each in children(role, MD + "KeyDescriptor")]
    return None in uses or _ENCRYPTION in uses


def _keys(
    role: etree._Element, use: str, reading: Reading
) -> Iterator[tuple[etree._Element, PublicKey]]:
    """Walk through the usable keys of one use; a descriptor without use is for both."""
    for descriptor in children(role, MD + "KeyDescriptor"):
        declared = descriptor.get("use")
        if declared not in (None, _SIGNING, _ENCRYPTION):
            reading.warn(f"KeyDescriptor left out: unknown use {declared!r}")
        elif declared in (None, use):
            key = _key(descriptor, reading)
            if key is not None:
                yield descriptor, key


def _key(descriptor: etree._Element, reading: Reading) -> PublicKey | None:
    """Read the one certificate of a descriptor.

    Further certificates would be those of issuers, which must not become keys of this
    entity: the first one counts.
    """
    found = list(
        children(descriptor, _DS + "KeyInfo", _DS + "X509Data", _DS + "X509Certificate")
    )
    if not found:
        reading.warn("KeyDescriptor left out: no X509Certificate")
        return None
    if len(found) > 1:
        reading.warn("KeyDescriptor with several certificates: only the first counts")
    try:
        text = "".join(text_of(found[0]).split())
        key = PublicKey(base64.b64decode(text, validate=True))
        check_key(key)
    except (binascii.Error, ValueError, WeakAlgorithmError) as error:
        reading.warn(f"KeyDescriptor left out: {error}")
        return None
    return key


def read_verifies(entity: etree._Element, role: etree._Element) -> Verifies:
    """Read which signatures a party can verify; what a role says goes before.

    SAML metadata profile for algorithm support 1.0, 2.4.
    """

    def said(tag: str) -> tuple[str, ...]:
        for parent in (role, entity):
            found = children(parent, MD + "Extensions", _ALGORITHMS + tag)
            if names_found := tuple(attribute(each, "Algorithm") for each in found):
                return names_found
        return ()

    return Verifies(signatures=said("SigningMethod"), digests=said("DigestMethod"))


def _transports(descriptor: etree._Element) -> tuple[KeyTransport, ...]:
    """Read the variants of RSA-OAEP; several digests of one method are several."""
    found = [
        KeyTransport(algorithm=algorithm, digest=digest, mask=_mask_of(method))
        for method in children(descriptor, MD + "EncryptionMethod")
        if (algorithm := attribute(method, "Algorithm")) in _TRANSPORTS
        for digest in _digests_of(method)
    ]
    return tuple(dict.fromkeys(found))


def _digests_of(method: etree._Element) -> list[str]:
    declared = children(method, _DS + "DigestMethod")
    return [attribute(each, "Algorithm") for each in declared] or [names.DIGEST_SHA1]


def _mask_of(method: etree._Element) -> str:
    """Read the mask; ``rsa-oaep-mgf1p`` has only one (XML Encryption 1.1, 5.5.2)."""
    if attribute(method, "Algorithm") == names.KEY_TRANSPORT_OAEP:
        return names.MASK_SHA1
    declared = children(method, _XENC11 + "MGF")
    return next((attribute(each, "Algorithm") for each in declared), names.MASK_SHA1)


def _methods(descriptor: etree._Element) -> tuple[str, ...]:
    declared = children(descriptor, MD + "EncryptionMethod")
    found = (attribute(method, "Algorithm") for method in declared)
    return tuple(dict.fromkeys(algorithm for algorithm in found if algorithm))
