"""What does a rule look at? An entity with its roles and keys, or a whole document."""

import base64
import binascii
import warnings
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import (
    CertificatePublicKeyTypes,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lxml import etree

from metadata import names
from metadata.algorithms import MIN_EC_BITS, MIN_RSA_BITS
from metadata.elements import MD, XML_LANG, attribute, children, text_of

MDUI: Final = f"{{{names.NS_MDUI}}}"
MDATTR: Final = f"{{{names.NS_MDATTR}}}"
SAML: Final = f"{{{names.NS_SAML}}}"
DS: Final = f"{{{names.NS_DS}}}"
SHIBMD: Final = f"{{{names.NS_SHIBMD}}}"

IDP: Final = MD + "IDPSSODescriptor"
SP: Final = MD + "SPSSODescriptor"
AA: Final = MD + "AttributeAuthorityDescriptor"
AFFILIATION: Final = MD + "AffiliationDescriptor"
ROLES: Final = (
    IDP,
    SP,
    AA,
    MD + "AuthnAuthorityDescriptor",
    MD + "PDPDescriptor",
    MD + "RoleDescriptor",
)
_SHOWN: Final = 70


def tag_of(element: etree._Element) -> str:
    """Give the tag of an element, which is a string for everything but comments."""
    return str(element.tag)


def local_name(element: etree._Element) -> str:
    """Name an element without its namespace, however odd its name is."""
    return tag_of(element).rpartition("}")[2]


def namespace_of(element: etree._Element) -> str:
    """Name the namespace of an element; empty when it has none."""
    return tag_of(element).rpartition("}")[0].removeprefix("{")


def printable(text: str) -> str:
    """Write the text of somebody else so that it does nothing to a terminal."""
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode()
        for letter in text
    )


def quoted(value: str) -> str:
    """Write a value of somebody else into a sentence: short, on one line, harmless."""
    shown = value if len(value) <= _SHOWN else value[:_SHOWN] + "…"
    return f'"{printable(shown)}"'


@dataclass(eq=False)
class Key:
    """A ``KeyDescriptor``."""

    descriptor: etree._Element

    @cached_property
    def use(self) -> str:
        """What it is for; empty for both."""
        return attribute(self.descriptor, "use")

    @property
    def signs(self) -> bool:
        """Whether it may verify signatures."""
        return self.use in ("", "signing")

    @property
    def encrypts(self) -> bool:
        """Whether others may encrypt to it."""
        return self.use in ("", "encryption")

    @cached_property
    def certificate_elements(self) -> tuple[etree._Element, ...]:
        """Where its certificates stand."""
        path = (DS + "KeyInfo", DS + "X509Data", DS + "X509Certificate")
        return tuple(children(self.descriptor, *path))

    @cached_property
    def certificate(self) -> x509.Certificate | None:
        """Its first certificate, when that can be read."""
        if not self.certificate_elements:
            return None
        return read_certificate(text_of(self.certificate_elements[0]))

    @cached_property
    def begins(self) -> datetime | None:
        """When its certificate begins, if that can be read."""
        return _moment(self.certificate, "not_valid_before_utc")

    @cached_property
    def ends(self) -> datetime | None:
        """When its certificate ends, if that can be read."""
        return _moment(self.certificate, "not_valid_after_utc")

    @cached_property
    def public(self) -> CertificatePublicKeyTypes | None:
        """The key in the certificate, when that can be read."""
        return None if self.certificate is None else _public_key(self.certificate)

    @cached_property
    def fingerprint(self) -> str | None:
        """SHA-256 of the key itself, whatever certificate it is in."""
        if self.public is None:
            return None
        return fingerprint_of(self.public)

    @property
    def methods(self) -> tuple[etree._Element, ...]:
        """The ``EncryptionMethod`` elements."""
        return tuple(children(self.descriptor, MD + "EncryptionMethod"))

    @property
    def is_usable(self) -> bool:
        """Whether the bridge would take it."""
        match self.public:
            case rsa.RSAPublicKey(key_size=bits):
                return bits >= MIN_RSA_BITS
            case ec.EllipticCurvePublicKey(key_size=bits):
                return bits >= MIN_EC_BITS
            case _:
                return False


