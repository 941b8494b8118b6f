"""Who vouches for the peers' TLS certificates? An authority made for one test run."""

import ipaddress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from metadata.clock import utc_now

LIFETIME = timedelta(days=2)
"""Servers and browsers judge certificates by the real time, so does this."""
TOLERANCE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Certificate:
    """A server's certificate and private key, as PEM files."""

    certificate: Path
    key: Path


class Authority:
    """A certificate authority whose key exists only in memory.

    Args:
        folder: Where its certificate and those of the servers are written.

    Attributes:
        trust: The PEM file with its certificate, for those who shall trust it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name("Authority of the tests")
        self.trust = folder / "authority.pem"
        certificate = _sign(
            _build(self._name, issuer=self._name, key=self._key, is_authority=True),
            self._key,
        )
        self.trust.write_bytes(certificate.public_bytes(Encoding.PEM))

    def certify(self, address: str) -> Certificate:
        """Make a key and a certificate for a server at an IP address."""
        key = ec.generate_private_key(ec.SECP256R1())
        builder = _build(
            _name(address), issuer=self._name, key=key, is_authority=False
        ).add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(_ip(address))]), critical=False
        )
        made = Certificate(
            self._folder / f"{address}.pem", self._folder / f"{address}.key"
        )
        made.certificate.write_bytes(
            _sign(builder, self._key).public_bytes(Encoding.PEM)
        )
        made.key.touch(mode=0o600)
        made.key.write_bytes(
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )
        return made


def _build(
    subject: x509.Name,
    *,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    is_authority: bool,
) -> x509.CertificateBuilder:
    now = utc_now()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - TOLERANCE)
        .not_valid_after(now + LIFETIME)
        .add_extension(x509.BasicConstraints(is_authority, None), critical=True)
    )


def _sign(
    builder: x509.CertificateBuilder, key: ec.EllipticCurvePrivateKey
) -> x509.Certificate:
    return builder.sign(key, hashes.SHA256())


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _ip(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    return ipaddress.ip_address(address)
