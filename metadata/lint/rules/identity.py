"""Who is the entity, and what is it for?"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from metadata import names
from metadata.elements import attribute
from metadata.lint.levels import ADVICE, ERROR, WARNING, saml, saml2int, swamid
from metadata.lint.registry import Flaw, entity_rule
from metadata.lint.subjects import AA, AFFILIATION, Entity, quoted

_MAX_BYTES: Final = 1024
_MAX_PROFILE: Final = 256
_URI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[\x21-\x7e]+")
_USUAL: Final = ("urn:", "https://", "http://")


@entity_rule(
    "entity-id-form",
    saml(WARNING, "SAML core 8.3.6; bridge: used byte for byte"),
    saml2int(ERROR, "SDP-G04"),
)
def entity_id_form(entity: Entity) -> Iterator[Flaw]:
    """The entityID is an absolute URI in ASCII."""
    if not _URI.fullmatch(entity.entity_id.strip()):
        text = f"The entityID {quoted(entity.entity_id)} is no absolute URI"
        yield Flaw(entity.element, f"{text}: choose one such as https://….")


@entity_rule("entity-id-scheme", swamid(ERROR, "5.1.7, 6.1.7"))
def entity_id_scheme(entity: Entity) -> Iterator[Flaw]:
    """The entityID begins with https://, http:// or urn:."""
    if not entity.entity_id.startswith(_USUAL):
        text = "The entityID begins with none of https://, http://, urn:"
        yield Flaw(entity.element, f"{text}: choose one that does.")


@entity_rule("entity-id-urn", swamid(WARNING, "5.1.7, 6.1.7"))
def entity_id_urn(entity: Entity) -> Iterator[Flaw]:
    """A new entity is not named by a URN."""
    if entity.entity_id.startswith("urn:"):
        text = "The entityID is a URN: name new entities by https://…."
        yield Flaw(entity.element, text)


@entity_rule("entity-id-too-long", saml(ERROR, "SAML core 8.3.6; bridge: left out"))
def entity_id_too_long(entity: Entity) -> Iterator[Flaw]:
    """The entityID is at most 1024 bytes long."""
    if len(entity.entity_id.encode()) > _MAX_BYTES:
        text = f"The entityID is longer than {_MAX_BYTES} bytes: choose a shorter one."
        yield Flaw(entity.element, text)


@entity_rule(
    "entity-id-long", saml2int(ERROR, "SDP-G04"), swamid(ERROR, "5.1.8, 6.1.8")
)
def entity_id_long(entity: Entity) -> Iterator[Flaw]:
    """The entityID is at most 256 characters long."""
    if len(entity.entity_id) > _MAX_PROFILE:
        text = f"The entityID has {len(entity.entity_id)} characters"
        yield Flaw(entity.element, f"{text}: choose one of at most {_MAX_PROFILE}.")


@entity_rule("entity-id-repeated", saml(ERROR, "bridge: the second one is left out"))
def entity_id_repeated(entity: Entity) -> Iterator[Flaw]:
    """An entityID occurs once in a document."""
    name = entity.entity_id
    if entity.memory.first("entityID", name, name) is not None:
        text = "The same entityID stands earlier in this document: keep one."
        yield Flaw(entity.element, text)


@entity_rule("id-repeated", saml(ERROR, "XML schema: ID; bridge: messages refused"))
def id_repeated(entity: Entity) -> Iterator[Flaw]:
    """No ID occurs twice, so that a signature can mean one element only."""
    for element in entity.elements:
        value = element.get("ID")
        if value and entity.memory.first("ID", value, value) is not None:
            yield Flaw(element, f"The ID {quoted(value)} occurs twice: change one.")


@entity_rule("role-missing", saml(ERROR, "SAML metadata 2.3.2; bridge: left out"))
def role_missing(entity: Entity) -> Iterator[Flaw]:
    """An entity has a role."""
    affiliations = entity.element.iterchildren(AFFILIATION)
    if not entity.roles and next(affiliations, None) is None:
        text = "No role: add an IDPSSODescriptor or an SPSSODescriptor."
        yield Flaw(entity.element, text)


@entity_rule("role-protocol", saml(WARNING, "SAML metadata 2.4.1; bridge: left out"))
def role_protocol(entity: Entity) -> Iterator[Flaw]:
    """A role speaks SAML 2.0."""
    for role in entity.roles:
        spoken = attribute(role.element, "protocolSupportEnumeration").split()
        if spoken and names.NS_SAMLP not in spoken:
            text = f"{role.name} does not speak SAML 2.0: remove it, or add"
            yield Flaw(role.element, f"{text} {names.NS_SAMLP}.")


@entity_rule("role-repeated", saml(WARNING, "bridge: only the first counts"))
def role_repeated(entity: Entity) -> Iterator[Flaw]:
    """A role is described once."""
    counted: Counter[str] = Counter()
    for role in entity.roles:
        counted[role.name] += 1
        if counted[role.name] > 1 and role.name != "RoleDescriptor":
            text = f"A second {role.name}: many read only the first; join them."
            yield Flaw(role.element, text)


@entity_rule("attribute-authority-beside-idp", swamid(ADVICE, "recommendation"))
def attribute_authority_beside_idp(entity: Entity) -> Iterator[Flaw]:
    """An identity provider has an attribute authority only if somebody queries it."""
    if entity.idps:
        for role in entity.roles_of(AA):
            text = "An AttributeAuthorityDescriptor: remove it unless it is queried."
            yield Flaw(role.element, text)
