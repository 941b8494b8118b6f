"""Which signature, digest and key algorithms we accept, and what they mean."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256, sha384, sha512
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from metadata import names
from metadata.entities import PublicKey
from metadata.errors import WeakAlgorithmError

MIN_RSA_BITS: Final = 2048
MIN_EC_BITS: Final = 256
MAX_KEPT: Final = 512
"""Opened keys that a process keeps: those of busy partners, not of a federation."""

DIGESTS: Final[dict[str, Callable[[bytes], Any]]] = {
    names.DIGEST_SHA256: sha256,
    names.DIGEST_SHA384: sha384,
    names.DIGEST_SHA512: sha512,
}
"""Digest algorithms that we accept; anything else is refused."""


@dataclass(frozen=True, slots=True)
class SignatureAlgorithm:
    """A signature algorithm that we accept."""

    key_type: type[rsa.RSAPublicKey | ec.EllipticCurvePublicKey]
    hash: hashes.HashAlgorithm


SIGNATURES: Final[dict[str, SignatureAlgorithm]] = {
    names.SIGNATURE_RSA_SHA256: SignatureAlgorithm(rsa.RSAPublicKey, hashes.SHA256()),
    names.SIGNATURE_RSA_SHA384: SignatureAlgorithm(rsa.RSAPublicKey, hashes.SHA384()),
    names.SIGNATURE_RSA_SHA512: SignatureAlgorithm(rsa.RSAPublicKey, hashes.SHA512()),
    names.SIGNATURE_ECDSA_SHA256: SignatureAlgorithm(
        ec.EllipticCurvePublicKey, hashes.SHA256()
    ),
    names.SIGNATURE_ECDSA_SHA384: SignatureAlgorithm(
        ec.EllipticCurvePublicKey, hashes.SHA384()
    ),
    names.SIGNATURE_ECDSA_SHA512: SignatureAlgorithm(
        ec.EllipticCurvePublicKey, hashes.SHA512()
    ),
}
"""Signature algorithms that we accept; anything else is refused."""


def check_digest(algorithm: str) -> None:
    """Refuse a digest algorithm that is not on the list.

    Raises:
        WeakAlgorithmError: Not on the list, SHA-1 and MD5 among them.
    """
    if algorithm not in DIGESTS:
        raise WeakAlgorithmError(f"digest algorithm {algorithm}")


def check_signature_algorithm(algorithm: str) -> SignatureAlgorithm:
    """Refuse a signature algorithm that is not on the list.

    Raises:
        WeakAlgorithmError: Not on the list, SHA-1, DSA and HMAC among them.
    """
    if algorithm not in SIGNATURES:
        raise WeakAlgorithmError(f"signature algorithm {algorithm}")
    return SIGNATURES[algorithm]


@lru_cache(maxsize=MAX_KEPT)
def public_key(key: PublicKey) -> rsa.RSAPublicKey | ec.EllipticCurvePublicKey:
    """Open a certificate and hand on its key if it is strong enough.

    Raises:
        WeakAlgorithmError: RSA below 2048 bits, EC below 256, another kind of key, or
            not a certificate at all.
    """
    try:
        opened = x509.load_der_x509_certificate(key.certificate).public_key()
    except Exception as error:  # cryptography raises many kinds for broken input
        raise WeakAlgorithmError("a certificate that cannot be read") from error
    if isinstance(opened, rsa.RSAPublicKey) and opened.key_size >= MIN_RSA_BITS:
        return opened
    if isinstance(opened, ec.EllipticCurvePublicKey) and opened.key_size >= MIN_EC_BITS:
        return opened
    raise WeakAlgorithmError(f"a weak key: {type(opened).__name__}")


def check_key(key: PublicKey) -> None:
    """Refuse a key that is too weak to believe (see :func:`public_key`).

    Raises:
        WeakAlgorithmError: The key is too weak, of a kind we refuse, or unreadable.
    """
    public_key(key)
