"""Are the certificates around the keys what they should be?"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes

from metadata.lint.levels import (
    ADVICE,
    ERROR,
    WARNING,
    saml,
    saml2int,
    swamid,
    sweden,
)
from metadata.lint.registry import Flaw, entity_rule
from metadata.lint.subjects import Entity, Key

_SOON: Final = timedelta(days=90)
_WEAK: Final = (hashes.MD5, hashes.SHA1)


def _keys(entity: Entity) -> Iterator[Key]:
    for role in entity.roles:
        yield from role.keys


def _certificates(entity: Entity) -> Iterator[tuple[Key, x509.Certificate]]:
    for key in _keys(entity):
        if key.certificate is not None:
            yield key, key.certificate


def _valid_until(entity: Entity) -> Iterator[tuple[Key, datetime]]:
    for key in _keys(entity):
        if key.ends is not None:
            yield key, key.ends


@entity_rule(
    "certificate-missing",
    saml(ERROR, "bridge: left out"),
    saml2int(ERROR, "SDP-MD05"),
    sweden(ERROR, "2.1.1.2"),
)
def certificate_missing(entity: Entity) -> Iterator[Flaw]:
    """Every key stands in a certificate, not only as a KeyValue or a name."""
    for key in _keys(entity):
        if not key.certificate_elements:
            text = "A key without X509Certificate: put the key into a certificate."
            yield Flaw(key.descriptor, text)


@entity_rule("certificate-unreadable", saml(ERROR, "XML Signature 4.5.4.1"))
def certificate_unreadable(entity: Entity) -> Iterator[Flaw]:
    """Every certificate can be read: DER in base64, without PEM's lines around it."""
    for key in _keys(entity):
        if key.certificate_elements and key.certificate is None:
            text = "This certificate cannot be read: copy it again, without BEGIN and"
            yield Flaw(key.certificate_elements[0], f"{text} END lines.")


@entity_rule("certificate-several", saml(WARNING, "bridge: only the first counts"))
def certificate_several(entity: Entity) -> Iterator[Flaw]:
    """A KeyDescriptor has one certificate: the issuers' keys are not the entity's."""
    for key in _keys(entity):
        if len(key.certificate_elements) > 1:
            text = "Several certificates in one KeyDescriptor: keep the first one only."
            yield Flaw(key.certificate_elements[1], text)


@entity_rule(
    "certificate-expired",
    saml(ADVICE, "SAML metadata interoperability 2.6.1; bridge: accepted"),
    saml2int(ADVICE, "SDP-MD05"),
    sweden(ADVICE, "2.1.1.2"),
    swamid(ERROR, "5.2.2, 6.2.2"),
)
def certificate_expired(entity: Entity) -> Iterator[Flaw]:
    """No certificate has expired."""
    for key, end in _valid_until(entity):
        if end <= entity.now:
            text = f"The certificate expired {end:%Y-%m-%d}: publish a new one, then"
            yield Flaw(key.descriptor, f"{text} take this one out.")


@entity_rule("certificate-expires-soon", swamid(ADVICE, "5.2.2, 6.2.2"))
def certificate_expires_soon(entity: Entity) -> Iterator[Flaw]:
    """No certificate expires within 90 days."""
    for key, end in _valid_until(entity):
        if entity.now < end <= entity.now + _SOON:
            text = f"The certificate expires {end:%Y-%m-%d}: begin the change of keys."
            yield Flaw(key.descriptor, text)


@entity_rule("certificate-not-yet-valid", saml(ADVICE, "bridge: accepted"))
def certificate_not_yet_valid(entity: Entity) -> Iterator[Flaw]:
    """No certificate begins in the future."""
    for key in _keys(entity):
        begin = key.begins
        if begin is not None and begin > entity.now:
            text = f"The certificate begins {begin:%Y-%m-%d}: some refuse it until then"
            yield Flaw(key.descriptor, f"{text}; check the clock that made it.")


@entity_rule(
    "certificate-weak-signature",
    saml2int(ADVICE, "SDP-MD05"),
    sweden(ADVICE, "2.1.1.2"),
)
def certificate_weak_signature(entity: Entity) -> Iterator[Flaw]:
    """No certificate is itself signed with MD5 or SHA-1."""
    for key, certificate in _certificates(entity):
        if isinstance(_hash_of(certificate), _WEAK):
            text = "The certificate is signed with MD5 or SHA-1: some refuse it; make"
            yield Flaw(key.descriptor, f"{text} a new one with SHA-256.")


def _hash_of(certificate: x509.Certificate) -> hashes.HashAlgorithm | None:
    try:
        return certificate.signature_hash_algorithm
    except (UnsupportedAlgorithm, ValueError):
        return None


@entity_rule(
    "certificate-not-self-signed",
    saml2int(ADVICE, "SDP-MD05"),
    sweden(ADVICE, "2.1.1.2"),
    swamid(WARNING, "5.2.3, 6.2.3"),
)
def certificate_not_self_signed(entity: Entity) -> Iterator[Flaw]:
    """Certificates are self-signed: metadata is the trust, not the issuer."""
    for key, certificate in _certificates(entity):
        if not _same_names(certificate):
            text = "The certificate has another issuer: a self-signed one does not"
            yield Flaw(key.descriptor, f"{text} expire with somebody else's rules.")


def _same_names(certificate: x509.Certificate) -> bool:
    try:
        return certificate.issuer == certificate.subject
    except ValueError:
        return False
