"""Who looks at a page of ours, as the permission store knows them now?"""

from dataclasses import dataclass

from authz.models import Administrator, Operator, Organisation
from idp_bridge.errors import PageNotFoundError
from idp_bridge.login.parts import store_errors
from idp_bridge.login.pending import Area
from idp_bridge.services import services
from idp_bridge.web.people import PersonSession
from idp_bridge.web.rights import (
    RIGHTS_OF_ADMINISTRATORS,
    RIGHTS_OF_OPERATORS,
    Right,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """An operator in front of a page."""

    operator: Operator
    rights: frozenset[Right]

    @property
    def name(self) -> str:
        """Both names."""
        return f"{self.operator.given_name} {self.operator.surname}"

    @property
    def actor(self) -> str:
        """Who it is in the audit trail."""
        return f"operator:{self.operator.id}"

    def may(self, right: str) -> bool:
        """Tell whether something can be offered at all."""
        return right in self.rights


@dataclass(frozen=True, slots=True, kw_only=True)
class AdministratorViewer:
    """An administrator in front of a page."""

    administrator: Administrator
    organisation: Organisation | None
    """The organisation whose page it is; it is one of the administrator's."""
    rights: frozenset[Right] = RIGHTS_OF_ADMINISTRATORS

    @property
    def person_id(self) -> int:
        """The number in the permission store."""
        return self.administrator.person.id

    @property
    def name(self) -> str:
        """Both names."""
        person = self.administrator.person
        return f"{person.given_name} {person.surname}"

    @property
    def actor(self) -> str:
        """Who it is in the audit trail."""
        return f"administrator:{self.person_id}"

    def may(self, right: str) -> bool:
        """Tell whether something can be offered at all."""
        return right in self.rights


AnyViewer = Viewer | AdministratorViewer


def find_viewer(known: PersonSession, number: str | None) -> AnyViewer | None:
    """Read the person anew: whoever was removed is nobody from now on.

    Args:
        known: The session.
        number: The organisation number in the address, if there is one.

    Raises:
        PageNotFoundError: The organisation is not one of the administrator's; whether
            there is such an organisation at all makes no difference.
        StoreUnavailableError: Nobody can say who it is.
    """
    if known.area is Area.ADMIN:
        return _administrator(known.person, number)
    return _operator(known.person)


def _operator(person: int) -> Viewer | None:
    parts = services()
    with store_errors():
        found = parts.authz.operator(person, now=parts.clock())
    if found is None:
        return None
    return Viewer(operator=found, rights=RIGHTS_OF_OPERATORS[found.role])


def _administrator(person: int, number: str | None) -> AdministratorViewer | None:
    parts = services()
    with store_errors():
        found = parts.authz.administrator(person, now=parts.clock())
    if found is None:
        return None
    if number is None:
        return AdministratorViewer(administrator=found, organisation=None)
    for organisation in found.organisations:
        if number in organisation.numbers:
            return AdministratorViewer(administrator=found, organisation=organisation)
    raise PageNotFoundError("not an organisation of this administrator")
