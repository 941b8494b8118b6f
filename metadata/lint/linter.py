"""What do the rules say about a document, entity by entity?"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Final, TypeVar

from metadata.lint import rules
from metadata.lint.levels import Level, Profile
from metadata.lint.places import Place
from metadata.lint.reading import Reader, Subject, Trouble
from metadata.lint.registry import DOCUMENT_CHECKS, ENTITY_CHECKS, RULES, Flaw, Rule

ALL_PROFILES: Final = frozenset(Profile)
rules.register_all()

Looked = TypeVar("Looked")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that is wrong or unwise, for people and for programs."""

    code: str
    level: Level
    text: str
    """A sentence: what is wrong and what to do."""
    clauses: tuple[str, ...]
    line: int
    column: int
    path: str
    """The way from the entity down to the element; empty for the file as such."""
    entity_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """An entity with its findings; without an entityID, the document itself."""

    entity_id: str | None
    line: int
    findings: tuple[Finding, ...]


def lint(
    data: bytes,
    *,
    now: datetime,
    profiles: frozenset[Profile] = ALL_PROFILES,
    entity_id: str | None = None,
) -> Iterator[Section]:
    """Look at a document: its entities in their order, then the document as a whole.

    Args:
        data: The file as it is; anything at all.
        now: The present moment.
        profiles: Whose rules count beside SAML's own.
        entity_id: The only entity to report; the document is reported too.
    """
    reader = Reader(data, now=now)
    for subject in reader.entities():
        entity = subject.entity
        found = _findings(entity, ENTITY_CHECKS, profiles)
        if entity_id in (None, entity.entity_id):
            yield Section(
                entity_id=entity.entity_id,
                line=subject.places([subject.top])[0].line,
                findings=tuple(_located(found, subject, profiles, entity.entity_id)),
            )
    around = reader.document()
    findings: list[Finding] = []
    if around is not None:
        found = _findings(around.document, DOCUMENT_CHECKS, profiles)
        findings.extend(_located(found, around, profiles, None))
    troubles = (_trouble(trouble, profiles) for trouble in reader.troubles)
    yield Section(
        entity_id=None,
        line=1,
        findings=tuple(_sorted(chain(troubles, findings))),
    )


def _findings(
    looked_at: Looked,
    checks: Mapping[str, Callable[[Looked], Iterator[Flaw]]],
    profiles: frozenset[Profile],
) -> list[tuple[Rule, Flaw]]:
    """Ask every rule that one of the profiles demands."""
    return [
        (RULES[code], flaw)
        for code, check in checks.items()
        if RULES[code].level_for(profiles)
        for flaw in check(looked_at)
    ]


def _located(
    found: list[tuple[Rule, Flaw]],
    subject: Subject,
    profiles: frozenset[Profile],
    entity_id: str | None,
) -> list[Finding]:
    places = subject.places([flaw.element for _, flaw in found]) if found else []
    return _sorted(
        _finding(rule, flaw.text, place, profiles, entity_id)
        for (rule, flaw), place in zip(found, places, strict=True)
    )


def _trouble(trouble: Trouble, profiles: frozenset[Profile]) -> Finding:
    place = Place(trouble.line, trouble.column, "")
    return _finding(RULES[trouble.code], trouble.text, place, profiles, None)


def _finding(
    rule: Rule,
    text: str,
    place: Place,
    profiles: frozenset[Profile],
    entity_id: str | None,
) -> Finding:
    return Finding(
        code=rule.code,
        level=rule.level_for(profiles) or Level.ADVICE,
        text=text,
        clauses=tuple(demand.clause for demand in rule.demands_of(profiles)),
        line=place.line,
        column=place.column,
        path=place.path,
        entity_id=entity_id,
    )


def _sorted(findings: Iterator[Finding] | chain[Finding]) -> list[Finding]:
    """Sort as a reader of the file would meet them."""
    return sorted(findings, key=lambda one: (one.line, one.column, one.code))
