"""Encrypt an assertion for an e-tjänst, and open one that came encrypted to us.

The elements of XML encryption around what :mod:`idp_bridge.saml.ciphers` computes. What
is decrypted comes out as bytes that pass the gate like any message.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from lxml import etree

from idp_bridge.errors import DecryptionError
from idp_bridge.saml import ciphers, gate
from idp_bridge.saml.ciphers import CIPHERS
from metadata import names
from metadata.algorithms import public_key
from metadata.entities import EncryptionKey, KeyTransport
from metadata.errors import WeakAlgorithmError

_XENC: Final = f"{{{names.NS_XENC}}}"
_DS: Final = f"{{{names.NS_DS}}}"
_ENCRYPTED_DATA: Final = _XENC + "EncryptedData"
_ENCRYPTED_KEY: Final = _XENC + "EncryptedKey"
_METHOD: Final = _XENC + "EncryptionMethod"
_DIGEST_METHOD: Final = _DS + "DigestMethod"
_CIPHER_VALUE: Final = f"{_XENC}CipherData/{_XENC}CipherValue"
_MGF: Final = f"{{{names.NS_XENC11}}}MGF"
_ELEMENT: Final = names.NS_XENC + "Element"
DECLARED_TRANSPORTS: Final = (
    KeyTransport(),
    KeyTransport(digest=names.DIGEST_SHA256),
)
"""How the key of a message may travel to us: what our metadata declares."""
MAX_ENCRYPTED_KEYS: Final = 4
"""How many recipients one assertion may be encrypted to; each costs RSA operations."""


@dataclass(frozen=True, slots=True, eq=False)
class DecryptionKey:
    """A private key of ours that opens what was encrypted to us."""

    private_key: rsa.RSAPrivateKey = field(repr=False)

    @classmethod
    def from_pem(cls, private_key_pem: bytes) -> "DecryptionKey":
        """Load a key of a key set, which was tried with its certificate already.

        Raises:
            WeakAlgorithmError: Another kind of key than RSA.
            ValueError: Not a private key in PEM.
        """
        private_key = load_pem_private_key(
            private_key_pem,
            password=None,
            # A tenth of a second for each key at each start.
            unsafe_skip_rsa_key_validation=True,
        )
        if not isinstance(private_key, rsa.RSAPrivateKey):
            raise WeakAlgorithmError("only RSA keys open what is encrypted to us")
        return cls(private_key)


@dataclass(frozen=True, slots=True)
class _WrappedKey:
    """The key of a message, encrypted to somebody."""

    value: bytes
    transport: KeyTransport


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
    data = encrypted.findall(_ENCRYPTED_DATA)
    encrypted_keys = list(encrypted.iter(_ENCRYPTED_KEY))
    if len(data) != 1 or not 0 < len(encrypted_keys) <= MAX_ENCRYPTED_KEYS:
        raise DecryptionError("not one EncryptedData with a few EncryptedKeys")
    cipher = CIPHERS.get(_algorithm(data[0]))
    if cipher is None or not (cipher.notices_changes or allow_cbc):
        raise DecryptionError("a content cipher that we refuse here")
    value = _cipher_value(data[0])
    for wrapped in [_wrapped_key(each) for each in encrypted_keys]:
        for key in keys:
            content = _decrypt(value, cipher, wrapped, key)
            if content is not None:
                return gate.read_part(content)
    raise DecryptionError("not for us, or damaged")


def _algorithm(element: etree._Element) -> str:
    found = element.findall(_METHOD)
    return found[0].get("Algorithm", "") if len(found) == 1 else ""


def _cipher_value(element: etree._Element) -> bytes:
    found = element.findall(_CIPHER_VALUE)
    if len(found) != 1 or len(found[0]) or not found[0].text:
        raise DecryptionError("not one CipherValue")
    try:
        return base64.b64decode("".join(found[0].text.split()), validate=True)
    except ValueError as error:
        raise DecryptionError("a CipherValue that is not base64") from error


def _wrapped_key(encrypted_key: etree._Element) -> _WrappedKey:
    """Read an EncryptedKey of a kind that our metadata declares.

    Raises:
        DecryptionError: Another key transport, or a parameter that we do not know.
    """
    parameters = list(encrypted_key.iterfind(f"{_METHOD}/*"))
    digest = names.DIGEST_SHA1
    if parameters:
        if len(parameters) > 1 or parameters[0].tag != _DIGEST_METHOD:
            raise DecryptionError("unknown parameters of the key transport")
        digest = parameters[0].get("Algorithm", "")
    transport = KeyTransport(algorithm=_algorithm(encrypted_key), digest=digest)
    if transport not in DECLARED_TRANSPORTS:
        raise DecryptionError("a key transport that we refuse")
    return _WrappedKey(_cipher_value(encrypted_key), transport)


def _decrypt(
    value: bytes,
    cipher: ciphers.ContentCipher,
    wrapped: _WrappedKey,
    key: DecryptionKey,
) -> bytes | None:
    try:
        content_key = ciphers.unwrap(wrapped.value, key.private_key, wrapped.transport)
        if len(content_key) != cipher.key_bytes:
            return None
        return cipher.decrypt(content_key, value)
    except (ValueError, InvalidTag):
        return None


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
    algorithm = cipher_for(recipient, default_cipher=default_cipher)
    cipher = CIPHERS[algorithm]
    content_key = cipher.new_key()
    wrapper = etree.Element(
        f"{{{names.NS_SAML}}}EncryptedAssertion", nsmap={"saml": names.NS_SAML}
    )
    data = etree.SubElement(
        wrapper, _ENCRYPTED_DATA, Type=_ELEMENT, nsmap={"xenc": names.NS_XENC}
    )
    etree.SubElement(data, _METHOD, Algorithm=algorithm)
    key_info = etree.SubElement(data, _DS + "KeyInfo", nsmap={"ds": names.NS_DS})
    transport = transport_for(recipient)
    encrypted_key = etree.SubElement(key_info, _ENCRYPTED_KEY)
    _add_transport(encrypted_key, transport)
    _add_value(encrypted_key, ciphers.wrap(content_key, _rsa_key(recipient), transport))
    _add_value(data, cipher.encrypt(content_key, assertion))
    return wrapper


def _add_value(parent: etree._Element, value: bytes) -> None:
    data = etree.SubElement(parent, _XENC + "CipherData")
    text = base64.b64encode(value).decode("ascii")
    etree.SubElement(data, _XENC + "CipherValue").text = text


def _add_transport(encrypted_key: etree._Element, transport: KeyTransport) -> None:
    """Name the key transport; what everybody takes for granted is not written."""
    method = etree.SubElement(encrypted_key, _METHOD, Algorithm=transport.algorithm)
    if transport.digest != names.DIGEST_SHA1:
        etree.SubElement(method, _DIGEST_METHOD, Algorithm=transport.digest)
    if transport.mask != names.MASK_SHA1:
        etree.SubElement(
            method, _MGF, Algorithm=transport.mask, nsmap={"xenc11": names.NS_XENC11}
        )


def _rsa_key(recipient: EncryptionKey) -> rsa.RSAPublicKey:
    """Open the recipient's key.

    Raises:
        WeakAlgorithmError: It is too short, or of another kind than RSA.
    """
    key = public_key(recipient.key)
    if not isinstance(key, rsa.RSAPublicKey):
        raise WeakAlgorithmError("only RSA keys can be encrypted to")
    return key


def can_encrypt_to(recipient: EncryptionKey) -> bool:
    """Tell whether a key fits RSA-OAEP, the one key transport that we use."""
    return isinstance(public_key(recipient.key), rsa.RSAPublicKey)


def cipher_for(recipient: EncryptionKey, *, default_cipher: str) -> str:
    """Choose the best cipher that the recipient declares, else the default.

    Nothing that is not in :data:`~idp_bridge.saml.ciphers.CIPHERS` is ever used,
    whatever somebody declares.
    """
    declared = set(recipient.methods)
    return next((best for best in CIPHERS if best in declared), default_cipher)


def transport_for(recipient: EncryptionKey) -> KeyTransport:
    """Choose the first variant of RSA-OAEP that the recipient declares and we know.

    Who declares none that we know gets what everybody must understand.
    """
    return next(filter(ciphers.knows, recipient.transports), KeyTransport())
