"""Are things that have an index told apart, and is one of them the default?"""

from collections.abc import Iterator
from typing import Final

from lxml import etree

from metadata.elements import MD, attribute, children, is_true
from metadata.lint.levels import ADVICE, ERROR, saml
from metadata.lint.registry import Flaw, entity_rule
from metadata.lint.subjects import Entity, local_name, quoted

_INDEXED: Final = (
    MD + "ArtifactResolutionService",
    MD + "AssertionConsumerService",
    MD + "AttributeConsumingService",
)


def _families(entity: Entity) -> Iterator[list[etree._Element]]:
    """Walk through the groups of things that share their indexes."""
    for role in entity.roles:
        for tag in _INDEXED:
            found = list(children(role.element, tag))
            if found:
                yield found


@entity_rule("index-repeated", saml(ERROR, "SAML metadata 2.2.3"))
def index_repeated(entity: Entity) -> Iterator[Flaw]:
    """An index means one thing only."""
    for family in _families(entity):
        seen = set()
        for element in family:
            index = attribute(element, "index")
            if index and index in seen:
                text = f"A second {local_name(element)} has the index {quoted(index)}"
                yield Flaw(element, f"{text}: give it another one.")
            seen.add(index)


@entity_rule("default-several", saml(ERROR, "SAML metadata 2.2.3"))
def default_several(entity: Entity) -> Iterator[Flaw]:
    """There is at most one default."""
    for family in _families(entity):
        for element in [one for one in family if is_true(one, "isDefault")][1:]:
            text = f"A second {local_name(element)} is the default: keep one."
            yield Flaw(element, text)


@entity_rule("default-missing", saml(ADVICE, "SAML metadata 2.2.3"))
def default_missing(entity: Entity) -> Iterator[Flaw]:
    """Where there are several one is the default."""
    for family in _families(entity):
        if len(family) > 1 and not any(is_true(one, "isDefault") for one in family):
            name = local_name(family[0])
            text = f'Several {name}, no default: mark one with isDefault="true".'
            yield Flaw(family[0], text)
