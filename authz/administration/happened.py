"""What happened in an organisation, as values for its pages?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from authz.administration.named import PermissionName, ServiceName

DEFAULT_PAGE_SIZE = 50


class EventKind(StrEnum):
    """Groups of events, for the filter."""

    PERMISSIONS = "permissions"
    USERS = "users"
    ADMINISTRATORS = "administrators"
    LOOK_UPS = "look-ups"
    AGREEMENTS = "agreements"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventQuery:
    """Which events somebody wants to see; the newest are first."""

    since: datetime | None = None
    until: datetime | None = None
    """Not including."""
    actor: str | None = None
    """As the trail has it: ``administrator:12``; ``operator:`` for all operators."""
    membership_id: int | None = None
    kinds: tuple[EventKind, ...] = ()
    page: int = 1
    page_size: int | None = DEFAULT_PAGE_SIZE


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLine:
    """Something that happened; pages make words of ``action`` and ``detail``."""

    number: int
    at: datetime
    actor: str
    actor_name: str | None
    action: str
    subject: str
    subject_name: str | None
    membership_id: int | None
    """For a link, if it happened to somebody who is or was a user here."""
    detail: Mapping[str, object]
    permission: PermissionName | None = None
    service: ServiceName | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPage:
    """A page of events."""

    events: tuple[EventLine, ...]
    found: int
    page: int
    pages: int
    actors: tuple[tuple[str, str], ...]
    """Everybody who did something here, as the trail has it and by name."""
    checked_at: datetime | None
    """When the trail was walked last from its beginning, and was whole."""
