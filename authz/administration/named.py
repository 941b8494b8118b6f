"""Who does something, and how are permissions and e-tjänster named?"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ActorKind(StrEnum):
    """Who does something."""

    ADMINISTRATOR = "administrator"
    OPERATOR = "operator"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Somebody who changes something; as a text it is ``administrator:12``."""

    kind: ActorKind
    id: int
    """An administrator's number among people, an operator's among operators."""
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Administrator:
    """An administrator of an organisation."""

    person_id: int
    membership_id: int
    hsa_id: str
    given_name: str
    surname: str
    email: str

    @property
    def name(self) -> str:
        """The name as it is written on every page."""
        return f"{self.given_name} {self.surname}"

    @property
    def actor(self) -> Actor:
        """The administrator as somebody who changes something."""
        return Actor(kind=ActorKind.ADMINISTRATOR, id=self.person_id, name=self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionName:
    """A permission as pages name it."""

    id: int
    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceName:
    """An e-tjänst as pages name it."""

    id: int
    code: str
    name: str
    needs_reason: bool = False
    """Whoever changes its permissions says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceCount:
    """An e-tjänst with the number of permissions that somebody has there."""

    code: str
    name: str
    count: int
    permissions: tuple[str, ...]
    """Their names, in Swedish order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """When and by whom a user was removed."""

    at: datetime
    by: str
    """A name, or what the trail calls somebody who has none."""
    can_restore: bool
