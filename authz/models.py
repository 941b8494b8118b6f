"""Organisations, e-tjänster, people and grants as immutable values.

Time intervals are half open: something with ``valid_from`` and ``valid_until`` counts
from the first and until, not including, the second. ``None`` means no end.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class OrganisationKind(StrEnum):
    """What sort of organisation it is; decides on which start page it finds itself."""

    KOMMUN = "kommun"
    REGION = "region"
    AGENCY = "agency"


class PersonRole(StrEnum):
    """Somebody is administratör or användare, never both (the manual, chapter 2.1)."""

    ADMINISTRATOR = "administrator"
    USER = "user"


class OperatorRole(StrEnum):
    """What an operator of the agency may do."""

    READER = "reader"
    HANDLER = "handler"
    SYSTEM = "system"


class WithoutGrant(StrEnum):
    """What an e-tjänst wants for a known person without a counting grant."""

    REFUSE = "refuse"
    RELEASE = "release"


@dataclass(frozen=True, slots=True, kw_only=True)
class Validity:
    """A half-open interval of time; ``None`` means unbounded on that side."""

    valid_from: datetime | None = None
    valid_until: datetime | None = None

    def has_started(self, moment: datetime) -> bool:
        """Tell whether the interval has begun at a moment."""
        return self.valid_from is None or self.valid_from <= moment

    def has_ended(self, moment: datetime) -> bool:
        """Tell whether the interval is over at a moment."""
        return self.valid_until is not None and self.valid_until <= moment

    def holds(self, moment: datetime) -> bool:
        """Tell whether a moment lies inside the interval."""
        return self.has_started(moment) and not self.has_ended(moment)


ALWAYS = Validity()
"""An interval without a beginning and without an end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """A kommun, a region or an agency."""

    id: int
    name: str
    kind: OrganisationKind
    numbers: tuple[str, ...]
    """Organisation numbers, ten digits, the main number first."""
    validity: Validity = ALWAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """An e-tjänst."""

    id: int
    code: str
    name: str
    name_en: str | None
    description: str
    kind: OrganisationKind | None
    """For which kind of organisation; ``None`` for all."""
    start_url: str | None
    claim_format: str
    without_grant: WithoutGrant
    needs_reason: bool = False
    """Whoever changes permissions says why."""
    entity_ids: tuple[str, ...]
    validity: Validity = ALWAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """A *behörighet* that an e-tjänst knows; the code never changes, the name may."""

    id: int
    code: str
    name: str
    validity: Validity = ALWAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """An *avtal*: an organisation may use an e-tjänst during an interval."""

    validity: Validity
    reference: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with an HSA-id and one role."""

    id: int
    hsa_id: str
    """As it was registered; compared without regard to case."""
    role: PersonRole
    given_name: str
    surname: str
    email: str
    validity: Validity = ALWAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """Somebody at the agency who runs the bridge."""

    id: int
    hsa_id: str
    role: OperatorRole
    given_name: str
    surname: str
    email: str
    validity: Validity = ALWAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Administrator:
    """Somebody who gives and takes permissions, with the organisations that count."""

    person: Person
    organisations: tuple[Organisation, ...]
    """By name; at least one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A permission that a person has been given, past or present."""

    id: int
    permission: Permission
    validity: Validity
    given_by: str
    given_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LastLogin:
    """When somebody last logged in to an e-tjänst before."""

    membership_id: int
    service_id: int
    day: date | None
    """The day in Sweden; ``None`` when there was no login yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that a decision about one person at one e-tjänst may look at.

    Made by the stores in a few indexed queries; :mod:`authz.decisions` turns it and a
    moment into a :class:`Decision`.
    """

    service: Service
    person: Person | None
    organisation: Organisation | None
    agreements: tuple[Agreement, ...] = ()
    grants: tuple[Grant, ...] = ()
    last_login: LastLogin | None = None
    """Decides nothing; so that the next one is noted once a day."""


class Outcome(StrEnum):
    """What a decision says; everything but ``ALLOWED`` ends the login."""

    ALLOWED = "allowed"
    SERVICE_CLOSED = "service-closed"
    UNKNOWN_PERSON = "unknown-person"
    INACTIVE_PERSON = "inactive-person"
    INACTIVE_ORGANISATION = "inactive-organisation"
    WRONG_ORGANISATION = "wrong-organisation"
    NO_AGREEMENT = "no-agreement"
    NO_PERMISSION = "no-permission"


class GrantReason(StrEnum):
    """Why a grant counts or does not count at a moment."""

    COUNTS = "counts"
    NOT_YET = "grant-not-yet-valid"
    ENDED = "grant-ended"
    PERMISSION_NOT_YET = "permission-not-yet-valid"
    PERMISSION_ENDED = "permission-ended"
    SERVICE_CLOSED = "service-closed"
    NO_AGREEMENT = "no-agreement"
    INACTIVE_ORGANISATION = "inactive-organisation"
    INACTIVE_PERSON = "inactive-person"


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantAnswer:
    """One grant with the reason why it counts or not."""

    grant: Grant
    reason: GrantReason

    @property
    def counts(self) -> bool:
        """Tell whether the grant is released."""
        return self.reason is GrantReason.COUNTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What somebody may do at an e-tjänst at a moment, with every reason."""

    outcome: Outcome
    moment: datetime
    facts: Facts
    answers: tuple[GrantAnswer, ...]
    valid_until: datetime | None
    """The earliest moment at which a released grant stops counting, if any."""

    @property
    def released(self) -> tuple[Grant, ...]:
        """The grants that count, empty unless the outcome is ``ALLOWED``."""
        if self.outcome is not Outcome.ALLOWED:
            return ()
        return tuple(answer.grant for answer in self.answers if answer.counts)
