"""Where do tests get keys from? They are made once per test process, never stored."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from metadata.entities import PublicKey
from metadata.signatures import SigningKey

_VALID_FROM = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A private key and its self-signed certificate."""

    private_pem: bytes
    certificate_pem: bytes
    certificate_der: bytes

    @property
    def public(self) -> PublicKey:
        """The key as other parties know it."""
        return PublicKey(self.certificate_der)

    @property
    def signing(self) -> SigningKey:
        """The key as its owner signs with it."""
        return SigningKey.from_pem(self.private_pem, self.certificate_pem)


def rsa_key(name: str = "a", bits: int = 2048) -> KeyPair:
    """Make an RSA key, or hand on the one of this name and size.

    Args:
        name: Tells keys of one size apart; also the certificate's common name.
        bits: 2048 and 3072 are strong, 1024 is weak.
    """
    return _made_rsa_key(name, bits)


def ec_key(name: str = "a") -> KeyPair:
    """Make a key on the curve P-256, or hand on the one of this name."""
    return _made_ec_key(name, ec.SECP256R1)


def weak_ec_key(name: str = "a") -> KeyPair:
    """Make a key on the curve P-192, which nobody should believe."""
    return _made_ec_key(name, ec.SECP192R1)


@cache
def _made_rsa_key(name: str, bits: int) -> KeyPair:
    return _certified(
        name, rsa.generate_private_key(public_exponent=65537, key_size=bits)
    )


@cache
def _made_ec_key(name: str, curve: type[ec.EllipticCurve]) -> KeyPair:
    return _certified(name, ec.generate_private_key(curve()))


def _certified(
    name: str, key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
) -> KeyPair:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_VALID_FROM)
        .not_valid_after(_VALID_FROM + timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )
    return KeyPair(
        private_pem=key.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        ),
        certificate_pem=certificate.public_bytes(Encoding.PEM),
        certificate_der=certificate.public_bytes(Encoding.DER),
    )
