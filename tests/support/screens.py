"""Which screens do administrators and operators have, and how does a test get there?

Every screen is an address; what stands in braces is found out in the running demo.
"""

from collections.abc import Mapping
from typing import Final

from playwright.sync_api import Page

from idp_bridge.demo.people import BJORKVIK, GUN, MAJA, NORRSJO, OLGA, Person
from tests.support.chromium import Walk

ORGANISATION: Final = f"/o/{BJORKVIK.replace('-', '')}"
PEOPLE: Final[Mapping[str, Person]] = {"gun": GUN, "maja": MAJA, "olga": OLGA}
"""Who looks: administrators of a kommun and of a region, and an operator."""
HOMES: Final[Mapping[str, str]] = {
    "gun": ORGANISATION,
    "olga": f"/o/{NORRSJO.replace('-', '')}",
}
"""Where the organisations of administrators are."""
_USERS: Final = {"gun": "%C3%84rla", "olga": "Cecilia"}
"""The user whose screens are looked at, by whom."""
ADMINISTRATION: Final[Mapping[str, str]] = {
    "list": "{list}",
    "list, searched": "{list}?sok=%C3%A5",
    "list, filtered": "{list}?tjanst=statlig-ersattning",
    "list, no hit": "{list}?sok=finns+inte",
    "new user": "{list}/ny",
    "user": "{user}",
    "change user": "{user}/andra",
    "remove user": "{user}/ta-bort",
    "permissions": "{user}/behorigheter",
    "copy": "{user}/kopiera",
    "events of a user": "{user}/handelser",
    "matrix": "{organisation}/behorighet/statlig-ersattning/forskola",
    "import": "{organisation}/import",
    "events": "{organisation}/handelser",
    "ending soon": "{organisation}/upphor?dagar=365",
    "review": "{organisation}/genomgang",
    "help": "{organisation}/hjalp",
    "help about permissions": "{organisation}/hjalp/behorigheter",
    "not found": "{list}/999999",
}
OPERATOR: Final[Mapping[str, str]] = {
    "start": "/operator/",
    "organisations": "/operator/organisationer",
    "organisation": "/operator/organisationer/1",
    "agreements of one": "/operator/organisationer/1/avtal",
    "administrators of one": "/operator/organisationer/1/administratorer",
    "users of one": "/operator/organisationer/1/anvandare",
    "user of one": "{user_of_one}",
    "events of one": "/operator/organisationer/1/handelser",
    "end an organisation": "/operator/organisationer/1/avsluta",
    "new organisation": "/operator/organisationer/ny",
    "agreements": "/operator/avtal",
    "end an agreement": "/operator/avtal/1/avsluta",
    "e-tjänster": "/operator/e-tjanster",
    "e-tjänst": "/operator/e-tjanster/statlig-ersattning",
    "change an e-tjänst": "/operator/e-tjanster/statlig-ersattning/andra",
    "look a person up": "/operator/person",
    "why": "/operator/forklara",
    "notices": "/operator/notiser",
    "new notice": "/operator/notiser/ny",
    "outbox": "/operator/utskick",
    "overdue reviews": "/operator/genomgangar",
    "log": "/operator/logg",
    "sources": "/operator/metadata",
    "entities": "/operator/metadata/entiteter",
    "operators": "/operator/operatorer",
}


def log_in(walk: Walk, person: Person, path: str) -> Page:
    """Log somebody in who wants to a page of ours."""
    page = walk.page
    page.goto(f"{walk.places.bridge}{path}")
    page.get_by_role("link", name="SITHS").first.click()
    page.wait_for_url(f"{walk.places.portal}/**")
    walk.be(person.name)
    page.wait_for_url(f"{walk.places.bridge}{path}")
    return page


def places(page: Page, bridge: str, who: str = "gun") -> dict[str, str]:
    """Find out what the braces in addresses stand for; an administrator asks."""
    page.goto(f"{bridge}{HOMES[who]}/anvandare?sok={_USERS[who]}")
    user = page.locator(".user-table .row-link").first.get_attribute("href") or ""
    return {
        "organisation": HOMES[who],
        "list": f"{HOMES[who]}/anvandare",
        "user": user.partition("?")[0],
    }


def operator_places(page: Page, bridge: str) -> dict[str, str]:
    """Find out what the braces stand for when an operator asks."""
    page.goto(f"{bridge}/operator/organisationer/1/anvandare")
    user = page.locator("tbody th a").first.get_attribute("href") or ""
    return {"user_of_one": user}
