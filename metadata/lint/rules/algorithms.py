"""Which algorithms does an entity declare, and may they be used?"""

from collections.abc import Iterator
from typing import Final

from metadata import names
from metadata.algorithms import DIGESTS, SIGNATURES
from metadata.elements import attribute
from metadata.lint.levels import (
    ADVICE,
    ERROR,
    WARNING,
    saml,
    saml2int,
    sweden,
)
from metadata.lint.registry import Flaw, entity_rule
from metadata.lint.subjects import Entity, Key, local_name, quoted, tag_of

_ALG: Final = "{urn:oasis:names:tc:SAML:metadata:algsupport}"
_SIGNING_METHOD: Final = _ALG + "SigningMethod"
_DIGEST_METHOD: Final = _ALG + "DigestMethod"
_CBC: Final = frozenset(
    {
        names.ENCRYPTION_AES128_CBC,
        names.ENCRYPTION_AES192_CBC,
        names.ENCRYPTION_AES256_CBC,
    }
)
_GCM: Final = frozenset(
    {
        names.ENCRYPTION_AES128_GCM,
        names.ENCRYPTION_AES192_GCM,
        names.ENCRYPTION_AES256_GCM,
    }
)
_TRANSPORT: Final = frozenset({names.KEY_TRANSPORT_OAEP, names.NS_XENC11 + "rsa-oaep"})
_BROKEN: Final = frozenset({names.NS_XENC + "rsa-1_5", names.NS_XENC + "tripledes-cbc"})


def _encryption_keys(entity: Entity) -> Iterator[Key]:
    for role in entity.roles:
        yield from (key for key in role.keys if key.encrypts)


def _methods(key: Key) -> set[str]:
    return {attribute(method, "Algorithm") for method in key.methods}


@entity_rule(
    "encryption-method-broken",
    saml(WARNING, "bridge: never used"),
    saml2int(ERROR, "SDP-ALG01"),
    sweden(ERROR, "2.1.1.3, 8.3, 8.4"),
)
def encryption_method_broken(entity: Entity) -> Iterator[Flaw]:
    """Neither RSA 1.5 nor 3DES is declared: both are broken."""
    for key in _encryption_keys(entity):
        for method in key.methods:
            algorithm = attribute(method, "Algorithm")
            if algorithm in _BROKEN:
                yield Flaw(method, f"{quoted(algorithm)} is broken: take it out.")


@entity_rule("encryption-method-unknown", saml(ADVICE, "XML Encryption 1.1 section 5"))
def encryption_method_unknown(entity: Entity) -> Iterator[Flaw]:
    """Declared algorithms are such as somebody uses."""
    known = _CBC | _GCM | _TRANSPORT | _BROKEN
    for key in _encryption_keys(entity):
        for method in key.methods:
            algorithm = attribute(method, "Algorithm")
            if algorithm not in known:
                text = f"{quoted(algorithm)} is not known: check how it is spelt."
                yield Flaw(method, text)


@entity_rule("encryption-method-cbc", saml2int(WARNING, "SDP-ALG01"))
def encryption_method_cbc(entity: Entity) -> Iterator[Flaw]:
    """Who declares AES-CBC declares AES-GCM too."""
    for key in _encryption_keys(entity):
        methods = _methods(key)
        if methods & _CBC and not methods & _GCM:
            text = "Only AES-CBC is declared, which is broken: add AES-GCM"
            yield Flaw(key.descriptor, f"{text} (xmlenc11#aes256-gcm) before it.")


@entity_rule("encryption-method-missing", saml(ADVICE, "SAML metadata 2.4.1.1"))
def encryption_method_missing(entity: Entity) -> Iterator[Flaw]:
    """A service's key for encryption says with what: profiles differ (GCM, CBC)."""
    for role in entity.sps:
        for key in role.keys:
            if key.use == "encryption" and not key.methods:
                text = "No EncryptionMethod: senders guess; declare AES-GCM and"
                yield Flaw(key.descriptor, f"{text} RSA-OAEP.")


@entity_rule("encryption-method-misplaced", saml(ADVICE, "SAML metadata 2.4.1.1"))
def encryption_method_misplaced(entity: Entity) -> Iterator[Flaw]:
    """A key for signing declares no encryption."""
    for role in entity.roles:
        for key in role.keys:
            if key.use == "signing" and key.methods:
                text = "EncryptionMethod on a key for signing: take it out."
                yield Flaw(key.methods[0], text)


@entity_rule(
    "algorithm-refused",
    saml(WARNING, "bridge: refused"),
    saml2int(WARNING, "SDP-ALG01"),
    sweden(ERROR, "2.1.1.3, 8.1, 8.2"),
)
def algorithm_refused(entity: Entity) -> Iterator[Flaw]:
    """Declared algorithms for signatures are SHA-256 or better, with RSA or ECDSA."""
    known = {_SIGNING_METHOD: set(SIGNATURES), _DIGEST_METHOD: set(DIGESTS)}
    for element in entity.element.iter(*known):
        algorithm = attribute(element, "Algorithm")
        if algorithm not in known[tag_of(element)]:
            text = f"{local_name(element)} {quoted(algorithm)} is refused: take it out."
            yield Flaw(element, text)
