"""Which entities of a trusted document do we take, and which are left out?"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from lxml import etree

from metadata.details import categories_of, details_of
from metadata.display import name_in_short
from metadata.elements import Reading, authority_of, nearest
from metadata.entities import AnyParty, Role
from metadata.errors import BadEntityError
from metadata.filters import NO_FILTERS
from metadata.reader import PARTY_READERS, entity_id_of, roles_of
from metadata.records import EntityRecord, Mark
from metadata.rules import FoundEntity, TrustedDocument, split
from metadata.sources import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """What decides, beside the entity itself, whether it is taken."""

    source: Source
    own_entity_ids: frozenset[str]
    """What we call ourselves; no source may say anything about these."""
    now: datetime
    reading: Reading
    """How strictly to read, and where to note what is left out."""
    marks: Mapping[str, Mark] = field(default_factory=dict)
    """What was read before, in the same way; what is still the same is not read."""
    kept: dict[str, Mark] = field(default_factory=dict)
    """Where to note what is still the same."""

    def records(self, document: TrustedDocument) -> Iterator[EntityRecord]:
        """Walk through a document and hand on what we take, one entity at a time."""
        seen: set[str] = set()
        unwanted = _Unwanted()
        for found in split(document, reading=self.reading):
            entity = Reading(self.reading.allow_loopback_http)
            name = found.element.get("entityID") or "an entity without entityID"
            try:
                record = self._admit(found, entity, seen, unwanted)
            except BadEntityError as error:
                self.reading.warn(f"{name} left out: {error}")
            else:
                if record is not None:
                    yield record
            for warning in entity.warnings:
                self.reading.warn(f"{name}: {warning}")
        unwanted.tell(self.reading)

    def _admit(
        self,
        found: FoundEntity,
        reading: Reading,
        seen: set[str],
        unwanted: "_Unwanted",
    ) -> EntityRecord | None:
        """Make the record of an entity that is new or has changed.

        Raises:
            BadEntityError: We do not take it.
        """
        entity_id = entity_id_of(found.element, reading)
        if entity_id in self.own_entity_ids:
            raise BadEntityError("this is one of our own entityIDs")
        if entity_id in seen:
            raise BadEntityError("a second time in the same source")
        self._check_not_expired(found.valid_until)
        if self._is_kept(entity_id, found, reading):
            seen.add(entity_id)
            return None
        reason = self._reason_against(entity_id, found)
        if reason:
            unwanted.note(entity_id, reason)
            return None
        record = self._record(entity_id, found, reading)
        seen.add(entity_id)
        return record

    def _is_kept(self, entity_id: str, found: FoundEntity, reading: Reading) -> bool:
        """Tell whether reading an entity again would change nothing.

        Who registered a whole group is not in the entity's own XML: such entities are
        read every time.
        """
        mark = self.marks.get(entity_id)
        if mark is None or found.authority is not None:
            return False
        if mark.stale_at is not None and self.now >= mark.stale_at:
            return False
        if mark.valid_until != found.valid_until:
            return False
        if sha256(_canonical(found.element)).hexdigest() != mark.sha256:
            return False
        self.kept[entity_id] = mark
        reading.noted.update(dict.fromkeys(mark.warnings))
        return True

    def _reason_against(self, entity_id: str, found: FoundEntity) -> str | None:
        """Say why a source may not bring an entity, whatever it is like."""
        if not roles_of(found.element) & self.source.roles:
            return "no role that this source may bring"
        if self.source.filters == NO_FILTERS:
            return None
        admitted = self.source.filters.admits(
            entity_id,
            authority=authority_of(found.element) or found.authority,
            categories=categories_of(found.element),
        )
        return None if admitted else "the filters of this source"

    def _record(
        self, entity_id: str, found: FoundEntity, reading: Reading
    ) -> EntityRecord:
        usable = self._usable_roles(found.element, reading)
        xml = _canonical(found.element)
        short = (name_in_short(value.display) for value in usable.values())
        authority = authority_of(found.element) or found.authority
        return EntityRecord(
            entity_id=entity_id,
            roles=frozenset(usable),
            xml=xml,
            sha256=sha256(xml).hexdigest(),
            valid_until=found.valid_until,
            display_name=next(filter(None, short), None),
            details=details_of(
                found.element, tuple(usable.values()), authority=authority
            ),
            warnings=reading.warnings,
            stale_at=nearest(*(value.valid_until for value in usable.values())),
        )

    def _usable_roles(
        self, element: etree._Element, reading: Reading
    ) -> dict[Role, AnyParty]:
        """Read an entity in every role that its source may bring.

        Raises:
            BadEntityError: No role is left.
        """
        usable = {}
        problems = []
        present = roles_of(element)
        for role in sorted(present & self.source.roles):
            try:
                value = PARTY_READERS[role](element, reading)
                self._check_not_expired(value.valid_until)
                usable[role] = value
            except BadEntityError as error:
                problems.append(str(error))
        if not usable:
            raise BadEntityError("; ".join(problems))
        for problem in problems:
            reading.warn(f"one of its roles left out: {problem}")
        return usable

    def _check_not_expired(self, valid_until: datetime | None) -> None:
        if valid_until is not None and self.now >= valid_until:
            raise BadEntityError(f"expired at {valid_until.isoformat()}")


class _Unwanted:
    """What a source may not bring: counted, because it may be most of a federation."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._first: dict[str, str] = {}

    def note(self, entity_id: str, reason: str) -> None:
        """Count an entity."""
        self._counts[reason] += 1
        self._first.setdefault(reason, entity_id)

    def tell(self, reading: Reading) -> None:
        """Say how many were left out, and which one was the first."""
        for reason, count in self._counts.items():
            which = f"{self._first[reason]} and {count - 1} others"
            name = which if count > 1 else self._first[reason]
            reading.warn(f"{name} left out: {reason}")


def _canonical(element: etree._Element) -> bytes:
    """Write an entity in its canonical form.

    Raises:
        BadEntityError: It has none (C14N 1.0, section 1.3: relative namespace URIs).
    """
    try:
        return etree.tostring(element, method="c14n", exclusive=True)
    except etree.C14NError as error:
        raise BadEntityError("it has no canonical form") from error
