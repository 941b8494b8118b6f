"""What do the administration pages show, and what do they ask for, as values?

Times are moments in UTC; an end is the first moment at which something counts no more.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from authz.administration.happened import (
    DEFAULT_PAGE_SIZE,
    EventKind,
    EventLine,
    EventPage,
    EventQuery,
)
from authz.administration.named import (
    Actor,
    ActorKind,
    Administrator,
    PermissionName,
    Removal,
    ServiceCount,
    ServiceName,
)

__all__ = [
    "DEFAULT_PAGE_SIZE",
    "Actor",
    "ActorKind",
    "Administrator",
    "EventKind",
    "EventLine",
    "EventPage",
    "EventQuery",
    "PermissionName",
    "Removal",
    "ServiceCount",
    "ServiceName",
]
"""What is written down elsewhere and belongs to these values, too."""

RESTORE_DAYS = 30
"""How long a removed user can be brought back."""
UNDO_DAYS = 30
"""How long a change can be undone."""


class SortColumn(StrEnum):
    """By which column the list is sorted."""

    GIVEN_NAME = "given_name"
    SURNAME = "surname"
    HSA_ID = "hsa_id"
    EMAIL = "email"
    SERVICES = "services"


@dataclass(frozen=True, slots=True, kw_only=True)
class UserQuery:
    """Which users somebody wants to see."""

    search: str = ""
    """Any characters, found in every column and in names of permissions."""
    services: tuple[str, ...] = ()
    """Codes: who has a permission in one of these e-tjänster."""
    permissions: tuple[str, ...] = ()
    """``service:permission``: who has one of these, too."""
    sort: SortColumn = SortColumn.SURNAME
    descending: bool = False
    page: int = 1
    page_size: int | None = DEFAULT_PAGE_SIZE
    """``None`` for all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserLine:
    """One line of the list of users."""

    membership_id: int
    given_name: str
    surname: str
    hsa_id: str
    email: str
    services: tuple[ServiceCount, ...]
    ends_next: datetime | None
    """The earliest end among the permissions, if any has one."""
    is_new: bool
    """The user has no permissions yet."""
    is_idle: bool
    """The user has permissions and has not logged in for a long time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserPage:
    """A page of the list of users."""

    lines: tuple[UserLine, ...]
    found: int
    total: int
    page: int
    """The page that is shown: the last one if the query asked for a later one."""
    pages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceChoice:
    """An e-tjänst with its permissions, for filters and for the import's columns."""

    service: ServiceName
    permissions: tuple[PermissionName, ...]
    has_agreement: bool
    """Permissions may be given: there is an agreement and the e-tjänst is open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantLine:
    """A permission that somebody has."""

    permission: PermissionName
    given_by: str
    """A name, or what the trail calls somebody who has none."""
    given_at: datetime
    valid_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceGrants:
    """What somebody may do in an e-tjänst."""

    service: ServiceName
    grants: tuple[GrantLine, ...]
    has_agreement: bool
    last_login_on: date | None
    """The day of the last login there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUser:
    """What an administrator writes about a user."""

    given_name: str
    surname: str
    hsa_id: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UserView:
    """A user with permissions; removed ones can be seen as long as restoring goes."""

    membership_id: int
    person_id: int
    given_name: str
    surname: str
    hsa_id: str
    email: str
    version: int
    """Another number whenever one of the four values is another."""
    removed: Removal | None
    services: tuple[ServiceGrants, ...]
    """The e-tjänster with an agreement, and others where permissions are left."""
    logins_since: date | None
    """Earlier logins than on this day cannot be known."""

    @property
    def name(self) -> str:
        """The name as it is written on every page."""
        return f"{self.given_name} {self.surname}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionBox:
    """A box to tick."""

    permission_id: int
    code: str
    name: str
    is_given: bool
    valid_until: datetime | None
    is_new: bool
    """The permission has been there for less than 90 days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceBoxes:
    """The boxes of an e-tjänst."""

    service: ServiceName
    boxes: tuple[PermissionBox, ...]
    is_read_only: bool
    """The agreement has ended: boxes are only shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionForm:
    """All boxes of a user."""

    user: UserView
    services: tuple[ServiceBoxes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionChange:
    """What a form showed and what it shall be; what is in neither stays as it is."""

    before: Mapping[int, datetime | None]
    """The ticked boxes when the form was opened: permission → end."""
    after: Mapping[int, datetime | None]
    """The ticked boxes now: permission → end."""
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """A permission that was given, taken or got another end."""

    membership_id: int
    permission: PermissionName
    service: ServiceName
    before: datetime | None
    after: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeResult:
    """What a change did; nothing at all if the three are empty."""

    change_id: int | None
    """For undoing; ``None`` if nothing was changed."""
    added: tuple[Effect, ...] = ()
    removed: tuple[Effect, ...] = ()
    changed_ends: tuple[Effect, ...] = ()
    users_added: int = 0
    users_changed: int = 0

    @property
    def is_empty(self) -> bool:
        """Tell that nothing was changed."""
        return self.change_id is None


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxState:
    """A box, ticked or not."""

    is_given: bool
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A box that somebody else changed, too, and to something else."""

    permission: PermissionName
    service: ServiceName
    opened: BoxState
    """When the form was opened."""
    now: BoxState
    """What is saved."""
    chosen: BoxState
    """What the form asks for."""
    changed_by: str | None
    changed_at: datetime | None


class ChangeKind(StrEnum):
    """How a change came about."""

    PERMISSIONS = "permissions"
    USER = "user"
    GIVE = "give"
    TAKE = "take"
    COPY = "copy"
    IMPORT = "import"
    REMOVAL = "removal"
    RESTORATION = "restoration"
    UNDO = "undo"
    EXPIRY = "expiry"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A user in the matrix of one permission."""

    line: UserLine
    box: BoxState


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderPage:
    """A page of the matrix of one permission."""

    permission: PermissionName
    service: ServiceName
    can_change: bool
    """The e-tjänst is open and there is an agreement."""
    holders: tuple[Holder, ...]
    users: UserPage


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """A permission that ends soon."""

    membership_id: int
    given_name: str
    surname: str
    service: ServiceName
    permission: PermissionName
    valid_until: datetime


class ImportState(StrEnum):
    """What an import would do with a row."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRow:
    """A row of a file with users."""

    number: int
    """Where in the file, for messages."""
    user: NewUser
    permissions: Mapping[int, datetime | None] = field(default_factory=dict)
    """What the user shall have."""
    take: frozenset[int] = frozenset()
    """What the user shall not have, if taking was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedRow:
    """A row with what an import would do."""

    row: ImportRow
    state: ImportState
    problems: tuple[str, ...] = ()
    """Codes of errors."""
    fields: tuple[str, ...] = ()
    """Which of the four values would be others."""
    gives: tuple[int, ...] = ()
    takes: tuple[int, ...] = ()
    changes_ends: tuple[int, ...] = ()
    membership_id: int | None = None