def read_certificate(text: str) -> x509.Certificate | None:
    """Read a certificate in base64, or nothing when that cannot be done."""
    try:
        der = base64.b64decode("".join(text.split()), validate=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # odd certificates are for rules to judge
            return x509.load_der_x509_certificate(der)
    except (binascii.Error, ValueError, TypeError):
        return None


def _moment(certificate: x509.Certificate | None, name: str) -> datetime | None:
    try:
        return getattr(certificate, name, None)
    except ValueError:
        return None


def _public_key(certificate: x509.Certificate) -> CertificatePublicKeyTypes | None:
    try:
        return certificate.public_key()
    except Exception:  # noqa: BLE001  cryptography raises many kinds for odd keys
        return None


def certified_fingerprint(text: str) -> str | None:
    """Name the key in a certificate in base64, when it can be read."""
    certificate = read_certificate(text)
    key = None if certificate is None else _public_key(certificate)
    return None if key is None else fingerprint_of(key)


def fingerprint_of(key: CertificatePublicKeyTypes) -> str:
    """Name a key by the SHA-256 of its SubjectPublicKeyInfo."""
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return sha256(spki).hexdigest()


@dataclass(eq=False)
class Role:
    """What an entity is: a descriptor of one role."""

    element: etree._Element

    @property
    def name(self) -> str:
        """The role in a sentence."""
        return local_name(self.element)

    @cached_property
    def keys(self) -> tuple[Key, ...]:
        """Its keys in their order."""
        return tuple(map(Key, children(self.element, MD + "KeyDescriptor")))

    @cached_property
    def infos(self) -> tuple[etree._Element, ...]:
        """Its ``mdui:UIInfo`` elements; there should be one."""
        return tuple(self.extensions(MDUI + "UIInfo"))

    def extensions(self, *path: str) -> Iterator[etree._Element]:
        """Walk down from its ``Extensions``."""
        return children(self.element, MD + "Extensions", *path)

    def ui(self, name: str) -> tuple[etree._Element, ...]:
        """Find what people see of it, such as ``DisplayName``; empty ones left out."""
        return tuple(
            element
            for info in self.infos
            for element in children(info, MDUI + name)
            if text_of(element)
        )

    def endpoints(self, name: str) -> tuple[etree._Element, ...]:
        """Find its endpoints of a kind."""
        return tuple(children(self.element, MD + name))

    @cached_property
    def all_endpoints(self) -> tuple[etree._Element, ...]:
        """Find everything in it that has a ``Binding``."""
        return tuple(
            child
            for child in self.element.iterchildren("*")
            if child.get("Binding") is not None
        )


@dataclass(eq=False)
class Memory:
    """What the rules remember from entity to entity; small, however many there are."""

    _first: dict[tuple[str, Hashable], str] = field(default_factory=dict)

    def first(self, kind: str, key: Hashable, owner: str) -> str | None:
        """Say who had this first, or nothing when nobody had it before."""
        if (kind, key) in self._first:
            return self._first[kind, key]
        self._first[kind, key] = owner
        return None


@dataclass(eq=False, kw_only=True)
class Entity:
    """An ``EntityDescriptor`` in a document."""

    element: etree._Element
    now: datetime
    memory: Memory
    signers: frozenset[str] = frozenset()
    """Fingerprints of the keys that stand in the document's signature."""

    @cached_property
    def elements(self) -> tuple[etree._Element, ...]:
        """All its elements; held, so that rules need not make them anew."""
        return tuple(self.element.iter("*"))

    @property
    def is_alone(self) -> bool:
        """Whether it is the whole document."""
        return self.element.getparent() is None

    @cached_property
    def entity_id(self) -> str:
        """Its name as it stands, blanks and all."""
        return self.element.get("entityID") or ""

    @cached_property
    def roles(self) -> tuple[Role, ...]:
        """All its roles in their order."""
        return tuple(Role(one) for one in self.element.iterchildren(*ROLES))

    def roles_of(self, *tags: str) -> tuple[Role, ...]:
        """Its roles of some kinds."""
        return tuple(role for role in self.roles if role.element.tag in tags)

    @property
    def idps(self) -> tuple[Role, ...]:
        """Its identity provider roles."""
        return self.roles_of(IDP)

    @property
    def sps(self) -> tuple[Role, ...]:
        """Its service provider roles."""
        return self.roles_of(SP)

    @property
    def organisations(self) -> tuple[etree._Element, ...]:
        """Who runs it."""
        return tuple(children(self.element, MD + "Organization"))

    @cached_property
    def contacts(self) -> tuple[etree._Element, ...]:
        """Whom to ask."""
        return tuple(children(self.element, MD + "ContactPerson"))

    def values(self, name: str) -> tuple[etree._Element, ...]:
        """Find the values of an entity attribute."""
        path = (MD + "Extensions", MDATTR + "EntityAttributes", SAML + "Attribute")
        return tuple(
            value
            for one in children(self.element, *path)
            if attribute(one, "Name") == name
            for value in children(one, SAML + "AttributeValue")
        )

    def categories(self) -> dict[str, etree._Element]:
        """Find its entity categories and where they stand."""
        return {text_of(one): one for one in self.values(names.ENTITY_CATEGORY)}

    @cached_property
    def localised(self) -> tuple[etree._Element, ...]:
        """Everything in it that has a language by its specification."""
        return tuple(self.element.iter(*LOCALISED))


@dataclass(eq=False, kw_only=True)
class Document:
    """The document around the entities; these are gone when rules look at it."""

    root: etree._Element
    now: datetime
    entity_count: int

    @property
    def is_one_entity(self) -> bool:
        """Whether the root is an entity, which has been looked at as such."""
        return tag_of(self.root) == MD + "EntityDescriptor"


LOCALISED: Final = (
    MD + "OrganizationName",
    MD + "OrganizationDisplayName",
    MD + "OrganizationURL",
    MD + "ServiceName",
    MD + "ServiceDescription",
    *(
        MDUI + name
        for name in (
            "DisplayName",
            "Description",
            "InformationURL",
            "PrivacyStatementURL",
            "Keywords",
        )
    ),
)
"""What must have ``xml:lang`` (SAML metadata 2.2.4 and 2.2.5, metadata UI 2.1)."""


def language_of(element: etree._Element) -> str:
    """Read the language of an element as it stands, in small letters."""
    return (element.get(XML_LANG) or "").strip().lower()
