"""What do the rules say about a document, entity by entity?"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from metadata.entities import PublicKey
from metadata.lint import rules
from metadata.lint.levels import Level, Profile
from metadata.lint.places import Place
from metadata.lint.reading import Reader, Subject
from metadata.lint.registry import DOCUMENT_CHECKS, ENTITY_CHECKS, RULES, Flaw
from metadata.lint.verifying import INVALID, Verdict, judged

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
    signature: Verdict | None = None
    """Of the document itself, when it can be read."""


def lint(
    data: bytes,
    *,
    now: datetime,
    profiles: frozenset[Profile] = ALL_PROFILES,
    entity_id: str | None = None,
    signers: Sequence[PublicKey] = (),
) -> Iterator[Section]:
    """Look at a document: its entities in their order, then the document as a whole.

    Args:
        data: The file as it is; anything at all.
        now: The present moment.
        profiles: Whose rules count beside SAML's own.
        entity_id: The only entity to report; the document is reported too.
        signers: Who may have signed the document; nobody: it is not verified.
    """
    asked = _asked(profiles)
    reader = Reader(data, now=now)
    for subject in reader.entities():
        entity = subject.entity
        flaws = _flaws(entity, ENTITY_CHECKS, asked)
        if entity_id in (None, entity.entity_id):
            yield Section(
                entity_id=entity.entity_id,
                line=subject.places([subject.top])[0].line,
                findings=tuple(_located(flaws, subject, entity.entity_id)),
            )
    yield _around_entities(reader, asked, signers)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A rule that somebody wants to be followed, with what its findings will say."""

    code: str
    level: Level
    clauses: tuple[str, ...]


def _asked(profiles: frozenset[Profile]) -> dict[str, _Asked]:
    """Choose the rules that the wanted profiles demand."""
    asked = {}
    for code, rule in RULES.items():
        level = rule.level_for(profiles)
        if level is not None:
            clauses = tuple(demand.clause for demand in rule.demands_of(profiles))
            asked[code] = _Asked(code, level, clauses)
    return asked


def _flaws(
    looked_at: Looked,
    checks: Mapping[str, Callable[[Looked], Iterator[Flaw]]],
    asked: Mapping[str, _Asked],
) -> list[tuple[_Asked, Flaw]]:
    """Ask every rule that is wanted."""
    return [
        (asked[code], flaw)
        for code, check in checks.items()
        if code in asked
        for flaw in check(looked_at)
    ]


def _around_entities(
    reader: Reader, asked: Mapping[str, _Asked], signers: Sequence[PublicKey]
) -> Section:
    """Look at the document when all entities have been walked through."""
    around = reader.document()
    found, verdict = [], None
    if around is not None:
        verdict, refusals = judged(around.document.root, reader.data, signers)
        flaws = _flaws(around.document, DOCUMENT_CHECKS, asked)
        flaws += [(asked[INVALID], flaw) for flaw in refusals]
        found = _located(flaws, around, None)
    for trouble in reader.troubles:
        place = Place(trouble.line, trouble.column, "")
        if trouble.code in asked:
            found.append(_finding(asked[trouble.code], trouble.text, place, None))
    return Section(
        entity_id=None, line=1, findings=tuple(_sorted(found)), signature=verdict
    )


def _located(
    flaws: list[tuple[_Asked, Flaw]], subject: Subject, entity_id: str | None
) -> list[Finding]:
    places = subject.places([flaw.element for _, flaw in flaws]) if flaws else []
    return _sorted(
        _finding(rule, flaw.text, place, entity_id)
        for (rule, flaw), place in zip(flaws, places, strict=True)
    )


def _finding(rule: _Asked, text: str, place: Place, entity_id: str | None) -> Finding:
    return Finding(
        code=rule.code,
        level=rule.level,
        text=text,
        clauses=rule.clauses,
        line=place.line,
        column=place.column,
        path=place.path,
        entity_id=entity_id,
    )


def _sorted(findings: Iterable[Finding]) -> list[Finding]:
    """Sort as a reader of the file would meet them."""
    return sorted(findings, key=lambda one: (one.line, one.column, one.code))
