"""Who runs the entity?"""

import re
from collections.abc import Iterator
from typing import Final

from lxml import etree

from metadata import names
from metadata.elements import MD, children, text_of
from metadata.lint.levels import ADVICE, ERROR, WARNING, saml, swamid, sweden
from metadata.lint.registry import Flaw, entity_rule
from metadata.lint.rules.display import is_web_address
from metadata.lint.subjects import Entity, quoted

_NUMBER: Final = f"{{{names.NS_MDORGEXT}}}OrganizationNumber"
_TEN_DIGITS: Final = re.compile(r"\d{10}", re.ASCII)
_FIRST_OF_COMPANIES: Final = "2"


def fault_of_number(number: str) -> str | None:
    """Say what is wrong with an organisation number, if anything.

    Ten digits; the third is 2 or more, which tells it from a personal number; the last
    is the check digit (modulus 10).
    """
    if not _TEN_DIGITS.fullmatch(number):
        return "is not ten digits"
    if number[2] < _FIRST_OF_COMPANIES:
        return "is a personal number or none at all (third digit)"
    weighted = (int(n) * (2 - i % 2) for i, n in enumerate(number))
    if sum(n // 10 + n % 10 for n in weighted) % 10:
        return "has a wrong check digit"
    return None


def _numbers(entity: Entity) -> Iterator[etree._Element]:
    for organisation in entity.organisations:
        yield from children(organisation, MD + "Extensions", _NUMBER)


@entity_rule(
    "organisation-missing",
    saml(ADVICE, "SAML metadata 2.3.2.1"),
    sweden(ERROR, "2.1.1.1"),
    swamid(ERROR, "5.1.22, 6.1.21"),
)
def organisation_missing(entity: Entity) -> Iterator[Flaw]:
    """An entity says who runs it."""
    if not entity.organisations:
        text = "No Organization: add its name, display name and URL."
        yield Flaw(entity.element, text)


@entity_rule("organisation-url", saml(WARNING, "SAML metadata 2.3.2.1"))
def organisation_url(entity: Entity) -> Iterator[Flaw]:
    """The URL of the organisation is the address of a page."""
    for organisation in entity.organisations:
        for url in children(organisation, MD + "OrganizationURL"):
            if text_of(url) and not is_web_address(text_of(url)):
                text = f"{quoted(text_of(url))} is no address of a page"
                yield Flaw(url, f"{text}: write https://….")


@entity_rule(
    "organisation-number-form",
    saml(WARNING, "SKV 709"),
    sweden(ERROR, "2.1.1.1, organization number extension"),
)
def organisation_number_form(entity: Entity) -> Iterator[Flaw]:
    """The organisation number has ten digits, no hyphen, and a right check digit."""
    for number in _numbers(entity):
        fault = fault_of_number(text_of(number))
        if fault:
            text = f"The organisation number {quoted(text_of(number))} {fault}"
            yield Flaw(number, f"{text}: write it without hyphen.")


@entity_rule(
    "organisation-number-missing",
    sweden(ADVICE, "2.1.1.1, organization number extension"),
)
def organisation_number_missing(entity: Entity) -> Iterator[Flaw]:
    """The organisation tells its number."""
    for organisation in entity.organisations:
        if next(children(organisation, MD + "Extensions", _NUMBER), None) is None:
            text = "No mdorgext:OrganizationNumber: add it in Organization/Extensions."
            yield Flaw(organisation, text)


@entity_rule(
    "organisation-number-misplaced",
    sweden(ERROR, "2.1.1.1, organization number extension"),
)
def organisation_number_misplaced(entity: Entity) -> Iterator[Flaw]:
    """The organisation number stands in the extensions of an Organization."""
    for number in entity.element.iter(_NUMBER):
        above = [one.tag for one in number.iterancestors()][:2]
        if above != [MD + "Extensions", MD + "Organization"]:
            text = "OrganizationNumber at the wrong place: move it into"
            yield Flaw(number, f"{text} Organization/Extensions.")
