"""Somebody reads a number out, and an operator in Chromium says what happened."""

import pytest
from playwright.sync_api import Browser, Page

from idp_bridge.demo.e_services import ERSATTNING
from idp_bridge.demo.people import EVA, LARS
from tests.support.chromium import Walk, follow, watch
from tests.support.demo import Demo
from tests.support.operator_walk import FOLDER, fill, log_in, press, shoot

pytestmark = pytest.mark.browser

WIDTHS = (320, 1280)


def number_after_a_refusal(walk: Walk) -> str:
    """Let somebody without permission try to log in; answers with the number."""
    walk.to_portal(ERSATTNING)
    walk.be(EVA.name)
    walk.page.wait_for_url(f"{walk.places.bridge}/saml/sp/acs")
    found = walk.page.locator("dd").first.inner_text()
    walk.page.context.clear_cookies()
    return found


def photograph(page: Page, name: str) -> None:
    """Keep pictures, narrow and wide, of a page that nothing sticks out of."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        shoot(page, f"{name}-{width}")
        inside = page.evaluate("document.documentElement.scrollWidth")
        assert inside <= width, f"{name} is {inside} wide at {width}"


def test_a_number_that_is_read_out_tells_what_happened(walk: Walk) -> None:
    number = number_after_a_refusal(walk)
    page = log_in(walk, LARS)
    assert "misslyckade inloggningar senaste timmen" in page.inner_text("main")
    photograph(page, "refusals-start")
    spoken = f"{number[:3]} {number[3:6]} {number[6:]}".lower()
    fill(page, sok=spoken)
    press(page, "Sök")
    assert page.title().startswith(f"Felkod {number}")
    steps = page.locator(".timeline li").all_inner_texts()
    assert len(steps) == 6
    assert "no-permission" in steps[-1]
    for secret in (EVA.name, EVA.surname, EVA.hsa_id):
        assert secret not in page.inner_text("main")
    photograph(page, "refusals-one")
    follow(page.get_by_role("link", name="Tillbaka till misslyckade"))
    page.get_by_label("Orsak").select_option("no-permission")
    press(page, "Visa")
    assert number in page.inner_text("table")
    photograph(page, "refusals-list")
    fill(page, sok="BBBBBBBBB")
    press(page, "Sök")
    assert "ingenting sparat om felkoden BBBBBBBBB" in page.inner_text("main")
    photograph(page, "refusals-unknown")


def test_a_number_is_found_without_javascript(
    impatient_browser: Browser, running_demo: Demo
) -> None:
    complaints: list[str] = []
    context = impatient_browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    watch(tab, complaints)
    walk = Walk(tab, running_demo, has_javascript=False)
    page = log_in(walk, LARS)
    page.goto(f"{walk.places.bridge}/logga-in")
    number = page.locator("dd").first.inner_text()
    page.goto(f"{walk.places.bridge}/operator/")
    fill(page, sok=number)
    press(page, "Sök")
    assert page.locator(".timeline li").count() == 1
    context.close()
    assert FOLDER.exists()
    assert [each for each in complaints if "403" not in each] == []
