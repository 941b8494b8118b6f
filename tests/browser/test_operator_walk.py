"""An operator in Chromium: log in, look, find, let fetch, log out."""

import pytest
from playwright.sync_api import Browser

from idp_bridge.demo.people import ANNA, LARS, MAJA
from tests.support.chromium import Walk, watch
from tests.support.demo import Demo
from tests.support.operator_walk import FOLDER, log_in, shoot

pytestmark = pytest.mark.browser


def test_an_operator_logs_in_looks_and_logs_out(walk: Walk) -> None:
    page = log_in(walk, MAJA, "/operator/metadata")
    header = page.locator("header")
    assert "Maja Sand, systemansvarig" in header.inner_text()
    assert page.get_by_role("heading", name="Källor för metadata").is_visible()
    assert page.get_by_role("row").count() == 7
    shoot(page, "sources")
    page.get_by_role("link", name="siths").click()
    page.wait_for_url("**/kallor/siths")
    assert page.get_by_text("Hämtas som den ska").is_visible()
    shoot(page, "source")
    page.get_by_role("button", name="Hämta nu").click()
    page.get_by_text("väntar på att utföras").wait_for()
    shoot(page, "ordered")
    for _ in range(60):
        if page.get_by_text("klart 20").count():
            break
        page.wait_for_timeout(500)
        page.reload()
    assert page.get_by_text("klart 20").is_visible()
    page.get_by_role("button", name="Logga ut").click()
    page.get_by_role("heading", name="Du är utloggad").wait_for()
    shoot(page, "logged-out")
    page.go_back()
    page.reload()
    assert page.url.startswith(f"{walk.places.bridge}/logga-in/")


def test_an_operator_finds_an_entity(walk: Walk) -> None:
    page = log_in(walk, LARS, "/operator/metadata/entiteter?roll=idp")
    page.wait_for_url("**/operator/metadata/entiteter?roll=idp")
    assert page.get_by_role("row").count() == 4
    page.get_by_label("Sök namn eller entityID").fill("legitimation")
    page.keyboard.press("Enter")
    page.wait_for_url("**sok=legitimation**")
    assert page.get_by_role("row").count() == 2
    shoot(page, "entities")
    page.get_by_role("row").nth(1).get_by_role("link").click()
    page.wait_for_url("**/entitet?id=**")
    assert page.get_by_role("heading", name="Certifikat").is_visible()
    shoot(page, "entity")
    page.goto(f"{walk.places.bridge}/operator/metadata/kallor/siths")
    shoot(page, "source-of-a-reader")
    assert page.get_by_role("button", name="Godkänn").count() == 0


def test_a_form_with_mistakes_leads_to_them(walk: Walk) -> None:
    page = log_in(walk, MAJA, "/operator/metadata/ny-kalla")
    page.get_by_label("Namn", exact=True).fill("Å")
    page.get_by_role("button", name="Lägg till").click()
    summary = page.locator(".error-summary")
    summary.wait_for()
    assert page.title().startswith("Fel: ")
    assert page.evaluate("document.activeElement.className") == "error-summary"
    shoot(page, "form")
    summary.get_by_role("link").first.click()
    assert page.evaluate("document.activeElement.id") == "name"
    assert page.get_by_label("Namn", exact=True).input_value() == "Å"


def test_a_form_for_a_source_has_everything_that_the_command_line_has(
    walk: Walk,
) -> None:
    page = log_in(walk, MAJA, "/operator/metadata/ny-kalla")
    assert not page.get_by_label("Får krympa högst, i procent").is_visible()
    page.get_by_text("Fler inställningar").click()
    page.get_by_label("Får krympa högst, i procent").fill("5")
    page.get_by_label("Ta aldrig dessa entityID").fill("https://sp.example.se")
    shoot(page, "form-with-everything")


def test_partners_can_read_the_page_with_our_metadata(walk: Walk) -> None:
    walk.page.goto(f"{walk.places.bridge}/saml/metadata")
    for heading in ("För e-tjänster / For services", "För e-tjänster som frågar"):
        assert walk.page.get_by_role("heading", name=heading).is_visible()
    shoot(walk.page, "our-metadata")


def test_somebody_else_is_told_so(walk: Walk) -> None:
    page = walk.page
    page.goto(f"{walk.places.bridge}/operator/")
    page.get_by_role("link", name="SITHS").first.click()
    page.wait_for_url(f"{walk.places.portal}/**")
    walk.be(ANNA.name)
    page.wait_for_url(f"{walk.places.bridge}/saml/sp/acs")
    assert "Du är inte registrerad som operatör" in page.inner_text("main")
    shoot(page, "not-operator")


def test_a_narrow_window_scrolls_tables_only(
    impatient_browser: Browser, running_demo: Demo
) -> None:
    complaints: list[str] = []
    context = impatient_browser.new_context(
        java_script_enabled=False, viewport={"width": 320, "height": 640}
    )
    tab = context.new_page()
    watch(tab, complaints)
    walk = Walk(tab, running_demo, has_javascript=False)
    page = log_in(walk, MAJA, "/operator/metadata")
    for path in ("metadata", "metadata/kallor/siths", "metadata/ny-kalla"):
        page.goto(f"{walk.places.bridge}/operator/{path}")
        box = page.locator("body").bounding_box()
        assert box is not None
        assert box["width"] <= 320
        name = path.replace("/", "-")
        page.screenshot(path=FOLDER / f"narrow-{name}.png", full_page=True)
    context.close()
    assert complaints == []
