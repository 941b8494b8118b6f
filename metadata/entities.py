"""Other parties as immutable values: identity providers, service providers, keys."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from metadata import names


class Role(StrEnum):
    """What an entity may do; a key speaks only for the role it was published in."""

    IDP = "idp"
    SP = "sp"
    AA = "aa"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key of another party, as the certificate in which it was published.

    The certificate is only a container: its dates and its issuer are not checked,
    because metadata is the trust (Sweden Connect deployment profile 2.1).
    """

    certificate: bytes
    """The X.509 certificate, DER."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyTransport:
    """A variant of RSA-OAEP, by which the key of a message travels."""

    algorithm: str = names.KEY_TRANSPORT_OAEP
    digest: str = names.DIGEST_SHA1
    """``ds:DigestMethod``; SHA-1 when nothing is said, which is no weakness here."""
    mask: str = names.MASK_SHA1
    """``xenc11:MGF``; always SHA-1 with ``rsa-oaep-mgf1p``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verifies:
    """Which signatures a party says that it can verify (SAML algorithm support 1.0)."""

    signatures: tuple[str, ...] = ()
    """``alg:SigningMethod``; often none: then it knows those that everybody must."""
    digests: tuple[str, ...] = ()
    """``alg:DigestMethod``."""


ANYBODY = Verifies()
"""Somebody of whom we only know that they keep to the specifications."""


@dataclass(frozen=True, slots=True)
class EncryptionKey:
    """A key to encrypt to, with the algorithms that its owner declares."""

    key: PublicKey
    methods: tuple[str, ...] = ()
    """``md:EncryptionMethod`` algorithms in the order of the metadata; often empty."""
    transports: tuple[KeyTransport, ...] = ()
    """The variants of RSA-OAEP among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """An address at which an entity receives messages in one binding."""

    binding: str
    location: str
    index: int | None = None
    is_default: bool = False
    response_location: str | None = None
    """Where answers go when that is another address (``ResponseLocation``)."""

    @property
    def for_responses(self) -> str:
        """Where answers go (SAML metadata 2.2.2)."""
        return self.response_location or self.location


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestedAttribute:
    """An attribute that a service asks for."""

    name: str
    is_required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeService:
    """An ``AttributeConsumingService``: one set of attributes that can be asked for."""

    index: int
    is_default: bool = False
    requested: tuple[RequestedAttribute, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Display:
    """What people see of an entity (``mdui:UIInfo``); keys are languages."""

    names: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    logo_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityProvider:
    """An identity provider as its ``IDPSSODescriptor`` describes it."""

    entity_id: str
    valid_until: datetime | None
    signing_keys: tuple[PublicKey, ...]
    sso_endpoints: tuple[Endpoint, ...]
    slo_endpoints: tuple[Endpoint, ...] = ()
    name_id_formats: tuple[str, ...] = ()
    wants_signed_requests: bool = False
    scopes: tuple[str, ...] = ()
    """Literal ``shibmd:Scope`` values; regular expressions are left out."""
    assurance_certifications: tuple[str, ...] = ()
    requested_principal: tuple[str, ...] = ()
    """Names of attributes by which it wants to be told whom a request is about."""
    error_url: str | None = None
    """Its page for people whose login did not do (``errorURL``)."""
    verifies: Verifies = ANYBODY
    display: Display = field(default_factory=Display)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceProvider:
    """A service provider as its ``SPSSODescriptor`` describes it."""

    entity_id: str
    valid_until: datetime | None
    signing_keys: tuple[PublicKey, ...]
    encryption_keys: tuple[EncryptionKey, ...]
    """The keys that we can use."""
    acs_endpoints: tuple[Endpoint, ...]
    slo_endpoints: tuple[Endpoint, ...] = ()
    attribute_services: tuple[AttributeService, ...] = ()
    name_id_formats: tuple[str, ...] = ()
    wants_encryption: bool = False
    """Whether it publishes a key to encrypt to, be it one that we refuse: what it gets
    is then encrypted, or it gets nothing."""
    signs_requests: bool = False
    """``AuthnRequestsSigned``: an unsigned request from this SP is refused."""
    wants_signed_assertions: bool = False
    verifies: Verifies = ANYBODY
    entity_categories: tuple[str, ...] = ()
    wanted_subject_ids: tuple[str, ...] = ()
    """``subject-id:req``: ``subject-id``, ``pairwise-id``, ``any`` or ``none``."""
    display: Display = field(default_factory=Display)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeAuthority:
    """An attribute authority as its ``AttributeAuthorityDescriptor`` describes it."""

    entity_id: str
    valid_until: datetime | None
    signing_keys: tuple[PublicKey, ...]
    attribute_endpoints: tuple[Endpoint, ...]
    """Where it is asked for attributes (``AttributeService``)."""
    name_id_formats: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    """Literal ``shibmd:Scope`` values; regular expressions are left out."""
    display: Display = field(default_factory=Display)


AnyParty = IdentityProvider | ServiceProvider | AttributeAuthority
"""An entity in one of its roles."""
