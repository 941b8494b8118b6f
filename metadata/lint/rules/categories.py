"""Are the entity categories known, complete and consistent?"""

from collections.abc import Iterator

from metadata import names
from metadata.elements import MD, attribute, children, is_true, text_of
from metadata.lint import vocabulary
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
from metadata.lint.subjects import IDP, MDATTR, SAML, SP, Entity, quoted


@entity_rule(
    "category-unknown", saml(ADVICE, "RFC 8409"), sweden(WARNING, "2.1.2, 2.1.3")
)
def category_unknown(entity: Entity) -> Iterator[Flaw]:
    """Entity categories are such as others know."""
    for name in (names.ENTITY_CATEGORY, vocabulary.CATEGORY_SUPPORT):
        for value in entity.values(name):
            if text_of(value) and not vocabulary.is_known_category(text_of(value)):
                text = f"The category {quoted(text_of(value))} is not known: check"
                yield Flaw(value, f"{text} how it is spelt.")


@entity_rule("category-deprecated", swamid(ERROR, "entity categories"))
def category_deprecated(entity: Entity) -> Iterator[Flaw]:
    """No entity category has been given up."""
    for value in entity.values(names.ENTITY_CATEGORY):
        if text_of(value) in vocabulary.DEPRECATED_CATEGORIES:
            text = f"The category {quoted(text_of(value))} is deprecated: take it out."
            yield Flaw(value, text)


@entity_rule("category-missing", sweden(WARNING, "2.1.2, 2.1.3"))
def category_missing(entity: Entity) -> Iterator[Flaw]:
    """A service entity category says which level and attributes are wanted or given."""
    has_one = entity.categories().keys() & vocabulary.SERVICE_CATEGORIES
    if entity.roles_of(IDP, SP) and not has_one:
        text = "No service entity category: add one, such as"
        yield Flaw(entity.element, f"{text} http://id.swedenconnect.se/ec/1.0/….")


@entity_rule("category-sectors", sweden(WARNING, "entity categories 4"))
def category_sectors(entity: Entity) -> Iterator[Flaw]:
    """A service is of the public or of the private sector, not of both."""
    categories = entity.categories()
    if {vocabulary.PUBLIC_SP, vocabulary.PRIVATE_SP} <= categories.keys():
        text = "Both public-sector-sp and private-sector-sp: keep one."
        yield Flaw(categories[vocabulary.PRIVATE_SP], text)


@entity_rule("signature-service-unsigned", sweden(ERROR, "2.1.4"))
def signature_service_unsigned(entity: Entity) -> Iterator[Flaw]:
    """A signature service signs its requests."""
    if vocabulary.SIGNATURE_SERVICE in entity.categories():
        for role in entity.sps:
            if not is_true(role.element, "AuthnRequestsSigned"):
                text = 'A signature service without AuthnRequestsSigned="true": add it.'
                yield Flaw(role.element, text)


@entity_rule("signature-service", saml(ADVICE, "bridge: sign messages are refused"))
def signature_service(entity: Entity) -> Iterator[Flaw]:
    """The bridge does not serve signature services."""
    value = entity.categories().get(vocabulary.SIGNATURE_SERVICE)
    if value is not None:
        text = "A signature service: the bridge refuses requests with a SignMessage."
        yield Flaw(value, f"{text} Connect it to the IdP itself.")


@entity_rule("category-support-missing", swamid(WARNING, "5.1.11"))
def category_support_missing(entity: Entity) -> Iterator[Flaw]:
    """An identity provider says which entity categories it supports."""
    if entity.idps and not entity.values(vocabulary.CATEGORY_SUPPORT):
        text = f"No {vocabulary.CATEGORY_SUPPORT}: list what is supported."
        yield Flaw(entity.element, text)


@entity_rule("entity-attribute-format", saml(WARNING, "entity attributes 2.2"))
def entity_attribute_format(entity: Entity) -> Iterator[Flaw]:
    """Entity attributes have names in the form of URIs, and say so."""
    path = (MD + "Extensions", MDATTR + "EntityAttributes", SAML + "Attribute")
    for one in children(entity.element, *path):
        if attribute(one, "NameFormat") != names.ATTRNAME_URI:
            text = f"NameFormat of {quoted(attribute(one, 'Name'))}: write"
            yield Flaw(one, f"{text} {names.ATTRNAME_URI}.")


@entity_rule("entity-attributes-misplaced", saml(WARNING, "entity attributes 2.1"))
def entity_attributes_misplaced(entity: Entity) -> Iterator[Flaw]:
    """Entity attributes stand in the entity's own Extensions."""
    for role in entity.roles:
        for found in role.extensions(MDATTR + "EntityAttributes"):
            text = "EntityAttributes in a role are not looked at: move them up."
            yield Flaw(found, text)


@entity_rule("subject-id-missing", saml2int(ADVICE, "SDP-SP14"))
def subject_id_missing(entity: Entity) -> Iterator[Flaw]:
    """A service says which subject identifier it needs."""
    if entity.sps and not entity.values(vocabulary.SUBJECT_ID_SIGNAL):
        text = f"No {vocabulary.SUBJECT_ID_SIGNAL}: say pairwise-id, subject-id,"
        yield Flaw(entity.element, f"{text} any or none.")


@entity_rule(
    "subject-id-value",
    saml(ERROR, "SAML subject identifiers 2.5"),
    saml2int(ERROR, "SDP-SP14"),
)
def subject_id_value(entity: Entity) -> Iterator[Flaw]:
    """The wanted subject identifier is one of the four that there are."""
    for value in entity.values(vocabulary.SUBJECT_ID_SIGNAL):
        if text_of(value) not in vocabulary.SUBJECT_ID_VALUES:
            text = f"{quoted(text_of(value))} is no subject identifier: write"
            yield Flaw(value, f"{text} pairwise-id, subject-id, any or none.")
