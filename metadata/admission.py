"""Which entities of a trusted document do we take, and which are left out?"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from lxml import etree

from metadata.display import name_in_short
from metadata.elements import Reading
from metadata.entities import IdentityProvider, Role, ServiceProvider
from metadata.errors import BadEntityError
from metadata.reader import (
    entity_id_of,
    identity_provider_of,
    roles_of,
    service_provider_of,
)
from metadata.records import EntityRecord
from metadata.rules import FoundEntity, TrustedDocument, split
from metadata.sources import Source

_READERS: Final[
    dict[Role, Callable[[etree._Element, Reading], IdentityProvider | ServiceProvider]]
] = {Role.IDP: identity_provider_of, Role.SP: service_provider_of}
"""The roles that we can use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """What decides, beside the entity itself, whether it is taken."""

    source: Source
    own_entity_ids: frozenset[str]
    """What we call ourselves; no source may say anything about these."""
    now: datetime
    reading: Reading
    """How strictly to read, and where to note what is left out."""

    def records(self, document: TrustedDocument) -> Iterator[EntityRecord]:
        """Walk through a document and hand on what we take, one entity at a time."""
        seen: set[str] = set()
        for found in split(document, reading=self.reading):
            entity = Reading(self.reading.allow_loopback_http)
            name = found.element.get("entityID") or "an entity without entityID"
            try:
                record = self._record(found, entity, seen)
            except BadEntityError as error:
                self.reading.warn(f"{name} left out: {error}")
            else:
                seen.add(record.entity_id)
                yield record
            for warning in entity.warnings:
                self.reading.warn(f"{name}: {warning}")

    def _record(
        self, found: FoundEntity, reading: Reading, seen: set[str]
    ) -> EntityRecord:
        """Make the record of an entity.

        Raises:
            BadEntityError: We do not take it.
        """
        entity_id = entity_id_of(found.element, reading)
        if entity_id in self.own_entity_ids:
            raise BadEntityError("this is one of our own entityIDs")
        if entity_id in seen:
            raise BadEntityError("a second time in the same source")
        self._check_not_expired(found.valid_until)
        usable = self._usable_roles(found.element, reading)
        xml = _canonical(found.element)
        name = (name_in_short(value.display) for value in usable.values())
        return EntityRecord(
            entity_id=entity_id,
            roles=frozenset(usable),
            xml=xml,
            sha256=sha256(xml).hexdigest(),
            valid_until=found.valid_until,
            display_name=next(filter(None, name), None),
        )

    def _usable_roles(
        self, element: etree._Element, reading: Reading
    ) -> dict[Role, IdentityProvider | ServiceProvider]:
        """Read an entity in every role that its source may bring.

        Raises:
            BadEntityError: No role is left.
        """
        usable = {}
        problems = []
        present = roles_of(element)
        for role in sorted(present & self.source.roles & _READERS.keys()):
            try:
                value = _READERS[role](element, reading)
                self._check_not_expired(value.valid_until)
                usable[role] = value
            except BadEntityError as error:
                problems.append(str(error))
        if not usable:
            raise BadEntityError(
                "; ".join(problems) or "no role that this source may bring"
            )
        for problem in problems:
            reading.warn(f"one of its roles left out: {problem}")
        return usable

    def _check_not_expired(self, valid_until: datetime | None) -> None:
        if valid_until is not None and self.now >= valid_until:
            raise BadEntityError(f"expired at {valid_until.isoformat()}")


def _canonical(element: etree._Element) -> bytes:
    """Write an entity in its canonical form.

    Raises:
        BadEntityError: It has none (C14N 1.0, section 1.3: relative namespace URIs).
    """
    try:
        return etree.tostring(element, method="c14n", exclusive=True)
    except etree.C14NError as error:
        raise BadEntityError("it has no canonical form") from error
