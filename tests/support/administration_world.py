"""A region with administrators and users, and every way to ask about it in a line."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Engine, select, update

from authz.administration.models import (
    Actor,
    ActorKind,
    ChangeResult,
    EventLine,
    EventQuery,
    NewUser,
    PermissionChange,
    UserQuery,
)
from authz.administration.service import AdministrationService
from authz.service import AuthzService
from authz.tables import (
    AgreementRow,
    OrganisationNumberRow,
    PermissionRow,
    PersonRow,
    ServiceRow,
    UserLineRow,
)
from authz.user_lines import UserLines
from tests.support.clock import NOW
from tests.support.permission_world import ANNA, CATALOGUE, KOMMUN, REGION

BERIT = "SE2321000016-A002"
KALLE = "SE2120000142-A001"
KIM = "SE2120000142-B001"
GRANSKA = "landsting:granska"
RAPPORTERA = "landsting:rapportera"
FORSKOLA = "statlig-ersattning:forskola"
STANGD = "stangd:visa"
ALDRIG = "aldrig:visa"

MORE = f"""
[[services]]
code = "stangd"
name = "Tjänst vars avtal har upphört"
  [[services.permissions]]
  code = "visa"
  name = "Visa"

[[services]]
code = "aldrig"
name = "Tjänst utan avtal"
  [[services.permissions]]
  code = "visa"
  name = "Visa"

[[agreements]]
organisation = "{REGION}"
service = "stangd"
valid_from = 2025-01-01
valid_until = 2026-01-01

[[agreements]]
organisation = "{KOMMUN}"
service = "aldrig"
valid_from = 2025-01-01

[[administrators]]
organisation = "{REGION}"
hsa_id = "{BERIT}"
given_name = "Berit"
surname = "Admin"
email = "berit@example.se"

[[administrators]]
organisation = "{KOMMUN}"
hsa_id = "{KALLE}"
given_name = "Kalle"
surname = "Kommun"
email = "kalle@example.se"

[[users]]
organisation = "{KOMMUN}"
hsa_id = "{KIM}"
given_name = "Kim"
surname = "Kvist"
email = "kim@example.se"
"""

Boxes = Mapping[str, datetime | None]


class Administration:
    """The people of ``permission_world``, and what their administrators do.

    Args:
        engine: A database with tables and nothing in them.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.authz = AuthzService(engine)
        for text in (CATALOGUE, MORE):
            self.authz.load_catalogue(text, dry_run=False, actor="test", now=NOW)
        self.service = AdministrationService(engine)
        self.now = NOW
        with engine.connect() as connection:
            numbers = connection.execute(
                select(
                    OrganisationNumberRow.number, OrganisationNumberRow.organisation_id
                )
            )
            self.organisations = {row.number: row.organisation_id for row in numbers}
            people = connection.execute(select(PersonRow.hsa_id, PersonRow.id))
            self.people = {row.hsa_id: row.id for row in people}
            permissions = connection.execute(
                select(ServiceRow.code, PermissionRow.code, PermissionRow.id).join(
                    ServiceRow, ServiceRow.id == PermissionRow.service_id
                )
            )
            self.permissions = {f"{s}:{p}": number for s, p, number in permissions}
        self.region = self.organisations[REGION]
        self.kommun = self.organisations[KOMMUN]
        self.anna = self.administrator(ANNA)
        self.berit = self.administrator(BERIT)
        self.kalle = self.administrator(KALLE)

    def administrator(self, hsa_id: str) -> Actor:
        """Make the actor of an administrator."""
        number = self.people[hsa_id]
        return Actor(kind=ActorKind.ADMINISTRATOR, id=number, name=hsa_id)

    def member(self, hsa_id: str, organisation_id: int | None = None) -> int:
        """Find the membership of an active user by HSA-id."""
        page = self.service.users(
            organisation_id or self.region,
            UserQuery(search=hsa_id, page_size=None),
            now=self.now,
        )
        (line,) = page.lines
        return line.membership_id

    def held(self, membership_id: int) -> dict[str, datetime | None]:
        """Say what a user has: code → end."""
        view = self.service.user(self.region, membership_id, now=self.now)
        return {
            f"{each.service.code}:{line.permission.code}": line.valid_until
            for each in view.services
            for line in each.grants
        }

    def change(
        self,
        membership_id: int,
        before: Boxes | Iterable[str],
        after: Boxes | Iterable[str],
        *,
        actor: Actor | None = None,
        reason: str | None = None,
    ) -> ChangeResult:
        """Send the form of a user's permissions."""
        change = PermissionChange(
            before=self._ticked(before), after=self._ticked(after), reason=reason
        )
        return self.service.change_permissions(
            self.region, membership_id, change, actor=actor or self.anna, now=self.now
        )

    def add(self, hsa_id: str, **values: str) -> int:
        """Add a user to the region."""
        return self.service.add_user(
            self.region, new_user(hsa_id, **values), actor=self.anna, now=self.now
        )

    def events(self, **query: object) -> tuple[EventLine, ...]:
        """Read the newest events of the region."""
        found = self.service.events(self.region, EventQuery(**query))  # type: ignore[arg-type]
        return found.events

    def later(self, **step: float) -> None:
        """Let time pass."""
        self.now += timedelta(**step)

    def end_agreement(self, service: str) -> None:
        """End the region's agreement about an e-tjänst this very moment."""
        its = select(ServiceRow.id).where(ServiceRow.code == service)
        with self.engine.begin() as connection:
            connection.execute(
                update(AgreementRow)
                .where(
                    AgreementRow.organisation_id == self.region,
                    AgreementRow.service_id.in_(its),
                )
                .values(valid_until=self.now)
            )

    def check_lines(self) -> None:
        """Compare the lines of lists with what they are made of."""
        with self.engine.begin() as connection:
            rows = connection.execute(
                select(UserLineRow.__table__).order_by(UserLineRow.membership_id)
            )
            there = [dict(row._mapping) for row in rows]
            numbers = range(1, 1000)
            made = UserLines(connection).made_of(list(numbers))
        assert there == sorted(made, key=lambda line: line["membership_id"])

    def _ticked(self, boxes: Boxes | Iterable[str]) -> dict[int, datetime | None]:
        ends = boxes if isinstance(boxes, Mapping) else dict.fromkeys(boxes)
        return {self.permissions[code]: ends[code] for code in ends}


def new_user(hsa_id: str, **values: str) -> NewUser:
    """Make what an administrator writes about a user."""
    usual = {"given_name": "Nils", "surname": "Ny", "email": "nils@example.se"}
    return NewUser(hsa_id=hsa_id, **{**usual, **values})
