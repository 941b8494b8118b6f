"""Whom may others ask, and about what?"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from lxml import etree

from metadata import names
from metadata.elements import MD, attribute, children, text_of, texts
from metadata.lint.levels import (
    ADVICE,
    ERROR,
    WARNING,
    saml,
    saml2int,
    swamid,
)
from metadata.lint.registry import Flaw, entity_rule
from metadata.lint.subjects import Entity

_REFEDS_TYPE: Final = f"{{{names.NS_REFEDS}}}contactType"
_SECURITY: Final = "security"
_EMAIL: Final = re.compile(r"[^\s@<>]+@[^\s@<>.]+(\.[^\s@<>.]+)+")
_SIRTFI: Final = ("https://refeds.org/sirtfi", "https://refeds.org/sirtfi2")


def _kind(contact: etree._Element) -> str:
    kind = attribute(contact, "contactType")
    is_security = attribute(contact, _REFEDS_TYPE) == names.CONTACT_SECURITY
    return _SECURITY if kind == "other" and is_security else kind


def _of(entity: Entity, kind: str) -> list[etree._Element]:
    return [contact for contact in entity.contacts if _kind(contact) == kind]


def _emails(entity: Entity) -> Iterator[etree._Element]:
    for contact in entity.contacts:
        yield from children(contact, MD + "EmailAddress")


def _missing(entity: Entity, kind: str) -> Flaw:
    text = f"No {kind} contact: add a ContactPerson with a group's e-mail address."
    return Flaw(entity.element, text)


@entity_rule(
    "contact-technical-missing",
    saml(ADVICE, "SAML metadata 2.3.2.2"),
    saml2int(ERROR, "SDP-MD11"),
    swamid(ERROR, "5.1.26, 6.1.25"),
)
def contact_technical_missing(entity: Entity) -> Iterator[Flaw]:
    """There is a technical contact with an e-mail address."""
    found = _of(entity, "technical")
    if not any(texts(contact, MD + "EmailAddress") for contact in found):
        yield _missing(entity, "technical")


@entity_rule("contact-administrative-missing", swamid(ERROR, "5.1.25, 6.1.24"))
def contact_administrative_missing(entity: Entity) -> Iterator[Flaw]:
    """There is an administrative contact."""
    if not _of(entity, "administrative"):
        yield _missing(entity, "administrative")


@entity_rule(
    "contact-support-missing",
    saml(ADVICE, "SAML metadata 2.3.2.2"),
    swamid(WARNING, "5.1.27, 6.1.26"),
)
def contact_support_missing(entity: Entity) -> Iterator[Flaw]:
    """There is a contact for people who need help."""
    if not _of(entity, "support"):
        yield _missing(entity, "support")


@entity_rule("contact-support-missing-idp", swamid(ERROR, "5.1.27"))
def contact_support_missing_idp(entity: Entity) -> Iterator[Flaw]:
    """An identity provider has a contact for people who need help."""
    if entity.idps and not _of(entity, "support"):
        yield _missing(entity, "support")


@entity_rule(
    "contact-security-missing",
    saml(ADVICE, "REFEDS security contact"),
    swamid(WARNING, "5.1.28, 6.1.27"),
)
def contact_security_missing(entity: Entity) -> Iterator[Flaw]:
    """There is a contact for security incidents."""
    if not _of(entity, _SECURITY):
        text = "No security contact: add contactType other with remd:contactType"
        yield Flaw(entity.element, f"{text} {names.CONTACT_SECURITY}.")


@entity_rule(
    "sirtfi-without-contact",
    saml(ERROR, "REFEDS Sirtfi 1.0 section 4"),
    swamid(ERROR, "5.1.28, 6.1.27"),
)
def sirtfi_without_contact(entity: Entity) -> Iterator[Flaw]:
    """Who claims Sirtfi publishes a security contact."""
    for value in entity.values(names.ASSURANCE_CERTIFICATION):
        if text_of(value) in _SIRTFI and not _of(entity, _SECURITY):
            text = "Sirtfi without a security contact: add the contact."
            yield Flaw(value, text)


@entity_rule(
    "contact-security-name",
    saml(WARNING, "REFEDS security contact"),
    swamid(ERROR, "5.1.28, 6.1.27"),
)
def contact_security_name(entity: Entity) -> Iterator[Flaw]:
    """A security contact has a GivenName, such as the name of the team."""
    for contact in _of(entity, _SECURITY):
        if not texts(contact, MD + "GivenName"):
            yield Flaw(contact, "The security contact has no GivenName: name the team.")


@entity_rule("contact-security-type", saml(WARNING, "REFEDS security contact"))
def contact_security_type(entity: Entity) -> Iterator[Flaw]:
    """A security contact has the contactType other."""
    for contact in entity.contacts:
        is_security = attribute(contact, _REFEDS_TYPE) == names.CONTACT_SECURITY
        if is_security and _kind(contact) != _SECURITY:
            text = 'remd:contactType counts only with contactType="other": write that.'
            yield Flaw(contact, text)


@entity_rule("contact-email-missing", swamid(ERROR, "5.1.23, 6.1.22"))
def contact_email_missing(entity: Entity) -> Iterator[Flaw]:
    """Every contact has an e-mail address."""
    for contact in entity.contacts:
        if not texts(contact, MD + "EmailAddress"):
            yield Flaw(contact, "A contact without EmailAddress: add one.")


@entity_rule(
    "contact-email-mailto",
    saml(WARNING, "SAML metadata 2.3.2.2"),
    swamid(ERROR, "5.1.23, 6.1.22"),
)
def contact_email_mailto(entity: Entity) -> Iterator[Flaw]:
    """E-mail addresses are URIs: they begin with mailto:."""
    for email in _emails(entity):
        if text_of(email) and not text_of(email).startswith("mailto:"):
            yield Flaw(email, "EmailAddress lacks mailto: put it before the address.")


@entity_rule("contact-email-form", saml(WARNING, "RFC 6068"))
def contact_email_form(entity: Entity) -> Iterator[Flaw]:
    """E-mail addresses look like such."""
    for email in _emails(entity):
        address = text_of(email).removeprefix("mailto:")
        if address and not _EMAIL.fullmatch(address):
            yield Flaw(email, "EmailAddress is no e-mail address: correct it.")


@entity_rule("contact-repeated", swamid(ERROR, "5.1.24, 6.1.23"))
def contact_repeated(entity: Entity) -> Iterator[Flaw]:
    """There is one contact of each type."""
    counted: Counter[str] = Counter()
    for contact in entity.contacts:
        kind = _kind(contact)
        counted[kind] += 1
        if counted[kind] > 1:
            yield Flaw(contact, f"A second {kind} contact: keep one of each type.")
