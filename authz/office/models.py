"""What do operators read and write? Immutable values.

``New…`` values hold what somebody typed; the service checks them and names every field
that will not do in one :class:`authz.office.errors.ValuesError`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from authz.audit import AuditEntry
from authz.models import (
    ALWAYS,
    OperatorRole,
    Organisation,
    OrganisationKind,
    Permission,
    Person,
    Service,
    Validity,
)

PAGE_SIZE = 50


class OrganisationSort(StrEnum):
    """By which column a list of organisations is sorted."""

    NAME = "name"
    NUMBER = "number"
    KIND = "kind"
    AGREEMENTS = "agreements"
    ADMINISTRATORS = "administrators"
    USERS = "users"
    ACTIVITY = "activity"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationQuery:
    """Which organisations to list, and how."""

    search: str = ""
    """Part of a name or of a number; case does not count."""
    kind: OrganisationKind | None = None
    max_administrators: int | None = None
    """Only those with at most so many administrators: 0 or 1 need attention."""
    sort: OrganisationSort = OrganisationSort.NAME
    descending: bool = False
    page: int = 1
    page_size: int | None = PAGE_SIZE
    """``None`` for all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationLine:
    """An organisation in a list, with what it has at this moment."""

    organisation: Organisation
    agreements: int
    administrators: int
    users: int
    last_activity: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationPage:
    """A page of a list of organisations."""

    lines: tuple[OrganisationLine, ...]
    found: int
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementView:
    """An agreement, with the names of those it is between."""

    id: int
    organisation_id: int
    organisation_name: str
    service_code: str
    service_name: str
    reference: str | None
    """The *diarienummer*."""
    validity: Validity


@dataclass(frozen=True, slots=True, kw_only=True)
class AdministratorView:
    """Somebody who administers an organisation."""

    membership_id: int
    person: Person
    organisation_id: int
    started_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationView:
    """An organisation with all that operators decide about it."""

    organisation: Organisation
    agreements: tuple[AgreementView, ...]
    administrators: tuple[AdministratorView, ...]
    users: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrganisation:
    """An organisation as somebody typed it."""

    name: str
    kind: str
    numbers: tuple[str, ...]
    """The main number first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAgreement:
    """An agreement as somebody chose it; the moments are half open."""

    service_code: str
    valid_from: datetime
    valid_until: datetime | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Loser:
    """A user who loses something."""

    membership_id: int
    organisation_id: int
    organisation_name: str
    given_name: str
    surname: str
    hsa_id: str
    grants: int
    """How many permissions stop counting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequences:
    """Who loses what by an ending."""

    moment: datetime
    """When it ends."""
    users: int
    """How many lose something; ``losers`` may show fewer."""
    grants: int
    losers: tuple[Loser, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    """Somebody as they were typed, for administrators and for operators."""

    hsa_id: str
    given_name: str
    surname: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """What making a user an administrator takes away."""

    person: Person
    organisation: Organisation
    """Where the person is a user now."""
    grants: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOperator:
    """An operator as somebody typed them."""

    person: NewPerson
    role: OperatorRole
    validity: Validity = ALWAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionView:
    """A permission, and how many have it."""

    permission: Permission
    name_en: str | None
    description: str
    holders: int
    """How many users have an active grant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceView:
    """An e-tjänst with its permissions."""

    service: Service
    permissions: tuple[PermissionView, ...]
    agreements: int
    """How many organisations have an agreement now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewService:
    """An e-tjänst as somebody typed it; its code is given once and for ever."""

    name: str
    name_en: str | None = None
    description: str = ""
    """What the start page says."""
    kind: str | None = None
    start_url: str | None = None
    claim_format: str = "scoped"
    without_grant: str = "refuse"
    needs_reason: bool = False
    """Whoever changes permissions says why."""
    entity_ids: tuple[str, ...] = ()
    validity: Validity = ALWAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPermission:
    """A permission as somebody typed it; its code is given once and for ever."""

    name: str
    name_en: str | None = None
    description: str = ""
    validity: Validity = ALWAYS


class NoticeLevel(StrEnum):
    """How much a notice matters."""

    INFORMATION = "information"
    WARNING = "warning"
    OUTAGE = "outage"


class NoticePlace(StrEnum):
    """Where a notice stands."""

    EVERYWHERE = "everywhere"
    """*Driftinformation* on top of every page."""
    LOGIN = "login"
    ADMINISTRATION = "administration"
    NEWS = "news"
    """*Aktuellt i e-tjänsterna*: a box on the start pages, and nowhere else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewNotice:
    """A notice as somebody typed it."""

    text: str
    text_en: str = ""
    level: str = NoticeLevel.INFORMATION
    place: str = NoticePlace.EVERYWHERE
    service_code: str | None = None
    """The e-tjänst that it is about, if it is about one."""
    valid_from: datetime
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeService:
    """The e-tjänst that a notice is about."""

    code: str
    name: str
    kind: OrganisationKind | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """News or *driftinformation*: words that stand on pages during an interval."""

    id: int
    text: str
    text_en: str
    level: NoticeLevel
    place: NoticePlace
    service: NoticeService | None
    validity: Validity

    def concerns(self, kind: OrganisationKind | None) -> bool:
        """Tell whether organisations of a kind have to know; without one, anybody."""
        about = self.service and self.service.kind
        return kind is None or about is None or about is kind


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedUpGrant:
    """A permission that somebody has."""

    service_code: str
    service_name: str
    permission: Permission
    validity: Validity
    given_by: str
    given_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedUpMembership:
    """Where somebody belongs or belonged."""

    membership_id: int
    organisation: Organisation
    role: str | None
    """Nothing when the membership has ended."""
    started_at: datetime
    ended_at: datetime | None
    grants: tuple[LookedUpGrant, ...]
    """The active ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedUpPerson:
    """What support sees of a person."""

    person: Person
    memberships: tuple[LookedUpMembership, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditQuery:
    """Which entries of the audit trail to show; the newest first."""

    organisation_id: int | None = None
    only_system: bool = False
    """Only what belongs to no organisation."""
    actor: str = ""
    """The whole actor, as ``operator:3``."""
    action: str = ""
    """The whole action, or its thing: ``grant`` finds ``grant:give``."""
    subject: str = ""
    """The whole subject, as ``person:12``."""
    since: datetime | None = None
    until: datetime | None = None
    page: int = 1
    page_size: int = PAGE_SIZE


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPage:
    """A page of the audit trail, with the names that its numbers stand for."""

    entries: tuple[AuditEntry, ...]
    names: Mapping[str, str] = field(default_factory=dict)
    """``person:12``, ``administrator:12``, ``operator:3``, ``organisation:4`` to names;
    nothing for those that were anonymised."""
    page: int
    has_more: bool
