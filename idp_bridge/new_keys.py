"""How is a key made? RSA or EC, with a certificate that it signs itself.

The certificate is a container that partners take the key from (Sweden Connect
deployment profile 2.1); its dates only have to be far enough away.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

VALIDITY: Final = timedelta(days=3650)
_BEFORE: Final = timedelta(days=1)
"""A certificate begins a little earlier, for partners whose clocks are slow."""


class KeyKind(StrEnum):
    """Which keys we make; all are strong enough for every profile."""

    RSA_2048 = "rsa-2048"
    RSA_3072 = "rsa-3072"
    RSA_4096 = "rsa-4096"
    EC_P256 = "ec-p256"
    EC_P384 = "ec-p384"

    @property
    def is_rsa(self) -> bool:
        """Tell whether others can encrypt to such a key."""
        return self in _BITS


_BITS: Final = {KeyKind.RSA_2048: 2048, KeyKind.RSA_3072: 3072, KeyKind.RSA_4096: 4096}
_CURVES: Final = {KeyKind.EC_P256: ec.SECP256R1, KeyKind.EC_P384: ec.SECP384R1}


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was just made, PEM."""

    private_pem: bytes = field(repr=False)
    certificate_pem: bytes


def make_key(name: str, *, now: datetime, kind: KeyKind = KeyKind.RSA_3072) -> NewKey:
    """Make a key.

    Args:
        name: Who it belongs to; the certificate's common name, shortened if need be.
        now: From when the certificate counts.
        kind: Which kind of key.
    """
    private_key = _private_key(kind)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private_key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BEFORE)
        .not_valid_after(now + VALIDITY)
        .sign(private_key, hashes.SHA256())
    )
    return NewKey(
        private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        certificate.public_bytes(Encoding.PEM),
    )


def _private_key(kind: KeyKind) -> rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey:
    if kind in _CURVES:
        return ec.generate_private_key(_CURVES[kind]())
    return rsa.generate_private_key(public_exponent=65537, key_size=_BITS[kind])
