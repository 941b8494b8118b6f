"""How do tests write metadata that a linter finds nothing in, and then spoil it?"""

import base64
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from metadata import names
from tests.support.keys import KeyPair, rsa_key
from tests.support.metadata_documents import signed

PrivateKey = (
    rsa.RSAPrivateKey
    | ec.EllipticCurvePrivateKey
    | dsa.DSAPrivateKey
    | ed25519.Ed25519PrivateKey
)
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
END = datetime(2030, 1, 1, tzinfo=UTC)
_DATA = Path(__file__).parents[1] / "data" / "metadata"


def text_of(pair: KeyPair) -> str:
    """Write a certificate as metadata does."""
    return base64.b64encode(pair.certificate_der).decode("ascii")


def certificate(
    key: PrivateKey,
    *,
    begin: datetime = BEGIN,
    end: datetime = END,
    issuer: str = "exemplary",
) -> str:
    """Make a certificate, self-signed unless it names another issuer."""
    made = (
        x509.CertificateBuilder()
        .subject_name(_name("exemplary"))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begin)
        .not_valid_after(end)
        .sign(key, None if isinstance(key, ed25519.Ed25519PrivateKey) else _SHA256)
    )
    return base64.b64encode(made.public_bytes(Encoding.DER)).decode("ascii")


_SHA256 = hashes.SHA256()


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


@cache
def strong_ec(name: str = "a") -> ec.EllipticCurvePrivateKey:
    """Make a key on P-384, the same for one name."""
    del name
    return ec.generate_private_key(ec.SECP384R1())


@cache
def signing_certificate() -> str:
    """Make the certificate with which the exemplary entities sign."""
    return certificate(strong_ec())


@cache
def encryption_certificate() -> str:
    """Make the certificate that others encrypt to for the exemplary entities."""
    return certificate(rsa.generate_private_key(public_exponent=65537, key_size=4096))


@cache
def sha1_certificate() -> str:
    """Make a certificate that is signed with SHA-1.

    The library makes none, so the two places where a good one names SHA-256 are
    changed; nobody verifies the signature of a certificate in metadata.
    """
    der = base64.b64decode(certificate(rsa_with(2048)))
    with_sha256 = bytes.fromhex("2a864886f70d01010b")
    with_sha1 = bytes.fromhex("2a864886f70d010105")
    return base64.b64encode(der.replace(with_sha256, with_sha1)).decode("ascii")


@cache
def rsa_with(bits: int) -> rsa.RSAPrivateKey:
    """Make an RSA key of a size."""
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


@cache
def exemplary_idp() -> str:
    """Write an identity provider in which nothing is wrong by any profile."""
    return _exemplary("exemplary-idp.xml")


@cache
def exemplary_sp() -> str:
    """Write a service provider in which nothing is wrong by any profile."""
    return _exemplary("exemplary-sp.xml")


def _exemplary(name: str) -> str:
    text = (_DATA / name).read_text(encoding="utf-8")
    text = text.replace("SIGNING-CERTIFICATE", signing_certificate())
    text = text.replace("ENCRYPTION-CERTIFICATE", encryption_certificate())
    return signed(text.partition("?>\n")[2], rsa_key("federation", 3072)).decode(
        "ascii"
    )


def spoilt(text: str, *changes: tuple[str, str]) -> str:
    """Change parts of a document; each must be there."""
    for old, new in changes:
        assert old in text, f"there is no {old!r} to change"
        text = text.replace(old, new)
    return text


def grouped(*entities: str) -> str:
    """Put entities, without their signatures' sense, into a group."""
    opening = f'<md:EntitiesDescriptor xmlns:md="{names.NS_MD}">\n'
    return opening + "\n".join(entities) + "\n</md:EntitiesDescriptor>"
