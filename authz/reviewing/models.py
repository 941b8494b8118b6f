"""What does a review of an organisation's users consist of, as values?"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Outcome(StrEnum):
    """What was decided about a user."""

    PENDING = "pending"
    """Nobody has decided yet."""
    KEEP = "keep"
    """The permissions stay as they are."""
    CHANGE = "change"
    """The permissions were changed during the review."""
    REMOVE = "remove"
    """The user was removed during the review."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A review, open or finished."""

    id: int
    started_at: datetime
    started_by: str
    """A name, or what the trail calls somebody who has none."""
    finished_at: datetime | None
    finished_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewState:
    """Where an organisation stands."""

    open: Review | None
    finished: tuple[Review, ...]
    """The latest first."""
    due_at: datetime | None
    """When the next one must be finished; ``None`` where nobody belongs yet."""

    def is_overdue(self, now: datetime) -> bool:
        """Tell whether the next one is late."""
        return self.due_at is not None and self.due_at < now


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a review has come."""

    done: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewGrant:
    """A permission that somebody has."""

    service: str
    permission: str
    given_by: str
    given_at: datetime
    valid_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewLine:
    """A user in a review."""

    membership_id: int
    given_name: str
    surname: str
    hsa_id: str
    outcome: Outcome
    decided_by: str | None
    decided_at: datetime | None
    grants: tuple[ReviewGrant, ...]
    last_login_on: date | None = None
    """The day of the last login to any e-tjänst; not part of the record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPage:
    """A page of the users of a review."""

    review: Review
    lines: tuple[ReviewLine, ...]
    progress: Progress
    recent: int
    """How many of those who are not done have logged in lately, on their pages."""
    logins_since: date | None
    """Earlier logins than on this day cannot be known."""
    page: int
    pages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentPage:
    """A page of those who have logged in lately and about whom nobody has decided."""

    lines: tuple[ReviewLine, ...]
    count: int
    """How many they are, on all pages."""
    seal: str
    """Another one whenever they are others, or have something else."""
    page: int
    pages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRecord:
    """What a finished review found, as it was written down then."""

    review: Review
    lines: tuple[ReviewLine, ...]
    digest: str
    """SHA-256 of the record; the audit trail has it, too."""
    is_unchanged: bool
    """The record is still what the audit trail says."""
