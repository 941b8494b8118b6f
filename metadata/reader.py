"""What does an ``EntityDescriptor`` say about a party in one of its roles?

What is harmless is forgiven, what cannot be used is left out; both are noted in the
:class:`~metadata.elements.Reading`. Only what makes the entity unusable is an error.
"""

from collections.abc import Callable, Mapping
from typing import Final

from lxml import etree

from metadata import names, safe_xml
from metadata.display import read_display
from metadata.elements import (
    MD,
    Reading,
    attribute,
    children,
    drop_comments,
    is_true,
    nearest,
    text_of,
    texts,
    valid_until_of,
)
from metadata.endpoints import (
    fault_of,
    read_endpoints,
    read_index,
    with_one_default,
)
from metadata.entities import (
    AnyParty,
    AttributeAuthority,
    AttributeService,
    IdentityProvider,
    RequestedAttribute,
    Role,
    ServiceProvider,
)
from metadata.errors import BadEntityError
from metadata.key_descriptors import (
    publishes_encryption_keys,
    read_encryption_keys,
    read_signing_keys,
    read_verifies,
)

MAX_ENTITY_ID_BYTES: Final = 1024
"""SAML core 8.3.6."""

_DESCRIPTORS: Final = {
    Role.IDP: MD + "IDPSSODescriptor",
    Role.SP: MD + "SPSSODescriptor",
    Role.AA: MD + "AttributeAuthorityDescriptor",
}
_ROLES: Final = {tag: role for role, tag in _DESCRIPTORS.items()}
_SAML: Final = f"{{{names.NS_SAML}}}"
_SHIBMD: Final = f"{{{names.NS_SHIBMD}}}"
_PSC: Final = f"{{{names.NS_PRINCIPAL_SELECTION}}}"
_MDATTR: Final = f"{{{names.NS_MDATTR}}}"


def read_identity_provider(
    xml: bytes, *, allow_loopback_http: bool = False
) -> IdentityProvider:
    """Read an identity provider from the bytes of its ``EntityDescriptor``.

    Raises:
        UnreadableXmlError: The bytes are not XML that we read.
        BadEntityError: It cannot be used as an identity provider.
    """
    return identity_provider_of(_parse(xml), Reading(allow_loopback_http))


def read_service_provider(
    xml: bytes, *, allow_loopback_http: bool = False
) -> ServiceProvider:
    """Read a service provider from the bytes of its ``EntityDescriptor``.

    Raises:
        UnreadableXmlError: The bytes are not XML that we read.
        BadEntityError: It cannot be used as a service provider.
    """
    return service_provider_of(_parse(xml), Reading(allow_loopback_http))


def identity_provider_of(entity: etree._Element, reading: Reading) -> IdentityProvider:
    """Read an identity provider from its ``EntityDescriptor``.

    Raises:
        BadEntityError: It has no such role, no signing key, or no address for logins.
    """
    role = _descriptor(entity, Role.IDP, reading)
    signing_keys = read_signing_keys(role, reading)
    if not signing_keys:
        raise BadEntityError("an identity provider without a usable signing key")
    sso_endpoints = read_endpoints(role, "SingleSignOnService", reading)
    if not sso_endpoints:
        raise BadEntityError("an identity provider without an address for logins")
    return IdentityProvider(
        entity_id=entity_id_of(entity, reading),
        valid_until=nearest(valid_until_of(entity), valid_until_of(role)),
        signing_keys=signing_keys,
        sso_endpoints=sso_endpoints,
        slo_endpoints=read_endpoints(role, "SingleLogoutService", reading),
        name_id_formats=texts(role, MD + "NameIDFormat"),
        wants_signed_requests=is_true(role, "WantAuthnRequestsSigned"),
        scopes=_scopes(entity, role, reading),
        assurance_certifications=entity_attribute(
            entity, names.ASSURANCE_CERTIFICATION
        ),
        verifies=read_verifies(entity, role),
        requested_principal=_requested_principal(role),
        error_url=_error_url(role, reading),
        display=read_display(entity, role, reading),
    )


