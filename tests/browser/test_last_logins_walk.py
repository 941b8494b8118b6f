"""An administrator in Chromium sees who has logged in, and keeps them in a review."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from idp_bridge.demo.e_services import ERSATTNING
from idp_bridge.demo.people import BO, EKDALEN, HELENA
from idp_bridge.texts import STOCKHOLM
from metadata.clock import utc_now
from tests.support.chromium import Walk, watch
from tests.support.demo import Demo
from tests.support.operator_walk import log_in, shoot

pytestmark = pytest.mark.browser

HOME = f"/o/{EKDALEN.replace('-', '')}"
WIDTHS = (320, 1280)


@pytest.fixture
def without_scripts(impatient_browser: Browser, running_demo: Demo) -> Iterator[Walk]:
    """Somebody in a narrow window without scripts."""
    complaints: list[str] = []
    context = impatient_browser.new_context(
        java_script_enabled=False, viewport={"width": 320, "height": 640}
    )
    tab = context.new_page()
    watch(tab, complaints)
    yield Walk(tab, running_demo, has_javascript=False)
    context.close()
    assert complaints == []


def photograph(page: Page, name: str) -> None:
    """Keep pictures, narrow and wide, of a page that nothing sticks out of."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        shoot(page, f"{name}-{width}")
        inside = page.evaluate("document.documentElement.scrollWidth")
        assert inside <= width, f"{name} is {inside} wide at {width}"


def test_who_came_lately_is_seen_and_kept_after_a_look(walk: Walk) -> None:
    walk.log_in(ERSATTNING, BO.name)
    today = f"{utc_now().astimezone(STOCKHOLM):%Y-%m-%d}"
    walk.page.context.clear_cookies()
    page = log_in(walk, HELENA, f"{HOME}/anvandare")
    photograph(page, "last-logins-list")
    page.get_by_role("link", name=BO.given_name, exact=True).click()
    page.wait_for_url("**/anvandare/*")
    assert f"Senast inloggad: {today}" in page.inner_text("main")
    photograph(page, "last-logins-user")
    page.get_by_role("link", name="Genomgång", exact=True).click()
    page.get_by_role("button", name="Börja genomgång").click()
    page.get_by_role("link", name="Behåll alla som loggat in").wait_for()
    assert today in page.inner_text("table")
    photograph(page, "last-logins-review")
    page.get_by_role("link", name="Behåll alla som loggat in").click()
    page.get_by_text("Ingenting är sparat ännu.").wait_for()
    assert BO.surname in page.inner_text("table")
    photograph(page, "last-logins-check")
    page.get_by_role("button", name="OK").click()
    page.get_by_role("status").get_by_text("1 användare behåller").wait_for()
    assert BO.surname not in page.inner_text("main")
    photograph(page, "last-logins-kept")


def test_the_day_is_seen_without_scripts_in_a_narrow_window(
    without_scripts: Walk,
) -> None:
    page = log_in(without_scripts, HELENA, f"{HOME}/anvandare")
    page.get_by_role("link", name=BO.given_name, exact=True).click()
    assert "Senast inloggad: " in page.inner_text("main")
    box = page.locator("main").bounding_box()
    assert box is not None
    assert box["width"] <= 320
