"""How does a test look at the pages of administrators? Through HTTP, with SAML."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lxml import html
from werkzeug.test import TestResponse

from authz.administration.models import UserQuery, UserView
from idp_bridge.sessions import PERSON
from tests.support import operator_pages
from tests.support.operator_pages import text_of
from tests.support.permission_world import ANNA, KOMMUN, REGION

BERIT = "SE2321000016-A002"
"""Administers the region only."""
KURT = "SE2120000142-A001"
"""Administers the kommun only."""
FIA = "SE2120000142-B001"
"""Is a user of the kommun."""
GUSTAV = "SE2321000016-B004"
"""Is a user of the region with two permissions."""
LIST = f"/o/{REGION}/anvandare"
NEW = f"{LIST}/ny"
HOST = "bridge.example.se"
MORE_PEOPLE = f"""
[[administrators]]
organisation = "{REGION}"
hsa_id = "{BERIT}"
given_name = "Berit"
surname = "Bok"
email = "berit@example.se"

[[administrators]]
organisation = "{KOMMUN}"
hsa_id = "{KURT}"
given_name = "Kurt"
surname = "Kvist"
email = "kurt@example.se"

[[agreements]]
organisation = "{KOMMUN}"
service = "statlig-ersattning"
valid_from = 2025-01-01

[[users]]
organisation = "{KOMMUN}"
hsa_id = "{FIA}"
given_name = "Fia"
surname = "Främmande"
email = "fia@example.se"
permissions = ["statlig-ersattning:forskola"]

[[users]]
organisation = "{REGION}"
hsa_id = "{GUSTAV}"
given_name = "Gustav"
surname = "Zakarias"
email = "gruppen@example.se"
permissions = ["landsting:rapportera", "statlig-ersattning:forskola"]
"""
FIELDS = {
    "given_name": "Örjan",
    "surname": "Åkesson",
    "hsa_id": "SE2321000016-B777",
    "email": "orjan@example.se",
}
"""What somebody writes about a new user."""


@dataclass
class Office(operator_pages.Site):
    """The bridge with its pages, and an administrator's browser in front of it."""

    def log_in(self, hsa_id: str = BERIT, path: str = "/admin/") -> TestResponse:
        """Log somebody in who wants to a page."""
        return self.answer(self.begin_login(path), hsa_id)

    def another_browser(self) -> "Office":
        """Open another browser."""
        return replace(self, client=self.app.test_client())

    def token(self) -> str:
        """Read the token out of the form that logs out."""
        return str(self.fields("/admin/", follow_redirects=True)["csrf_token"])

    def fields(self, path: str, **options: Any) -> dict[str, str]:
        """Read what the last form of a page would send as it is."""
        return form_of(self.get(path, **options))

    def submit(
        self, path: str, typed: dict[str, Any] | None = None, **options: Any
    ) -> TestResponse:
        """Fill in the form at an address and send it there."""
        return self.post(path, {**self.fields(path), **(typed or {})}, **options)

    def members(self) -> dict[str, int]:
        """Say which membership each user of the region and the kommun has."""
        found: dict[str, int] = {}
        for number in (REGION, KOMMUN):
            page = self.parts.administration.users(
                self.organisation_id(number),
                UserQuery(page_size=None),
                now=self.clock(),
            )
            found |= {line.hsa_id: line.membership_id for line in page.lines}
        return found

    def organisation_id(self, number: str) -> int:
        """Find an organisation in the store."""
        now = self.clock()
        return self.parts.administration.organisation(number, now=now).id

    def user(self, membership: int, number: str = REGION) -> UserView:
        """Read a user from the store."""
        return self.parts.administration.user(
            self.organisation_id(number), membership, now=self.clock()
        )

    def address(self, hsa_id: str, number: str = REGION) -> str:
        """Make the address of a user."""
        return f"/o/{number}/anvandare/{self.members()[hsa_id]}"

    @property
    def session(self) -> str | None:
        """The number of the session that the browser holds."""
        cookie = self.client.get_cookie(PERSON, domain=HOST)
        return cookie.value if cookie and cookie.value else None


def make_office(folder: Path, *, more: str = "") -> Office:
    """Make a bridge with an office in a region and one in a kommun.

    Args:
        folder: Where its files are.
        more: More settings, in TOML.
    """
    site = operator_pages.make_site(folder, more=more)
    office = Office(
        app=site.app, client=site.client, clock=site.clock, parts=site.parts
    )
    office.load(MORE_PEOPLE)
    office.parts.administration.end_expired(now=office.clock())
    return office


def form_of(page: TestResponse) -> dict[str, str]:
    """Read the fields of the last form on a page, as they are."""
    forms = html.fromstring(page.get_data(as_text=True)).forms
    return {name: value for name, value in forms[-1].fields.items() if value}


def rows_of(page: TestResponse) -> list[str]:
    """Read the given names in the list, from above."""
    tree = html.fromstring(page.get_data(as_text=True))
    return [str(row.text_content()).strip() for row in tree.iterfind(".//tbody//th")]


def status_of(page: TestResponse) -> str:
    """Read how many users a page says that it shows."""
    tree = html.fromstring(page.get_data(as_text=True))
    return str(tree.get_element_by_id("antal").text_content())


def is_out(answer: TestResponse) -> bool:
    """Tell that a page was answered with the way to a login."""
    return answer.status_code == 303 and "idp.example.se" in answer.headers["Location"]


__all__ = ["ANNA", "text_of"]