def service_provider_of(entity: etree._Element, reading: Reading) -> ServiceProvider:
    """Read a service provider from its ``EntityDescriptor``.

    Raises:
        BadEntityError: It has no such role, or no address for our answers.
    """
    role = _descriptor(entity, Role.SP, reading)
    acs_endpoints = read_endpoints(role, "AssertionConsumerService", reading)
    if not acs_endpoints:
        raise BadEntityError("a service provider without an address for answers")
    return ServiceProvider(
        entity_id=entity_id_of(entity, reading),
        valid_until=nearest(valid_until_of(entity), valid_until_of(role)),
        signing_keys=read_signing_keys(role, reading),
        encryption_keys=read_encryption_keys(role, reading),
        wants_encryption=publishes_encryption_keys(role),
        acs_endpoints=acs_endpoints,
        slo_endpoints=read_endpoints(role, "SingleLogoutService", reading),
        attribute_services=_attribute_services(role, reading),
        name_id_formats=texts(role, MD + "NameIDFormat"),
        signs_requests=is_true(role, "AuthnRequestsSigned"),
        wants_signed_assertions=is_true(role, "WantAssertionsSigned"),
        verifies=read_verifies(entity, role),
        entity_categories=entity_attribute(entity, names.ENTITY_CATEGORY),
        wanted_subject_ids=entity_attribute(entity, names.SUBJECT_ID_SIGNAL),
        display=read_display(entity, role, reading),
    )


def attribute_authority_of(
    entity: etree._Element, reading: Reading
) -> AttributeAuthority:
    """Read an attribute authority from its ``EntityDescriptor``.

    Raises:
        BadEntityError: It has no such role, no signing key, or no address for questions
            (SAML metadata 2.4.7).
    """
    role = _descriptor(entity, Role.AA, reading)
    signing_keys = read_signing_keys(role, reading)
    if not signing_keys:
        raise BadEntityError("an attribute authority without a usable signing key")
    endpoints = read_endpoints(role, "AttributeService", reading)
    if not endpoints:
        raise BadEntityError("an attribute authority without an address for questions")
    return AttributeAuthority(
        entity_id=entity_id_of(entity, reading),
        valid_until=nearest(valid_until_of(entity), valid_until_of(role)),
        signing_keys=signing_keys,
        attribute_endpoints=endpoints,
        name_id_formats=texts(role, MD + "NameIDFormat"),
        scopes=_scopes(entity, role, reading),
        display=read_display(entity, role, reading),
    )


PARTY_READERS: Final[Mapping[Role, Callable[[etree._Element, Reading], AnyParty]]] = {
    Role.IDP: identity_provider_of,
    Role.SP: service_provider_of,
    Role.AA: attribute_authority_of,
}
"""How an entity is read in each role."""


def read_party(
    xml: bytes, role: Role, *, allow_loopback_http: bool = False
) -> AnyParty:
    """Read an entity in a role from the bytes of its ``EntityDescriptor``.

    Raises:
        UnreadableXmlError: The bytes are not XML that we read.
        BadEntityError: It cannot be used in this role.
    """
    return PARTY_READERS[role](_parse(xml), Reading(allow_loopback_http))


def entity_id_of(entity: etree._Element, reading: Reading) -> str:
    """Read the entityID; odd ones are noted and used as they are.

    Raises:
        BadEntityError: There is none, or it is longer than SAML core 8.3.6 allows.
    """
    entity_id = attribute(entity, "entityID")
    if not entity_id:
        raise BadEntityError("no entityID")
    if len(entity_id.encode()) > MAX_ENTITY_ID_BYTES:
        raise BadEntityError("an entityID that is too long")
    if entity_id != entity.get("entityID"):
        reading.warn("entityID with blanks around it")
    if ":" not in entity_id or not entity_id.isascii():
        reading.warn("entityID is no absolute URI")
    return entity_id


