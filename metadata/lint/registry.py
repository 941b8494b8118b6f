"""Which rules are there?

A rule looks at one entity, or at the document as a whole, and says which elements break
it. Some codes have no function: reading itself meets those.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from lxml import etree

from metadata.lint.levels import Demand, Level, Profile, worst
from metadata.lint.subjects import Document, Entity


class Flaw(NamedTuple):
    """An element that breaks a rule, and what to do about it."""

    element: etree._Element
    text: str


class Stage(StrEnum):
    """When a rule is asked."""

    READING = "reading"
    ENTITY = "entity"
    DOCUMENT = "document"


EntityCheck = Callable[[Entity], Iterator[Flaw]]
DocumentCheck = Callable[[Document], Iterator[Flaw]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule, with what each profile says about it."""

    code: str
    summary: str
    stage: Stage
    demands: tuple[Demand, ...]

    def demands_of(self, profiles: frozenset[Profile]) -> tuple[Demand, ...]:
        """Choose what the wanted profiles demand; nothing when none of them does."""
        wanted = profiles | {Profile.SAML}
        return tuple(one for one in self.demands if one.profile in wanted)

    def level_for(self, profiles: frozenset[Profile]) -> Level | None:
        """Choose the worst level that the wanted profiles give it."""
        levels = tuple(one.level for one in self.demands_of(profiles))
        return worst(levels) if levels else None


RULES: Final[dict[str, Rule]] = {}
"""Every rule by its code, in the order in which they are asked."""
ENTITY_CHECKS: Final[dict[str, EntityCheck]] = {}
DOCUMENT_CHECKS: Final[dict[str, DocumentCheck]] = {}


def reading_rule(code: str, summary: str, *demands: Demand) -> str:
    """Register a rule that reading itself applies; hands back its code."""
    _register(code, summary, Stage.READING, demands)
    return code


def entity_rule(code: str, *demands: Demand) -> Callable[[EntityCheck], EntityCheck]:
    """Register a rule about one entity; its docstring says what it wants."""

    def register(check: EntityCheck) -> EntityCheck:
        _register(code, _summary(check), Stage.ENTITY, demands)
        ENTITY_CHECKS[code] = check
        return check

    return register


def document_rule(
    code: str, *demands: Demand
) -> Callable[[DocumentCheck], DocumentCheck]:
    """Register a rule about the document as a whole."""

    def register(check: DocumentCheck) -> DocumentCheck:
        _register(code, _summary(check), Stage.DOCUMENT, demands)
        DOCUMENT_CHECKS[code] = check
        return check

    return register


def _register(code: str, summary: str, stage: Stage, demands: Iterable[Demand]) -> None:
    if code in RULES:
        raise ValueError(f"two rules have the code {code}")
    RULES[code] = Rule(code=code, summary=summary, stage=stage, demands=tuple(demands))


def _summary(check: EntityCheck | DocumentCheck) -> str:
    return (check.__doc__ or "").strip().split("\n\n")[0].replace("\n    ", " ")
