"""Which entity does the answer of an MDQ server bring, and until when is it fresh?

The answer passes the same gate as every other document; beyond that, it must be about
the entity that was asked for and about nothing else.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from lxml import etree

from metadata.admission import Admission
from metadata.elements import Reading, nearest
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
    records = list(admission.records(document))
    if not records:
        raise BadEntityError("; ".join(reading.warnings))
    end = nearest(records[0].valid_until, document.valid_until)
    every = expected.source.refresh_every or document.cache_duration
    fresh_until = refresh_moment(every, now=expected.now, end=end)
    return replace(
        records[0],
        valid_until=end,
        refresh_at=fresh_until,
        cache_duration=document.cache_duration,
    )


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


def refresh_moment(
    every: timedelta | None, *, now: datetime, end: datetime | None
) -> datetime:
    """Choose when to ask again: neither at once nor never, and before the end.

    Args:
        every: How often the operator, or else the document, wants us to.
        now: The present moment.
        end: Until when the entity holds.
    """
    wished = DEFAULT_FRESHNESS if every is None else every
    bounded = max(MIN_FRESHNESS, min(wished, MAX_FRESHNESS))
    if end is not None:
        bounded = min(bounded, (end - now) * _PART_OF_VALIDITY)
    return now + bounded
