"""For which levels of assurance is an identity provider certified?"""

import re
from collections.abc import Iterator
from typing import Final

from metadata import names
from metadata.elements import text_of
from metadata.lint import vocabulary
from metadata.lint.levels import ADVICE, ERROR, WARNING, saml, swamid, sweden
from metadata.lint.registry import Flaw, entity_rule
from metadata.lint.subjects import Entity, quoted

_LEVEL: Final = re.compile(r"/((?:uncertified-)?loa[1-4])-")


def _levels(entity: Entity) -> set[str]:
    return set(map(text_of, entity.values(names.ASSURANCE_CERTIFICATION)))


@entity_rule("assurance-missing", sweden(ERROR, "2.1.3"))
def assurance_missing(entity: Entity) -> Iterator[Flaw]:
    """An identity provider says for which registered level it is approved."""
    if entity.idps and not _levels(entity) & vocabulary.APPROVED_LEVELS:
        text = "No assurance-certification with a level of Sweden Connect's registry"
        yield Flaw(entity.element, f"{text}: add what you are approved for.")


@entity_rule("assurance-swamid-missing", swamid(ERROR, "5.1.9"))
def assurance_swamid_missing(entity: Entity) -> Iterator[Flaw]:
    """An identity provider is certified for SWAMID AL1 at least."""
    if entity.idps and vocabulary.SWAMID_AL1 not in _levels(entity):
        text = f"No assurance-certification {vocabulary.SWAMID_AL1}: add it"
        yield Flaw(entity.element, f"{text} when you are approved.")


@entity_rule(
    "assurance-unknown",
    saml(ADVICE, "SAML identity assurance profiles 3"),
    sweden(WARNING, "2.1.3"),
)
def assurance_unknown(entity: Entity) -> Iterator[Flaw]:
    """Levels are such as others know."""
    for value in entity.values(names.ASSURANCE_CERTIFICATION):
        if text_of(value) and not vocabulary.is_known_level(text_of(value)):
            text = f"The level {quoted(text_of(value))} is not known: check how it is"
            yield Flaw(value, f"{text} spelt.")


def _forms_of(level: str) -> set[str]:
    """Name the levels that fulfil one: uncertified ones have no category any more."""
    return {level, f"{level}-nonresident", f"uncertified-{level}"}


@entity_rule("category-without-level", sweden(WARNING, "2.1.3"))
def category_without_level(entity: Entity) -> Iterator[Flaw]:
    """An identity provider has the levels that its service categories promise."""
    if not entity.idps:
        return
    certified = {level.rsplit("/", 1)[-1] for level in _levels(entity)}
    for category, value in entity.categories().items():
        promised = _LEVEL.search(category)
        if category not in vocabulary.SERVICE_CATEGORIES or promised is None:
            continue
        if not _forms_of(promised[1]) & certified:
            text = f"The category promises {promised[1]}, which is not certified"
            yield Flaw(value, f"{text}: add the level or take the category out.")
