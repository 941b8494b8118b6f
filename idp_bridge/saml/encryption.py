"""Encrypt an assertion for an e-tjänst, and open one that came encrypted to us.

XML encryption with AES-GCM or AES-CBC and RSA-OAEP, in process. What is decrypted comes
out as bytes that pass the gate like any message: xmlsec never parses it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import xmlsec
from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree

from idp_bridge.errors import DecryptionError
from idp_bridge.saml import gate
from metadata import names
from metadata.algorithms import public_key
from metadata.entities import EncryptionKey, PublicKey

_XENC: Final = f"{{{names.NS_XENC}}}"
_DS: Final = f"{{{names.NS_DS}}}"
_ENCRYPTED_DATA: Final = _XENC + "EncryptedData"
_ENCRYPTED_KEY: Final = _XENC + "EncryptedKey"
_METHOD: Final = _XENC + "EncryptionMethod"
_DIGEST_METHOD: Final = _DS + "DigestMethod"
MAX_ENCRYPTED_KEYS: Final = 4
"""How many recipients one assertion may be encrypted to; each costs RSA operations."""

_GCM: Final = {
    names.ENCRYPTION_AES128_GCM: (xmlsec.constants.TransformAes128Gcm, 128),
    names.ENCRYPTION_AES192_GCM: (xmlsec.constants.TransformAes192Gcm, 192),
    names.ENCRYPTION_AES256_GCM: (xmlsec.constants.TransformAes256Gcm, 256),
}
_CBC: Final = {
    names.ENCRYPTION_AES128_CBC: (xmlsec.constants.TransformAes128Cbc, 128),
    names.ENCRYPTION_AES192_CBC: (xmlsec.constants.TransformAes192Cbc, 192),
    names.ENCRYPTION_AES256_CBC: (xmlsec.constants.TransformAes256Cbc, 256),
}
_CIPHERS: Final = _GCM | _CBC
BEST_FIRST: Final = (
    names.ENCRYPTION_AES256_GCM,
    names.ENCRYPTION_AES128_GCM,
    names.ENCRYPTION_AES192_GCM,
    names.ENCRYPTION_AES256_CBC,
    names.ENCRYPTION_AES192_CBC,
    names.ENCRYPTION_AES128_CBC,
)
"""Content ciphers that we can use, the one we like best first."""


@dataclass(frozen=True, slots=True, eq=False)
class DecryptionKey:
    """A private key of ours that opens what was encrypted to us."""

    manager: xmlsec.KeysManager = field(repr=False)

    @classmethod
    def from_pem(cls, private_key_pem: bytes) -> "DecryptionKey":
        """Load a key; costs milliseconds, so do it once per process."""
        manager = xmlsec.KeysManager()
        manager.add_key(
            xmlsec.Key.from_memory(private_key_pem, xmlsec.constants.KeyDataFormatPem)
        )
        return cls(manager)


# --- opening --------------------------------------------------------------------------


def decrypt_assertion(
    encrypted: etree._Element, keys: Sequence[DecryptionKey], *, allow_cbc: bool
) -> etree._Element:
    """Open an EncryptedAssertion (core 2.3.4).

    Every failure looks alike, so that nobody can use us to find out anything about the
    content or the key.

    Args:
        encrypted: The ``saml:EncryptedAssertion``.
        keys: Our keys: current, next, previous.
        allow_cbc: Whether AES-CBC is fine, because the Response around it was signed
            and verified before (CBC alone does not notice changes).

    Returns:
        The root of the decrypted element, parsed but not yet verified.

    Raises:
        DecryptionError: It cannot be decrypted, for whatever reason.
        UnreadableMessageError: What was decrypted does not pass the gate.
    """
    for candidate in _candidates(encrypted, allow_cbc=allow_cbc):
        for key in keys:
            content = _decrypt(candidate, key)
            if content is not None:
                return gate.read_part(content)
    raise DecryptionError("not for us, or damaged")


def _candidates(encrypted: etree._Element, *, allow_cbc: bool) -> list[etree._Element]:
    """Make one EncryptedData of known shape for each EncryptedKey."""
    data = encrypted.findall(_ENCRYPTED_DATA)
    encrypted_keys = list(encrypted.iter(_ENCRYPTED_KEY))
    if len(data) != 1 or not 0 < len(encrypted_keys) <= MAX_ENCRYPTED_KEYS:
        raise DecryptionError("not one EncryptedData with a few EncryptedKeys")
    cipher = _algorithm(data[0])
    if cipher not in (_CIPHERS if allow_cbc else _GCM):
        raise DecryptionError("a content cipher that we refuse here")
    return [
        _plain_data(cipher, _cipher_value(data[0]), encrypted_key)
        for encrypted_key in encrypted_keys
    ]


def _algorithm(element: etree._Element) -> str:
    found = element.findall(_METHOD)
    return found[0].get("Algorithm", "") if len(found) == 1 else ""


def _cipher_value(element: etree._Element) -> str:
    found = element.findall(f"{_XENC}CipherData/{_XENC}CipherValue")
    if len(found) != 1 or len(found[0]) or not found[0].text:
        raise DecryptionError("not one CipherValue")
    return found[0].text


def _plain_data(
    cipher: str, value: str, encrypted_key: etree._Element
) -> etree._Element:
    """Write EncryptedData anew, with nothing in it that we have not looked at.

    Without a ``Type`` xmlsec hands the content over as bytes and parses nothing.
    """
    if _algorithm(encrypted_key) != names.KEY_TRANSPORT_OAEP:
        raise DecryptionError("a key transport that we refuse")
    root = etree.Element(_ENCRYPTED_DATA, nsmap={"xenc": names.NS_XENC})
    etree.SubElement(root, _METHOD, Algorithm=cipher)
    key_info = etree.SubElement(root, _DS + "KeyInfo", nsmap={"ds": names.NS_DS})
    inner = etree.SubElement(key_info, _ENCRYPTED_KEY)
    method = etree.SubElement(inner, _METHOD, Algorithm=names.KEY_TRANSPORT_OAEP)
    for digest in encrypted_key.iterfind(f"{_METHOD}/{_DIGEST_METHOD}"):
        algorithm = digest.get("Algorithm", "")
        etree.SubElement(method, _DIGEST_METHOD, Algorithm=algorithm)
    _add_cipher_value(inner, _cipher_value(encrypted_key))
    _add_cipher_value(root, value)
    return root


def _add_cipher_value(parent: etree._Element, value: str) -> None:
    data = etree.SubElement(parent, _XENC + "CipherData")
    etree.SubElement(data, _XENC + "CipherValue").text = value


def _decrypt(data: etree._Element, key: DecryptionKey) -> bytes | None:
    try:
        content: object = xmlsec.EncryptionContext(key.manager).decrypt(data)
    except xmlsec.Error:
        return None
    return content if isinstance(content, bytes) else None


# --- closing --------------------------------------------------------------------------


def encrypt_assertion(
    assertion: bytes, recipient: EncryptionKey, *, default_cipher: str
) -> etree._Element:
    """Encrypt an assertion to the key of an e-tjänst.

    Args:
        assertion: The serialised assertion.
        recipient: Its key with the algorithms that it declares.
        default_cipher: What to use when it declares none that we know.

    Returns:
        A ``saml:EncryptedAssertion``.
    """
    transform, bits = _CIPHERS[cipher_for(recipient, default_cipher=default_cipher)]
    wrapper = etree.Element(
        f"{{{names.NS_SAML}}}EncryptedAssertion", nsmap={"saml": names.NS_SAML}
    )
    template = xmlsec.template.encrypted_data_create(
        wrapper, transform, type=xmlsec.constants.TypeEncElement, ns="xenc"
    )
    xmlsec.template.encrypted_data_ensure_cipher_value(template)
    key_info = xmlsec.template.encrypted_data_ensure_key_info(template, ns="ds")
    encrypted_key = xmlsec.template.add_encrypted_key(
        key_info, xmlsec.constants.TransformRsaOaep
    )
    xmlsec.template.encrypted_data_ensure_cipher_value(encrypted_key)
    context = xmlsec.EncryptionContext(_manager_for(recipient.key))
    context.key = xmlsec.Key.generate(
        xmlsec.constants.KeyDataAes, bits, xmlsec.constants.KeyDataTypeSession
    )
    wrapper.append(context.encrypt_binary(template, assertion))
    return wrapper


def can_encrypt_to(recipient: EncryptionKey) -> bool:
    """Tell whether a key fits RSA-OAEP, the one key transport that we use."""
    return isinstance(public_key(recipient.key), rsa.RSAPublicKey)


def cipher_for(recipient: EncryptionKey, *, default_cipher: str) -> str:
    """Choose the best cipher that the recipient declares, else the default."""
    declared = set(recipient.methods)
    return next((best for best in BEST_FIRST if best in declared), default_cipher)


@lru_cache(maxsize=4096)
def _manager_for(key: PublicKey) -> xmlsec.KeysManager:
    """Keep one manager per key: making one costs 10 ms."""
    manager = xmlsec.KeysManager()
    manager.add_key(
        xmlsec.Key.from_memory(key.certificate, xmlsec.constants.KeyDataFormatCertDer)
    )
    return manager
