"""What does an operator give, and what is an operator told?"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from metadata.entities import AnyParty, Role
from metadata.filters import Filters
from metadata.records import Change, Difference, EntityRecord, PendingVersion
from metadata.sources import (
    DEFAULT_MAX_SHRINKAGE,
    DEFAULT_MAX_VALIDITY,
    DEFAULT_ROLES,
    Kind,
)

MAX_LISTED: Final = 200
"""Entities that a report names; beyond, they are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSource:
    """A source as an operator names it."""

    name: str
    location: str
    kind: Kind | None = None
    """``None``: a URL when it looks like one, else a file."""
    certificate_pem: bytes | None = None
    """Who signs the document; several certificates while the signer changes its key."""
    pin: str | None = None
    """The SHA-256 of the file; the present one when there is no certificate either."""
    roles: frozenset[Role] = DEFAULT_ROLES
    filters: Filters = field(default_factory=Filters)
    max_validity: timedelta = DEFAULT_MAX_VALIDITY
    max_shrinkage_percent: int = DEFAULT_MAX_SHRINKAGE
    refresh_every: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedEntity:
    """An entity that a source brings."""

    entity_id: str
    roles: frozenset[Role]
    display_name: str | None
    valid_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadReport:
    """What a document brought, or would bring."""

    source: str
    pin: str | None
    """The SHA-256 that the source is pinned to, if it is."""
    sha256: str | None
    """Of the document; ``None`` when there is none, as with an MDQ server."""
    valid_until: datetime | None
    entity_count: int
    entities: tuple[LoadedEntity, ...]
    """The first ones of those that are new or changed."""
    difference: Difference
    warnings: tuple[str, ...]
    """What is odd, and what was left out and why."""
    change: Change | None
    """What was written; ``None`` after a dry run."""


class Outcome(StrEnum):
    """How a refresh ended."""

    TAKEN = "taken"
    """There is a document, and it is in use."""
    SAME = "same"
    """The version in use is the present one."""
    PENDING = "pending"
    """There is a document that waits for an operator."""
    REFUSED = "refused"
    """There is no document, or none that we take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshResult:
    """How a refresh of a source ended; its last good version stays in any case."""

    source: str
    outcome: Outcome
    report: LoadReport | None = None
    """What was taken, or would be."""
    pending: PendingVersion | None = None
    problem: str | None = None
    """Code and reason, when nothing was taken."""
    is_news: bool = False
    """Whether the problem is another one than the last time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityView:
    """An entity as one source brings it."""

    source: str
    is_used: bool
    """Whether no source before this one brings the entity in these roles."""
    record: EntityRecord
    parties: tuple[AnyParty, ...]
    """The entity in each of its roles."""
