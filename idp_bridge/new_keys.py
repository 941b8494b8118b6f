"""How is a key made? RSA, with a certificate that it signs itself.

The certificate is a container that partners take the key from (Sweden Connect
deployment profile 2.1); its dates only have to be far enough away.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

DEFAULT_BITS: Final = 3072
CHOICES_OF_BITS: Final = (2048, 3072, 4096)
VALIDITY: Final = timedelta(days=3650)
_BEFORE: Final = timedelta(days=1)
"""A certificate begins a little earlier, for partners whose clocks are slow."""


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was just made, PEM."""

    private_pem: bytes = field(repr=False)
    certificate_pem: bytes


def make_key(name: str, *, now: datetime, bits: int = DEFAULT_BITS) -> NewKey:
    """Make a key.

    Args:
        name: Who it belongs to; the certificate's common name, shortened if need be.
        now: From when the certificate counts.
        bits: Length of the RSA key.
    """
    private_key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
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
