"""Forms open in a dialog on the page, and as a page where a dialog cannot help."""

import re

import pytest
from playwright.sync_api import Page, expect

from idp_bridge.demo.people import GUN
from tests.support.axe import violations
from tests.support.chromium import ARTIFACTS, Walk
from tests.support.screens import ORGANISATION, log_in

pytestmark = pytest.mark.browser

LIST = f"{ORGANISATION}/anvandare"


@pytest.fixture
def office(walk: Walk) -> Page:
    return log_in(walk, GUN, LIST)


def shoot(page: Page, name: str) -> None:
    assert violations(page) == []
    folder = ARTIFACTS / "administration"
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"dialog-{name}.png", caret="initial")


def open_new_user(page: Page) -> None:
    page.get_by_role("link", name="Lägg till användare").click()
    expect(page.get_by_role("dialog", name="Lägg till användare")).to_be_visible()


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.textContent")).strip()


def test_a_form_opens_on_the_page_and_goes_away_again(office: Page) -> None:
    page = office
    before = page.title()
    open_new_user(page)
    assert page.url.endswith(LIST)
    assert page.evaluate("document.activeElement.id") == "given_name"
    assert page.title() == (
        "Lägg till användare \N{EN DASH} Administrera behörigheter för e-tjänster"
    )
    shoot(page, "new-user")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert (focused(page), page.title()) == ("Lägg till användare", before)
    open_new_user(page)
    page.get_by_role("link", name="Avbryt").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert focused(page) == "Lägg till användare"
    assert page.url.endswith(LIST)


def test_mistakes_are_told_inside_and_what_was_typed_stays(office: Page) -> None:
    page = office
    open_new_user(page)
    page.get_by_role("textbox", name="Förnamn").fill("Ylva")
    page.get_by_role("button", name="Spara", exact=True).click()
    box = page.get_by_role("dialog", name="Lägg till användare")
    expect(box.locator(".error-summary")).to_contain_text("Fyll i efternamnet.")
    assert page.evaluate("document.activeElement.className") == "error-summary"
    assert page.title().startswith("Fel: Lägg till användare")
    assert page.get_by_role("textbox", name="Förnamn").input_value() == "Ylva"
    shoot(page, "mistakes")
    box.locator(".error-summary").get_by_role("link").first.click()
    assert page.evaluate("document.activeElement.id") == "surname"


def test_a_removal_asks_in_a_dialog_and_the_safe_way_has_the_focus(
    office: Page,
) -> None:
    page = office
    page.locator(".user-table .row-link").first.click()
    page.get_by_role("link", name="Ta bort användare").click()
    box = page.get_by_role("dialog", name="Ta bort användare")
    expect(box).to_contain_text("Är du säker på att du vill ta bort denna användare?")
    assert focused(page) == "Avbryt"
    shoot(page, "removal")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert focused(page) == "Ta bort användare"


def test_tab_stays_in_the_dialog(office: Page) -> None:
    page = office
    open_new_user(page)
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate(
            "document.activeElement === document.body"
            " || document.activeElement.closest('dialog') !== null"
        )


def test_no_answer_is_said_in_the_dialog(office: Page, complaints: list[str]) -> None:
    page = office
    open_new_user(page)
    page.get_by_role("textbox", name="Förnamn").fill("Ylva")
    page.route("**/anvandare/ny**", lambda route: route.abort())
    page.get_by_role("button", name="Spara", exact=True).click()
    box = page.get_by_role("dialog")
    expect(box.get_by_role("alert")).to_contain_text("Vi fick inget svar.")
    assert page.get_by_role("textbox", name="Förnamn").input_value() == "Ylva"
    shoot(page, "no-answer")
    page.unroute("**/anvandare/ny**")
    assert [each for each in complaints if "Security Policy" in each] == []
    complaints.clear()  # the browser says that it got no answer, too
    page.get_by_role("button", name="Spara", exact=True).click()
    expect(box.locator(".error-summary")).to_be_visible()
    expect(box.locator("#ruta-fel")).to_be_hidden()


def test_what_a_dialog_cannot_show_is_a_page(office: Page) -> None:
    page = office
    page.locator(".user-table .row-link").first.click()
    here = page.url.partition("?")[0]
    page.get_by_role("link", name="Ta bort användare").evaluate(
        "(link, path) => { link.href = path; link.setAttribute('hx-get', path); }",
        re.sub(r"\d+$", "999999/ta-bort", here),
    )
    page.get_by_role("link", name="Ta bort användare").click()
    page.wait_for_url("**/999999/ta-bort")
    expect(page.get_by_role("heading", name="Sidan finns inte")).to_be_visible()


def test_the_warning_before_the_end_can_be_pressed_over_a_dialog(
    office_with_clock: Page,
) -> None:
    page = office_with_clock
    page.get_by_role("link", name="Lägg till användare").click()
    page.clock.run_for(500)
    expect(page.get_by_role("dialog", name="Lägg till användare")).to_be_visible()
    page.get_by_role("textbox", name="Förnamn").fill("Ylva")
    page.clock.run_for((28 * 60 + 1) * 1000)
    warning = page.locator(".session-warning")
    expect(warning).to_be_visible()
    assert focused(page) == "Fortsätt vara inloggad"
    shoot(page, "warning")
    with page.expect_response("**/admin/fortsatt") as answer:
        page.keyboard.press("Enter")
    assert answer.value.status == 204
    page.clock.run_for(1000)
    expect(warning).to_be_hidden()
    assert page.get_by_role("textbox", name="Förnamn").input_value() == "Ylva"
    assert page.evaluate("document.activeElement.id") == "given_name"
