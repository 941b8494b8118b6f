"""Who is logged in already, and what people see before it is sent, in Chromium."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from idp_bridge import pages
from idp_bridge.demo.e_services import ERSATTNING
from tests.support.axe import violations
from tests.support.chromium import Walk
from tests.support.demo import Demo
from tests.support.pages import LOGGED_IN, RELEASED, SITHS, pages_app
from tests.support.served import served

pytestmark = pytest.mark.browser

NARROW = ViewportSize(width=320, height=640)


@pytest.fixture(scope="module")
def shown() -> Iterator[str]:
    """The two pages, from a server."""
    app = pages_app()
    methods = pages.MethodsPage(
        service_name="E-tjänst för landsting",
        groups=(SITHS,),
        cancel_url="/",
        logged_in=LOGGED_IN,
    )
    app.add_url_rule("/known", "known", lambda: pages.show_methods(methods))
    app.add_url_rule("/release", "release", lambda: pages.show_release(RELEASED))
    with served(app) as port:
        yield f"http://127.0.0.1:{port}"


def open_narrow(browser: Browser, url: str, *, javascript: bool = True) -> Page:
    context = browser.new_context(viewport=NARROW, java_script_enabled=javascript)
    page = context.new_page()
    page.goto(url)
    return page


@pytest.mark.parametrize("path", ["known", "release"])
def test_the_page_has_no_barriers_and_fits_a_narrow_window(
    impatient_browser: Browser, shown: str, path: str
) -> None:
    page = open_narrow(impatient_browser, f"{shown}/{path}")
    assert violations(page) == []
    width = page.evaluate("() => document.documentElement.scrollWidth")
    assert width <= NARROW["width"]
    page.context.close()


@pytest.mark.parametrize(
    ("path", "action"),
    [("known", "/logga-in/1/fortsatt"), ("release", "/logga-in/1/uppgifter")],
)
def test_the_button_needs_no_javascript(
    impatient_browser: Browser, shown: str, path: str, action: str
) -> None:
    page = open_narrow(impatient_browser, f"{shown}/{path}", javascript=False)
    with page.expect_request(f"{shown}{action}") as sent:
        page.get_by_role("button", name="Fortsätt").click()
    assert sent.value.post_data == "seal=5ea1"
    page.context.close()


def come_again(walk: Walk, name: str) -> None:
    """Come from the e-tjänst once more, and be known by name."""
    walk.page.goto(f"{walk.url_of(ERSATTNING)}logga-in")
    walk.page.get_by_role("heading", name=f"inloggad som {name}").wait_for()


def test_who_is_logged_in_goes_on_with_one_button(walk: Walk) -> None:
    walk.log_in(ERSATTNING, "Anna Åkerlund")
    come_again(walk, "Anna Åkerlund")
    walk.press("Fortsätt")
    walk.page.wait_for_url(walk.url_of(ERSATTNING))
    assert walk.page.get_by_role("heading", name="Välkommen, Anna").is_visible()


def test_somebody_else_takes_over_from_the_page(walk: Walk) -> None:
    walk.log_in(ERSATTNING, "Anna Åkerlund")
    come_again(walk, "Anna Åkerlund")
    walk.page.get_by_role("link", name="SITHS").click()
    walk.be("Bo Öberg")
    walk.page.wait_for_url(walk.url_of(ERSATTNING))
    assert walk.page.get_by_role("heading", name="Välkommen, Bo").is_visible()
    come_again(walk, "Bo Öberg")


def test_without_javascript_the_buttons_go_on(
    impatient_browser: Browser, running_demo: Demo
) -> None:
    context = impatient_browser.new_context(java_script_enabled=False)
    walk = Walk(context.new_page(), running_demo, has_javascript=False)
    walk.log_in(ERSATTNING, "Anna Åkerlund")
    come_again(walk, "Anna Åkerlund")
    walk.press("Fortsätt")
    assert walk.page.get_by_role("heading", name="Välkommen, Anna").is_visible()
    context.close()


def test_each_tab_goes_on_for_itself(walk: Walk, new_tab: Callable[[], Walk]) -> None:
    walk.log_in(ERSATTNING, "Anna Åkerlund")
    other = new_tab()
    come_again(walk, "Anna Åkerlund")
    come_again(other, "Anna Åkerlund")
    for tab in (walk, other):
        tab.press("Fortsätt")
        tab.page.wait_for_url(tab.url_of(ERSATTNING))
