"""Content ciphers and key transport of XML encryption, on bytes.

XML Encryption 1.1, sections 5.2 (AES-CBC, AES-GCM) and 5.5.2 (RSA-OAEP). The
mathematics is that of the library ``cryptography``; here is only how XML encryption
puts its parts together.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from metadata import names
from metadata.entities import KeyTransport

_GCM_NONCE: Final = 12
"""Bytes in front of the encrypted content (XML Encryption 1.1, 5.2.4)."""
_BLOCK: Final = 16
_BITS_PER_BYTE: Final = 8


@dataclass(frozen=True, slots=True)
class ContentCipher:
    """How the content of a message is encrypted with a key that is used once."""

    key_bytes: int
    encrypt: Callable[[bytes, bytes], bytes]
    """Takes key and content; the result begins with what starts the cipher."""
    decrypt: Callable[[bytes, bytes], bytes]
    """Takes key and encrypted content; ValueError or InvalidTag if it does not fit."""
    notices_changes: bool
    """Whether a changed message fails to decrypt; CBC does not notice."""

    def new_key(self) -> bytes:
        """Make a key for one message."""
        return secrets.token_bytes(self.key_bytes)


def _encrypt_gcm(key: bytes, content: bytes) -> bytes:
    nonce = secrets.token_bytes(_GCM_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, content, None)


def _decrypt_gcm(key: bytes, data: bytes) -> bytes:
    return AESGCM(key).decrypt(data[:_GCM_NONCE], data[_GCM_NONCE:], None)


def _encrypt_cbc(key: bytes, content: bytes) -> bytes:
    """Fill the last block so that its last byte says how much was added (5.2)."""
    filling = _BLOCK - len(content) % _BLOCK
    padded = content + secrets.token_bytes(filling - 1) + bytes([filling])
    start = secrets.token_bytes(_BLOCK)
    encryptor = Cipher(algorithms.AES(key), modes.CBC(start)).encryptor()
    return start + encryptor.update(padded) + encryptor.finalize()


def _decrypt_cbc(key: bytes, data: bytes) -> bytes:
    decryptor = Cipher(algorithms.AES(key), modes.CBC(data[:_BLOCK])).decryptor()
    padded = decryptor.update(data[_BLOCK:]) + decryptor.finalize()
    if not padded or not 0 < padded[-1] <= _BLOCK:
        raise ValueError("the last block is not filled as it should be")
    return padded[: -padded[-1]]


def _gcm(bits: int) -> ContentCipher:
    return ContentCipher(
        bits // _BITS_PER_BYTE, _encrypt_gcm, _decrypt_gcm, notices_changes=True
    )


def _cbc(bits: int) -> ContentCipher:
    return ContentCipher(
        bits // _BITS_PER_BYTE, _encrypt_cbc, _decrypt_cbc, notices_changes=False
    )


CIPHERS: Final = {
    names.ENCRYPTION_AES256_GCM: _gcm(256),
    names.ENCRYPTION_AES128_GCM: _gcm(128),
    names.ENCRYPTION_AES192_GCM: _gcm(192),
    names.ENCRYPTION_AES256_CBC: _cbc(256),
    names.ENCRYPTION_AES192_CBC: _cbc(192),
    names.ENCRYPTION_AES128_CBC: _cbc(128),
}
"""Content ciphers that we can use, the one we like best first."""

_OAEP_DIGESTS: Final[dict[str, hashes.HashAlgorithm]] = {
    names.DIGEST_SHA1: hashes.SHA1(),  # noqa: S303  # as a mask, not for a signature
    names.DIGEST_SHA256: hashes.SHA256(),
    names.DIGEST_SHA384: hashes.SHA384(),
    names.DIGEST_SHA512: hashes.SHA512(),
}


_OAEP_MASKS: Final[dict[str, hashes.HashAlgorithm]] = {
    names.MASK_SHA1: hashes.SHA1(),  # noqa: S303  # as a mask, not for a signature
    names.MASK_SHA256: hashes.SHA256(),
    names.MASK_SHA384: hashes.SHA384(),
    names.MASK_SHA512: hashes.SHA512(),
}


def knows(transport: KeyTransport) -> bool:
    """Tell whether a variant of RSA-OAEP is one that we can use."""
    return transport.digest in _OAEP_DIGESTS and transport.mask in _OAEP_MASKS


def wrap(key: bytes, recipient: rsa.RSAPublicKey, transport: KeyTransport) -> bytes:
    """Encrypt the key of a message to its recipient.

    Args:
        key: The key.
        recipient: The recipient's key.
        transport: A variant of RSA-OAEP that we know.
    """
    return recipient.encrypt(key, _oaep(transport))


def unwrap(wrapped: bytes, key: rsa.RSAPrivateKey, transport: KeyTransport) -> bytes:
    """Decrypt the key of a message that was encrypted to us.

    Args:
        wrapped: The encrypted key.
        key: Our private key.
        transport: A variant of RSA-OAEP that we know.

    Raises:
        ValueError: It was encrypted to another key, or is damaged.
    """
    return key.decrypt(wrapped, _oaep(transport))


def _oaep(transport: KeyTransport) -> padding.OAEP:
    mask = padding.MGF1(_OAEP_MASKS[transport.mask])
    return padding.OAEP(mask, _OAEP_DIGESTS[transport.digest], None)
