"""Who registered the entity in a federation (``mdrpi``)?"""

from collections.abc import Iterator
from typing import Final

from lxml import etree

from metadata.elements import MD, attribute, children
from metadata.instants import parse_instant
from metadata.lint.levels import ADVICE, ERROR, WARNING, saml
from metadata.lint.registry import Flaw, entity_rule
from metadata.lint.subjects import Entity

_MDRPI: Final = "{urn:oasis:names:tc:SAML:metadata:rpi}"


def _infos(entity: Entity) -> Iterator[etree._Element]:
    yield from children(entity.element, MD + "Extensions", _MDRPI + "RegistrationInfo")


@entity_rule("registration-missing", saml(ADVICE, "SAML MDRPI 2.1"))
def registration_missing(entity: Entity) -> Iterator[Flaw]:
    """An entity in a federation's document says who registered it."""
    if not entity.is_alone and next(_infos(entity), None) is None:
        text = "No mdrpi:RegistrationInfo: the federation's operator adds it."
        yield Flaw(entity.element, text)


@entity_rule("registration-authority-missing", saml(ERROR, "SAML MDRPI 2.1.1"))
def registration_authority_missing(entity: Entity) -> Iterator[Flaw]:
    """Registration information names the authority."""
    for info in _infos(entity):
        if not attribute(info, "registrationAuthority"):
            text = "RegistrationInfo without registrationAuthority: name who did it."
            yield Flaw(info, text)


@entity_rule("registration-instant", saml(WARNING, "SAML MDRPI 2.1.1"))
def registration_instant(entity: Entity) -> Iterator[Flaw]:
    """The moment of registration is a moment in the past."""
    for info in _infos(entity):
        instant = attribute(info, "registrationInstant")
        if instant and not _has_passed(entity, instant):
            text = "registrationInstant is no moment in the past, in UTC: correct it."
            yield Flaw(info, text)


def _has_passed(entity: Entity, instant: str) -> bool:
    try:
        return parse_instant(instant) <= entity.now
    except ValueError:
        return False