def roles_of(entity: etree._Element) -> frozenset[Role]:
    """Tell in which roles of SAML 2.0 an entity describes itself."""
    return frozenset(
        _ROLES[str(element.tag)] for element in descriptors_of(entity, *Role)
    )


def _parse(xml: bytes) -> etree._Element:
    root = safe_xml.parse(xml, limits=safe_xml.METADATA_LIMITS)
    drop_comments(root)
    return root


def descriptors_of(entity: etree._Element, *roles: Role) -> "filter[etree._Element]":
    """Walk through the descriptors of some roles that are of SAML 2.0."""
    tags = (_DESCRIPTORS[role] for role in roles)
    return filter(
        lambda element: (
            names.NS_SAMLP in attribute(element, "protocolSupportEnumeration").split()
        ),
        entity.iterchildren(*tags),
    )


def _descriptor(entity: etree._Element, role: Role, reading: Reading) -> etree._Element:
    """Choose the descriptor of a role; a second one is noted and not used."""
    if entity.tag != MD + "EntityDescriptor":
        raise BadEntityError("not an EntityDescriptor")
    found = list(descriptors_of(entity, role))
    if not found:
        raise BadEntityError(f"no {role} role of SAML 2.0")
    if len(found) > 1:
        reading.warn(f"several descriptors of the {role} role: only the first counts")
    return found[0]


def entity_attribute(entity: etree._Element, name: str) -> tuple[str, ...]:
    """Read the values of an attribute that the entity has as a whole."""
    attributes = children(
        entity, MD + "Extensions", _MDATTR + "EntityAttributes", _SAML + "Attribute"
    )
    return tuple(
        dict.fromkeys(
            value
            for element in attributes
            if attribute(element, "Name") == name
            for value in texts(element, _SAML + "AttributeValue")
        )
    )


def _requested_principal(role: etree._Element) -> tuple[str, ...]:
    """Read what it wants to know about a person (Principal Selection 1.0, 2.2)."""
    wishes = children(
        role,
        MD + "Extensions",
        _PSC + "RequestedPrincipalSelection",
        _PSC + "MatchValue",
    )
    found = (attribute(wish, "Name") for wish in wishes)
    return tuple(dict.fromkeys(name for name in found if name))


def _error_url(role: etree._Element, reading: Reading) -> str | None:
    """Read where people are sent whose login did not do (metadata 2.4.1)."""
    address = attribute(role, "errorURL")
    if not address:
        return None
    fault = fault_of(address, allow_loopback_http=reading.allow_loopback_http)
    if fault:
        reading.warn(f"errorURL left out: it {fault}")
        return None
    return address


def _scopes(
    entity: etree._Element, role: etree._Element, reading: Reading
) -> tuple[str, ...]:
    """Read the literal scopes; a regular expression could mean anything."""
    found = []
    for parent in (entity, role):
        for element in children(parent, MD + "Extensions", _SHIBMD + "Scope"):
            if attribute(element, "regexp") not in ("", "false", "0"):
                reading.warn("Scope left out: it is a regular expression")
            elif text_of(element):
                found.append(text_of(element))
    return tuple(dict.fromkeys(found))


def _attribute_services(
    role: etree._Element, reading: Reading
) -> tuple[AttributeService, ...]:
    """Read the sets of attributes that the service asks for."""
    found = []
    for element in children(role, MD + "AttributeConsumingService"):
        index = read_index(element, reading)
        if index is None:
            reading.warn("AttributeConsumingService left out: no index")
            continue
        requested = tuple(
            RequestedAttribute(
                name=attribute(wish, "Name"), is_required=is_true(wish, "isRequired")
            )
            for wish in children(element, MD + "RequestedAttribute")
            if attribute(wish, "Name")
        )
        service = AttributeService(
            index=index,
            is_default=is_true(element, "isDefault"),
            requested=requested,
        )
        found.append((element.get("isDefault"), service))
    return with_one_default(found)
