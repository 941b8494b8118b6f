"""What does an operator want to know of the certificates of a source?"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from cryptography.x509 import load_der_x509_certificate

from metadata.sources import SignedBy, Trust


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCertificate:
    """A certificate as people compare it."""

    sha256: str
    subject: str
    not_after: datetime | None


def of_trust(trust: Trust) -> tuple[ShownCertificate, ...]:
    """Describe the certificates of a source; none when it is pinned."""
    if not isinstance(trust, SignedBy):
        return ()
    return tuple(_shown(key.certificate) for key in trust.certificates)


def _shown(der: bytes) -> ShownCertificate:
    fingerprint = sha256(der).hexdigest()
    try:
        read = load_der_x509_certificate(der)
        subject = read.subject.rfc4514_string()
    except ValueError:  # the key in it is good; a name in it may not be
        return ShownCertificate(sha256=fingerprint, subject="", not_after=None)
    return ShownCertificate(
        sha256=fingerprint, subject=subject, not_after=read.not_valid_after_utc
    )
