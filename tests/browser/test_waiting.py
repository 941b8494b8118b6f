"""Nothing is said for 300 milliseconds; then a status says that one waits."""

import pytest
from playwright.sync_api import Page, Route, expect

from tests.support.axe import violations
from tests.support.screens import ORGANISATION

pytestmark = pytest.mark.browser

LIST = f"{ORGANISATION}/anvandare"


@pytest.fixture
def office(office_with_clock: Page) -> Page:
    """The list of users, where time stands still."""
    stop_clock(office_with_clock)
    return office_with_clock


def stop_clock(page: Page) -> None:
    """Let time pass only when the test says so."""
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 1)


def let_go(page: Page, held: list[Route]) -> None:
    """Let time pass as it does, and the answer come; nobody is kept out meanwhile."""
    page.clock.resume()
    assert violations(page) == []
    held.pop().continue_()


def hold(page: Page, address: str) -> list[Route]:
    """Let requests to an address wait until the test lets them go."""
    held: list[Route] = []

    def take(route: Route) -> None:
        held.append(route)

    page.route(address, take)
    return held


def test_a_slow_search_says_so_and_keeps_the_rows(office: Page) -> None:
    page = office
    held = hold(page, "**/anvandare?**")
    said = page.locator("#antal")
    before, rows = said.inner_text(), page.locator(".user-table tbody tr").count()
    with page.expect_request("**/anvandare?**"):
        page.get_by_label("Sök", exact=True).fill("a")
        page.clock.run_for(200)
    page.clock.run_for(299)
    assert said.inner_text() == before
    page.clock.run_for(1)
    expect(said).to_have_text("Söker…")
    assert said.get_attribute("role") == "status"
    assert page.locator("#lista").get_attribute("aria-busy") == "true"
    assert page.locator(".user-table tbody tr").count() == rows
    let_go(page, held)
    expect(said).not_to_have_text("Söker…")
    assert page.locator("#lista").get_attribute("aria-busy") is None


def test_a_slow_form_says_so_on_the_page_and_in_its_dialog(office: Page) -> None:
    page = office
    held = hold(page, "**/anvandare/ny**")
    said = page.locator("#ruta-vantan")
    with page.expect_request("**/anvandare/ny**"):
        page.get_by_role("link", name="Lägg till användare").click()
    page.clock.run_for(299)
    assert said.inner_text() == ""
    page.clock.run_for(1)
    expect(said).to_have_text("Hämtar…")
    let_go(page, held)
    box = page.get_by_role("dialog", name="Lägg till användare")
    expect(box).to_be_visible()
    expect(said).to_have_text("")
    stop_clock(page)
    with page.expect_request("**/anvandare/ny**"):
        page.get_by_role("button", name="Spara", exact=True).click()
    page.clock.run_for(300)
    expect(box.locator("#ruta-vantan")).to_have_text("Hämtar…")
    let_go(page, held)
    expect(box.locator(".error-summary")).to_be_visible()
    expect(said).to_have_text("")
