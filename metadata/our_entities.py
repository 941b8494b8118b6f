"""What do we say about ourselves to the others, as plain values?

Texts are mappings from language to text; whoever makes these values knows the texts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from metadata import names

Texts = Mapping[str, str]
"""One text in several languages, ``sv`` and ``en`` at least."""

SP_NAME_ID_FORMATS: Final = (names.NAMEID_TRANSIENT, names.NAMEID_PERSISTENT)
IDP_NAME_ID_FORMATS: Final = (names.NAMEID_PERSISTENT, names.NAMEID_TRANSIENT)
AA_NAME_ID_FORMATS: Final = (
    names.NAMEID_PERSISTENT,
    names.NAMEID_TRANSIENT,
    names.ATTR_HSA_ID,
    names.NAMEID_UNSPECIFIED,
)
"""How people may be named in queries; the last two mean an HSA-id."""
ENCRYPTION_METHODS: Final = (
    names.ENCRYPTION_AES256_GCM,
    names.ENCRYPTION_AES128_GCM,
    names.KEY_TRANSPORT_OAEP,
)
"""What others may encrypt to us with."""


class ContactKind(StrEnum):
    """Whom a contact is for."""

    TECHNICAL = "technical"
    SUPPORT = "support"
    ADMINISTRATIVE = "administrative"
    SECURITY = "security"


@dataclass(frozen=True, slots=True, kw_only=True)
class OurContact:
    """Somebody at our agency."""

    kind: ContactKind
    email: str
    company: str = ""
    given_name: str = ""
    surname: str = ""
    telephone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OurLogo:
    """A picture of ours."""

    url: str
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OurDisplay:
    """How others show us (``mdui:UIInfo``)."""

    names: Texts
    descriptions: Texts = field(default_factory=dict)
    information_urls: Texts = field(default_factory=dict)
    privacy_urls: Texts = field(default_factory=dict)
    logo: OurLogo | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OurOrganisation:
    """The agency that runs us."""

    names: Texts
    display_names: Texts
    urls: Texts
    number: str = ""
    """Ten digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OurAttribute:
    """An attribute that our IdP or our attribute authority can tell."""

    name: str
    friendly_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OurRequestedAttribute:
    """An attribute that our SP asks for."""

    name: str
    friendly_name: str
    is_required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OurAttributeService:
    """A set of attributes that our SP can ask for by its index."""

    index: int
    names: Texts
    requested: tuple[OurRequestedAttribute, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OurEntity:
    """What our entities have in common."""

    entity_id: str
    signing_certificates: tuple[bytes, ...]
    """DER: the current key first, then the next and the previous one."""
    display: OurDisplay
    organisation: OurOrganisation
    contacts: tuple[OurContact, ...] = ()
    assurance_certifications: tuple[str, ...] = ()
    entity_categories: tuple[str, ...] = ()
    slo_addresses: tuple[tuple[str, str], ...] = ()
    """Where others tell us that somebody logs out: binding and address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OurSp(OurEntity):
    """Our service provider, as Inera's IdP sees us."""

    acs_url: str
    encryption_certificates: tuple[bytes, ...]
    """DER: the current key first, then the next one; never the previous one."""
    attribute_services: tuple[OurAttributeService, ...]
    encryption_methods: tuple[str, ...] = ENCRYPTION_METHODS
    name_id_formats: tuple[str, ...] = SP_NAME_ID_FORMATS


@dataclass(frozen=True, slots=True, kw_only=True)
class OurIdp(OurEntity):
    """Our identity provider, as an e-service sees us."""

    sso_redirect_url: str
    sso_post_url: str
    wants_signed_requests: bool = False
    scopes: tuple[str, ...] = ()
    error_url: str = ""
    supported_categories: tuple[str, ...] = ()
    """Categories of services that get what the category promises."""
    attributes: tuple[OurAttribute, ...] = ()
    """What it can tell, when that is said."""
    name_id_formats: tuple[str, ...] = IDP_NAME_ID_FORMATS


@dataclass(frozen=True, slots=True, kw_only=True)
class OurAa(OurEntity):
    """Our attribute authority, as an e-service sees us that asks for attributes."""

    query_url: str
    encryption_certificates: tuple[bytes, ...]
    """DER, for names of people that are encrypted to us."""
    tls_certificates: tuple[bytes, ...] = ()
    """DER: what clients see at our address, where that is another key than ours."""
    scopes: tuple[str, ...] = ()
    attributes: tuple[OurAttribute, ...] = ()
    encryption_methods: tuple[str, ...] = ENCRYPTION_METHODS
    name_id_formats: tuple[str, ...] = AA_NAME_ID_FORMATS


def inera_attribute_services(
    *, full: Texts, id_only: Texts
) -> tuple[OurAttributeService, ...]:
    """Describe the two sets of attributes that we ask Inera's IdP for.

    Only the HSA-id is required: the IdP refuses the whole login when a required
    attribute is missing.

    Args:
        full: The name of the set with index 0: who the person is, and for whom.
        id_only: The name of the set with index 1: the HSA-id alone.
    """
    hsa_id = OurRequestedAttribute(
        name=names.SAMBI_HSA_ID, friendly_name="employeeHsaId", is_required=True
    )
    others = (
        (names.SAMBI_GIVEN_NAME, "givenName"),
        (names.SAMBI_SURNAME, "surname"),
        (names.SAMBI_MAIL, "mail"),
        (names.SAMBI_ORGANISATION_NUMBER, "organizationIdentifier"),
    )
    wishes = tuple(
        OurRequestedAttribute(name=name, friendly_name=friendly)
        for name, friendly in others
    )
    return (
        OurAttributeService(index=0, names=full, requested=(hsa_id, *wishes)),
        OurAttributeService(index=1, names=id_only, requested=(hsa_id,)),
    )
