"""Which attributes does a service ask for, and does an IdP declare?"""

from collections.abc import Iterator
from typing import Final

from lxml import etree

from metadata import names
from metadata.elements import MD, attribute, children, is_true
from metadata.lint.levels import ADVICE, ERROR, WARNING, saml, swamid
from metadata.lint.registry import Flaw, entity_rule
from metadata.lint.subjects import SAML, Entity, quoted
from metadata.lint.vocabulary import COMMISSIONS, PERSONAL_NUMBERS, family_of

_MANY: Final = 3


def _services(entity: Entity) -> Iterator[etree._Element]:
    for role in entity.sps:
        yield from role.endpoints("AttributeConsumingService")


def _wishes_of(service: etree._Element) -> list[etree._Element]:
    return list(children(service, MD + "RequestedAttribute"))


def _wishes(entity: Entity) -> Iterator[tuple[etree._Element, str]]:
    for service in _services(entity):
        for wish in _wishes_of(service):
            yield wish, attribute(wish, "Name")


@entity_rule(
    "requested-missing", saml(ADVICE, "SAML metadata 2.4.4; Inera's connection guide")
)
def requested_missing(entity: Entity) -> Iterator[Flaw]:
    """A service lists the attributes that it asks for."""
    for role in entity.sps:
        if not role.endpoints("AttributeConsumingService"):
            text = "No AttributeConsumingService: list the attributes that are needed."
            yield Flaw(role.element, text)


@entity_rule("requested-unknown", saml(ADVICE, "Sambi, Inera and OID attribute names"))
def requested_unknown(entity: Entity) -> Iterator[Flaw]:
    """Requested attributes have names that are known, letter by letter."""
    for wish, name in _wishes(entity):
        if name and family_of(name) is None:
            text = f"The attribute {quoted(name)} is not known: check its letters"
            yield Flaw(wish, f"{text}, large and small.")


@entity_rule("requested-format", saml(WARNING, "SAML core 8.2"))
def requested_format(entity: Entity) -> Iterator[Flaw]:
    """Requested attributes say that their names are URIs."""
    for wish, name in _wishes(entity):
        if attribute(wish, "NameFormat") != names.ATTRNAME_URI:
            text = f"NameFormat of {quoted(name)}: write {names.ATTRNAME_URI}."
            yield Flaw(wish, text)


@entity_rule("requested-repeated", saml(WARNING, "SAML metadata 2.4.4.2"))
def requested_repeated(entity: Entity) -> Iterator[Flaw]:
    """A set asks once for an attribute."""
    for service in _services(entity):
        seen = set()
        for wish in _wishes_of(service):
            name = attribute(wish, "Name")
            if name in seen:
                yield Flaw(wish, f"{quoted(name)} a second time: take it out.")
            seen.add(name)


@entity_rule("requested-families", saml(ADVICE, "Inera's connection guide"))
def requested_families(entity: Entity) -> Iterator[Flaw]:
    """A set asks for names of one family: no party delivers all of them."""
    for service in _services(entity):
        found = {family_of(attribute(one, "Name")) for one in _wishes_of(service)}
        families = sorted(filter(None, found - {"subject-id"}))
        if {"OID", "Sambi"} <= set(families):
            text = f"Attribute names of several families ({', '.join(families)}): make"
            yield Flaw(service, f"{text} a set for each.")


@entity_rule("requested-many-required", saml(ADVICE, "Inera's connection guide"))
def requested_many_required(entity: Entity) -> Iterator[Flaw]:
    """Few attributes are required: a missing one fails the whole login."""
    for service in _services(entity):
        required = [one for one in _wishes_of(service) if is_true(one, "isRequired")]
        if len(required) > _MANY:
            text = f"{len(required)} attributes are required: require only those"
            yield Flaw(service, f"{text} without which nothing works.")


@entity_rule("requested-commission", saml(ADVICE, "Inera's connection guide"))
def requested_commission(entity: Entity) -> Iterator[Flaw]:
    """No commission is asked for: it makes people choose one, and many have none."""
    for wish, name in _wishes(entity):
        if name.startswith(COMMISSIONS):
            text = f"{quoted(name)} makes people choose a commission: ask only if"
            yield Flaw(wish, f"{text} it is used.")


@entity_rule("requested-personal-number", saml(ADVICE, "GDPR article 5.1 c"))
def requested_personal_number(entity: Entity) -> Iterator[Flaw]:
    """No personal number is asked for unless it is used."""
    for wish, name in _wishes(entity):
        if name in PERSONAL_NUMBERS:
            text = f"{quoted(name)} is the personal number: ask only if it is used."
            yield Flaw(wish, text)


@entity_rule("idp-attributes", swamid(ERROR, "5.1.31"))
def idp_attributes(entity: Entity) -> Iterator[Flaw]:
    """An IDPSSODescriptor declares no attributes (Sweden Connect recommends them)."""
    for role in entity.idps:
        for declared in list(children(role.element, SAML + "Attribute"))[:1]:
            text = "saml:Attribute in IDPSSODescriptor: SWAMID wants none; leave them"
            yield Flaw(declared, f"{text} out of what SWAMID gets.")
