"""What is kept about sources and entities, as plain values?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from metadata.entities import Role
from metadata.sources import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityRecord:
    """One entity of one source, as it is kept."""

    entity_id: str
    roles: frozenset[Role]
    """The roles that its source may bring and that can be used."""
    xml: bytes
    """The ``EntityDescriptor`` alone, canonicalised."""
    sha256: str
    valid_until: datetime | None
    display_name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """A source and what its last good version was like."""

    source: Source
    loaded_at: datetime
    valid_until: datetime | None
    warnings: tuple[str, ...]
    problem: str | None
    """Why a later version was refused; ``None`` when the last one was taken."""
    entity_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A version of a source that may be put in place of the one before."""

    source: Source
    records: Iterable[EntityRecord]
    at: datetime
    valid_until: datetime | None
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a swap did to the rows of a source; what is not counted was not written."""

    added: int
    changed: int
    removed: int
    unchanged: int
