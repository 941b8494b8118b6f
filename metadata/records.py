"""What is kept about sources and entities, as plain values?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from metadata.entities import Role
from metadata.sources import Source, Validators


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateDetails:
    """A certificate of an entity, as operators look at it."""

    use: str
    """``signing``, ``encryption``, or empty for both."""
    sha256: str
    not_after: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityDetails:
    """What operators want to see of an entity without reading its XML."""

    names: dict[str, str] = field(default_factory=dict)
    """By language."""
    logo_url: str | None = None
    categories: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    registration_authority: str | None = None
    certificates: tuple[CertificateDetails, ...] = ()


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
    """The nearest end of the entity and of the groups around it.

    As it is written, the end of the whole document is not in it; as it is read, it is.
    """
    display_name: str | None
    details: EntityDetails = field(default_factory=EntityDetails)
    warnings: tuple[str, ...] = ()
    """What is odd about it."""
    stale_at: datetime | None = None
    """From when the same XML reads differently, because one of its roles ends."""
    refresh_at: datetime | None = None
    """From when it should be asked for again; only of entities asked for one by one."""
    cache_duration: timedelta | None = None
    """How often its publisher wants to be asked; only of entities asked for one by one.

    It is written, and not read.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What tells whether an entity must be read again."""

    sha256: str
    valid_until: datetime | None
    roles: frozenset[Role] = frozenset()
    stale_at: datetime | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """The entities of a source as somebody saw them who held no lock."""

    version: int
    """Of everything; as long as it has not grown, all is as it was seen."""
    marks: Mapping[str, Mark]
    """By entityID."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """In which entities a version differs from the one in use."""

    added: tuple[str, ...] = ()
    """EntityIDs; the first ones when there are many."""
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    added_count: int = 0
    changed_count: int = 0
    removed_count: int = 0
    unchanged_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """How much of a source another one brings too, in the same role."""

    source: str
    """The other one."""
    decides: bool
    """Whether the other one stands first, so that its word counts."""
    count: int
    entity_ids: tuple[str, ...] = ()
    """The first ones, where somebody asks about one source."""


class FactKind(StrEnum):
    """What kind of thing is said of an entity, in the order in which it matters."""

    ROLE = "role"
    CERTIFICATE = "certificate"
    ADDRESS = "address"
    ATTRIBUTE = "attribute"
    """That a service asks for."""
    RULE = "rule"
    """Which signatures it wants or promises."""
    CATEGORY = "category"
    LEVEL = "level"
    SCOPE = "scope"
    NAME = "name"
    END = "end"


@dataclass(frozen=True, slots=True, kw_only=True)
class FactChange:
    """What is new and what is gone, of one kind."""

    kind: FactKind
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityChange:
    """In what an entity differs from the one in use."""

    entity_id: str
    facts: tuple[FactChange, ...]
    """Nothing, when only something differs that decides nothing and nobody sees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingVersion:
    """A version that is not used until an operator approves it."""

    sha256: str
    """Of the whole document."""
    at: datetime
    """When it was seen first."""
    reason: str
    difference: Difference
    changes: tuple[EntityChange, ...] = ()
    """Of the first of the changed entities."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """A source, what its last good version was like, and what happened since."""

    source: Source
    loaded_at: datetime | None
    """When the version in use was taken; ``None`` when entities are asked for."""
    checked_at: datetime | None
    """When it was last tried to get a newer one."""
    next_check_at: datetime | None
    valid_until: datetime | None
    warnings: tuple[str, ...]
    problem: str | None
    """Code and reason why no newer version was taken; ``None`` when all is well."""
    problem_since: datetime | None
    entity_count: int
    pending: PendingVersion | None = None
    validators: Validators | None = None
    """Of the version in use."""
    reading_key: str = ""
    """What, beside its XML, decided how each entity was read."""
    cache_duration: timedelta | None = None
    """How often the publisher of the version in use wants to be asked."""
    signed_by: str | None = None
    """The SHA-256 of the certificate that verified the version in use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceNote:
    """How a look at a source ended that did not bring a new version."""

    name: str
    at: datetime
    next_check_at: datetime
    problem: str | None = None
    """Code and reason; ``None`` when the version in use is the present one."""
    pending: PendingVersion | None = None
    """What waits since this look; ``None`` leaves what waits already, if there is a
    problem."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A version of a source that may be put in place of the one before."""

    source: Source
    records: Iterable[EntityRecord]
    """The entities that are new or changed; each is asked for once."""
    kept: Mapping[str, Mark] = field(default_factory=dict)
    """The entities that stay as they are, by entityID."""
    seen: Seen | None = None
    """What was there when the version was compared with it."""
    at: datetime
    valid_until: datetime | None
    warnings: tuple[str, ...]
    next_check_at: datetime | None = None
    cache_duration: timedelta | None = None
    signed_by: str | None = None
    validators: Validators | None = None
    reading_key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a swap did to the rows of a source; what is not counted was not written."""

    added: int
    changed: int
    removed: int
    unchanged: int
