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
from metadata.entities import EncryptionKey, PublicKey
from metadata.errors import WeakAlgorithmError

_DS: Final = f"{{{names.NS_DS}}}"
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
        EncryptionKey(key, _methods(descriptor))
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


def _methods(descriptor: etree._Element) -> tuple[str, ...]:
    declared = children(descriptor, MD + "EncryptionMethod")
    found = (attribute(method, "Algorithm") for method in declared)
    return tuple(dict.fromkeys(algorithm for algorithm in found if algorithm))
