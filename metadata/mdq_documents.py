"""Which entity does the answer of an MDQ server bring, and until when is it fresh?

The answer passes the same gate as every other document; beyond that, it must be about
the entity that was asked for and about nothing else.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from lxml import etree

from metadata.admission import Admission
from metadata.durations import parse_duration
from metadata.elements import Reading, attribute, nearest
from metadata.errors import BadEntityError, SourceRefusedError
from metadata.records import EntityRecord
from metadata.rules import TrustedDocument, split, trusted_document
from metadata.sources import PinnedFile, Source

DEFAULT_FRESHNESS: Final = timedelta(hours=1)
"""How soon to ask again when neither the operator nor the document says."""
MIN_FRESHNESS: Final = timedelta(minutes=1)
MAX_FRESHNESS: Final = timedelta(days=1)
_PART_OF_VALIDITY: Final = 0.75
"""When this much of its life is over, an entity is asked for again anyway."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What an answer must be like."""

    source: Source
    entity_id: str
    own_entity_ids: frozenset[str]
    allow_loopback_http: bool
    now: datetime


def entity_in(data: bytes, expected: Expectation) -> EntityRecord:
    """Take the one entity of an answer.

    Raises:
        BadEntityError: It is the right one, but we do not take it.
        MetadataError: The answer cannot be believed, or is about something else.
    """
    if isinstance(expected.source.trust, PinnedFile):
        raise SourceRefusedError("the answers of a server cannot be pinned")
    reading = Reading(expected.allow_loopback_http)
    document = trusted_document(
        data, expected.source, now=expected.now, reading=reading
    )
    element = _only_entity(document, reading)
    if element.get("entityID") != expected.entity_id:
        raise SourceRefusedError("the answer is about another entity")
    admission = Admission(
        source=expected.source,
        own_entity_ids=expected.own_entity_ids,
        now=expected.now,
        reading=reading,
    )
    duration = _freshness(expected.source, (document.root, element))
    records = list(admission.records(document))
    if not records:
        raise BadEntityError("; ".join(reading.warnings))
    end = nearest(records[0].valid_until, document.valid_until)
    fresh_until = refresh_moment(duration, now=expected.now, end=end)
    return replace(records[0], valid_until=end, refresh_at=fresh_until)


def _only_entity(document: TrustedDocument, reading: Reading) -> etree._Element:
    """Find the entity that an answer is about (draft-young-md-query-saml 3.1.2).

    A group around it is more than the draft allows, and does no harm.

    Raises:
        SourceRefusedError: None, or several.
    """
    found = [entity.element for entity in split(document, reading=reading)]
    if len(found) != 1:
        raise SourceRefusedError(f"the answer has {len(found)} entities, not one")
    return found[0]


def _freshness(source: Source, elements: Iterable[etree._Element]) -> timedelta:
    """Read how soon to ask again; the operator's word counts most."""
    if source.refresh_every is not None:
        return source.refresh_every
    said = []
    for element in elements:
        try:
            said.append(parse_duration(attribute(element, "cacheDuration")))
        except ValueError:
            continue
    return min(said, default=DEFAULT_FRESHNESS)


def refresh_moment(
    duration: timedelta, *, now: datetime, end: datetime | None
) -> datetime:
    """Choose when to ask again: neither at once nor never, and before the end."""
    bounded = max(MIN_FRESHNESS, min(duration, MAX_FRESHNESS))
    if end is not None:
        bounded = min(bounded, (end - now) * _PART_OF_VALIDITY)
    return now + bounded
