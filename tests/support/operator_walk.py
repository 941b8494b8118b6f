"""How does somebody in Chromium work as an operator, and leave pictures behind?"""

from pathlib import Path

from playwright.sync_api import Page

from idp_bridge.demo.people import Person
from tests.support.axe import violations
from tests.support.chromium import ARTIFACTS, Walk, follow

FOLDER = ARTIFACTS / "operator"


def log_in(walk: Walk, person: Person, path: str = "/operator/") -> Page:
    """Log somebody in who wants to a page."""
    page = walk.page
    page.goto(f"{walk.places.bridge}{path}")
    page.get_by_role("link", name="SITHS").first.click()
    page.wait_for_url(f"{walk.places.portal}/**")
    walk.be(person.name)
    page.wait_for_url(f"{walk.places.bridge}{path}")
    return page


def shoot(page: Page, name: str, folder: Path = FOLDER) -> None:
    """Keep a picture of a page that axe-core has nothing against."""
    found = violations(page)
    assert found == [], found
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{name}.png", full_page=True)


def press(page: Page, name: str) -> None:
    """Press a button or follow a link that leads to another page."""
    button = page.get_by_role("button", name=name, exact=True)
    link = page.get_by_role("link", name=name, exact=True)
    follow(button.or_(link).first)


def fill(page: Page, **fields: str) -> None:
    """Fill the fields of a form, by their names."""
    for name, value in fields.items():
        field = page.locator(f"[name='{name}']:not([type='hidden'])").first
        if field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(value)
        elif field.get_attribute("type") == "radio":
            page.locator(f"[name='{name}'][value='{value}']").check()
        else:
            field.fill(value)
