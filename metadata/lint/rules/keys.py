"""Are the keys there that a role needs, and are they strong enough?"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from metadata.algorithms import MIN_EC_BITS, MIN_RSA_BITS
from metadata.elements import is_true
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
from metadata.lint.subjects import AA, IDP, Entity, Key, Role

_GOOD_RSA: Final = 3072
_BEST_RSA: Final = 4096
_BEST_EC: Final = 384
_RSA_2048_ENDS: Final = datetime(2031, 1, 1, tzinfo=UTC)


def _keys(entity: Entity) -> Iterator[tuple[Role, Key]]:
    for role in entity.roles:
        for key in role.keys:
            yield role, key


def _has(role: Role, use: str) -> bool:
    return any(key.use in ("", use) and key.is_usable for key in role.keys)


def _lacks(role: Role, use: str) -> Flaw:
    text = f"{role.name} has no usable key for {use}: add a KeyDescriptor with a"
    return Flaw(role.element, f"{text} certificate, RSA 3072 bits or EC P-256.")


@entity_rule(
    "key-signing-missing",
    saml(ERROR, "SAML metadata 2.4.1.1; bridge: left out"),
    saml2int(ERROR, "SDP-MD08"),
    sweden(WARNING, "2.1.1.2"),
    swamid(ERROR, "5.1.20"),
)
def key_signing_missing(entity: Entity) -> Iterator[Flaw]:
    """Who issues assertions has a key to sign them with."""
    for role in entity.roles_of(IDP, AA):
        if not _has(role, "signing"):
            yield _lacks(role, "signing")


@entity_rule(
    "key-encryption-missing",
    saml(ADVICE, "bridge: answers go unencrypted"),
    saml2int(ERROR, "SDP-MD08"),
    sweden(WARNING, "2.1.1.2, 6.1"),
    swamid(ERROR, "6.1.14"),
)
def key_encryption_missing(entity: Entity) -> Iterator[Flaw]:
    """A service has a key that assertions are encrypted to."""
    for role in entity.sps:
        if not _has(role, "encryption"):
            yield _lacks(role, "encryption")


@entity_rule("key-signing-missing-sp", sweden(WARNING, "2.1.1.2"))
def key_signing_missing_sp(entity: Entity) -> Iterator[Flaw]:
    """A service has a key to sign its requests with."""
    for role in entity.sps:
        if not _has(role, "signing"):
            yield _lacks(role, "signing")


@entity_rule("key-encryption-missing-idp", sweden(WARNING, "2.1.1.2"))
def key_encryption_missing_idp(entity: Entity) -> Iterator[Flaw]:
    """An identity provider has a key that others encrypt to, as for logouts."""
    for role in entity.idps:
        if not _has(role, "encryption"):
            yield _lacks(role, "encryption")


@entity_rule("signs-without-key", saml(ERROR, "SAML metadata 2.4.4; bridge: refused"))
def signs_without_key(entity: Entity) -> Iterator[Flaw]:
    """A service that says that it signs its requests publishes a key for that."""
    for role in entity.sps:
        if is_true(role.element, "AuthnRequestsSigned") and not _has(role, "signing"):
            text = "AuthnRequestsSigned without a signing key: every request fails."
            yield Flaw(role.element, f"{text} Add the key.")


def _bits(key: Key) -> tuple[str, int]:
    match key.public:
        case rsa.RSAPublicKey(key_size=bits):
            return "RSA", bits
        case ec.EllipticCurvePublicKey(key_size=bits):
            return "EC", bits
        case _:
            return "", 0


def _short(kind: str, bits: int) -> str:
    return f"The {kind} key has {bits} bits"


@entity_rule(
    "key-too-short",
    saml(ERROR, "bridge: left out"),
    saml2int(ERROR, "SDP-MD06, SDP-MD07"),
    sweden(ERROR, "8"),
    swamid(ERROR, "5.2.1, 6.2.1"),
)
def key_too_short(entity: Entity) -> Iterator[Flaw]:
    """RSA keys have 2048 bits at least, EC keys 256."""
    for _, key in _keys(entity):
        kind, bits = _bits(key)
        if kind and bits < (MIN_RSA_BITS if kind == "RSA" else MIN_EC_BITS):
            text = f"{_short(kind, bits)}: make one of RSA 3072 bits or EC P-256."
            yield Flaw(key.descriptor, text)


@entity_rule(
    "key-short", saml(ADVICE, "bridge: accepted"), saml2int(ADVICE, "SDP-MD06")
)
def key_short(entity: Entity) -> Iterator[Flaw]:
    """New RSA keys have 3072 bits at least."""
    for _, key in _keys(entity):
        kind, bits = _bits(key)
        if kind == "RSA" and MIN_RSA_BITS <= bits < _GOOD_RSA:
            text = f"{_short(kind, bits)}: make the next one of 3072."
            yield Flaw(key.descriptor, text)


@entity_rule("key-below-recommended", swamid(ADVICE, "5.2.1, 6.2.1"))
def key_below_recommended(entity: Entity) -> Iterator[Flaw]:
    """RSA keys have 4096 bits, EC keys 384."""
    for _, key in _keys(entity):
        kind, bits = _bits(key)
        if kind and bits < (_BEST_RSA if kind == "RSA" else _BEST_EC):
            text = f"{_short(kind, bits)}: RSA 4096 or EC P-384 is recommended."
            yield Flaw(key.descriptor, text)


@entity_rule("key-short-after-2030", swamid(WARNING, "5.2.1, 6.2.1"))
def key_short_after_2030(entity: Entity) -> Iterator[Flaw]:
    """An RSA key that is to last beyond 2030 has 3072 bits at least."""
    for _, key in _keys(entity):
        kind, bits = _bits(key)
        if kind != "RSA" or bits >= _GOOD_RSA or key.ends is None:
            continue
        if key.ends >= _RSA_2048_ENDS:
            text = f"{_short(kind, bits)} and its certificate lasts beyond 2030"
            yield Flaw(key.descriptor, f"{text}: change it before, to 3072 or more.")


@entity_rule(
    "key-kind",
    saml(ERROR, "bridge: left out"),
    saml2int(ERROR, "SDP-ALG01"),
    sweden(ERROR, "8.2"),
)
def key_kind(entity: Entity) -> Iterator[Flaw]:
    """Keys are RSA or EC; not DSA, Ed25519 or others."""
    for _, key in _keys(entity):
        if key.certificate is not None and not _bits(key)[0]:
            text = "The key is neither RSA nor EC, or cannot be read: make another."
            yield Flaw(key.descriptor, text)


@entity_rule(
    "key-no-use", saml(ADVICE, "SAML metadata 2.4.1.1"), sweden(ADVICE, "2.1.1.2")
)
def key_no_use(entity: Entity) -> Iterator[Flaw]:
    """A key says what it is for, so that one use can be changed without the other."""
    for _, key in _keys(entity):
        if not key.use:
            text = "A key without use is for both: use one key for signing and one"
            yield Flaw(key.descriptor, f"{text} for encryption.")


@entity_rule("key-repeated", saml(WARNING, "SAML metadata 2.4.1.1"))
def key_repeated(entity: Entity) -> Iterator[Flaw]:
    """A role publishes a key once for each use."""
    for role in entity.roles:
        seen = set()
        for key in role.keys:
            if key.fingerprint and (key.fingerprint, key.use) in seen:
                yield Flaw(key.descriptor, "The same key again: take this one out.")
            seen.add((key.fingerprint, key.use))


@entity_rule("key-shared", saml(WARNING, "SAML metadata interoperability 2.5"))
def key_shared(entity: Entity) -> Iterator[Flaw]:
    """Two entities do not share a key: who has it can speak as both."""
    for fingerprint, key in {key.fingerprint: key for _, key in _keys(entity)}.items():
        owner = entity.memory.first("key", fingerprint, entity.entity_id)
        if fingerprint and owner is not None and owner != entity.entity_id:
            text = "Another entity in this document has the same key: make one each."
            yield Flaw(key.descriptor, text)


@entity_rule("key-encryption-ec", saml(WARNING, "XML Encryption 5.5; bridge: RSA only"))
def key_encryption_ec(entity: Entity) -> Iterator[Flaw]:
    """A key to encrypt to is RSA: key transport is RSA-OAEP."""
    for role in entity.sps:
        for key in role.keys:
            if key.use == "encryption" and _bits(key)[0] == "EC":
                text = "An EC key for encryption: RSA-OAEP needs an RSA key; add one."
                yield Flaw(key.descriptor, text)
