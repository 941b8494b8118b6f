"""The way out in Chromium: from each side, without scripts, and past a silent party.

Every cookie counts as old, and cookies of third parties are blocked: what works here
works with whole pages only.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Route, expect

from idp_bridge.demo.e_services import ERSATTNING, LANDSTING, EService
from tests.support.axe import violations
from tests.support.chromium import IMPATIENT, Walk, chromium, follow, watch
from tests.support.demo import Demo

pytestmark = pytest.mark.browser

CECILIA = "Cecilia Sjödin"
THIRD_PARTY_COOKIES_BLOCKED = "--test-third-party-cookie-phaseout"


@pytest.fixture(scope="module")
def strict_browser() -> Iterator[Browser]:
    with chromium(IMPATIENT, THIRD_PARTY_COOKIES_BLOCKED) as browser:
        yield browser


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def visitor(
    strict_browser: Browser, running_demo: Demo, request: pytest.FixtureRequest
) -> Iterator[Walk]:
    """Cecilia, who is logged in at both e-tjänster with one login at the portal."""
    yield from logged_in(strict_browser, running_demo, has_javascript=request.param)


@pytest.fixture
def patient(strict_browser: Browser, running_demo: Demo) -> Iterator[Walk]:
    """The same, with scripts."""
    yield from logged_in(strict_browser, running_demo, has_javascript=True)


@pytest.fixture
def unscripted(strict_browser: Browser, running_demo: Demo) -> Iterator[Walk]:
    """The same, without scripts: no page goes on by itself."""
    yield from logged_in(strict_browser, running_demo, has_javascript=False)


def logged_in(browser: Browser, demo: Demo, *, has_javascript: bool) -> Iterator[Walk]:
    context: BrowserContext = browser.new_context(java_script_enabled=has_javascript)
    context.set_default_timeout(20_000)
    complaints: list[str] = []
    page = context.new_page()
    watch(page, complaints)
    walk = Walk(page, demo, has_javascript=has_javascript)
    walk.log_in(ERSATTNING, CECILIA)
    walk.to_methods(LANDSTING)
    expect(page.get_by_text(f"Du är redan inloggad som {CECILIA}")).to_be_visible()
    walk.press("Fortsätt")
    page.wait_for_url(walk.url_of(LANDSTING))
    yield walk
    context.close()
    assert complaints == []


def go_out(walk: Walk) -> None:
    """Press what a script would press, on our pages."""
    go = walk.page.locator("[data-go]")
    while go.count():
        follow(go.first)


def is_out_of(walk: Walk, service: EService) -> None:
    walk.page.goto(walk.url_of(service))
    expect(walk.page.get_by_role("heading", name="Välkommen")).to_have_count(0)


def leave(walk: Walk, *, has_javascript: bool) -> None:
    if not has_javascript:
        go_out(walk)


def test_from_an_e_service_everybody_is_told(
    visitor: Walk, request: pytest.FixtureRequest
) -> None:
    page = visitor.page
    visitor.press("Logga ut")
    leave(visitor, has_javascript=request.node.callspec.params["visitor"])
    page.wait_for_url(visitor.url_of(LANDSTING))
    expect(page.get_by_text("Du är utloggad överallt.")).to_be_visible()
    page.goto(visitor.url_of(ERSATTNING))
    expect(page.get_by_text("Du är utloggad härifrån.")).to_be_visible()
    page.goto(f"{visitor.places.bridge}/logga-ut")
    expect(page.get_by_role("heading", name="Du är inte inloggad")).to_be_visible()


def test_from_our_page_everybody_is_told(
    visitor: Walk, request: pytest.FixtureRequest
) -> None:
    page = visitor.page
    page.goto(f"{visitor.places.bridge}/logga-ut")
    expect(page.get_by_role("listitem").filter(has_text=LANDSTING.name)).to_be_visible()
    visitor.press("Logga ut från alla")
    leave(visitor, has_javascript=request.node.callspec.params["visitor"])
    expect(page.get_by_role("heading", name="Du är utloggad")).to_be_visible()
    expect(page.locator(".logout-done")).to_have_count(4)
    expect(page.get_by_text("Ta ut kortet ur läsaren.")).to_be_visible()
    for service in (ERSATTNING, LANDSTING):
        is_out_of(visitor, service)


def test_from_the_portal_everybody_is_told(
    visitor: Walk, request: pytest.FixtureRequest
) -> None:
    page = visitor.page
    page.goto(f"{visitor.places.portal}/saml/utloggning")
    visitor.press("Logga ut överallt")
    leave(visitor, has_javascript=request.node.callspec.params["visitor"])
    page.wait_for_url(f"{visitor.places.portal}/**")
    expect(page.get_by_text("Du är utloggad överallt.")).to_be_visible()
    for service in (ERSATTNING, LANDSTING):
        is_out_of(visitor, service)


def silent(route: Route) -> None:
    """Take a request and never answer it."""


def test_a_silent_e_service_costs_a_few_seconds(patient: Walk) -> None:
    page = patient.page
    page.route(f"{patient.url_of(ERSATTNING)}slo*", silent)
    page.get_by_role("button", name="Logga ut").click()
    end = page.get_by_role("heading", name="Du är utloggad här")
    expect(end).to_be_visible(timeout=60_000)
    expect(page.locator(".logout-failed")).to_contain_text(ERSATTNING.name)
    assert violations(page) == []
    page.get_by_role("link", name="Gå tillbaka till").click()
    page.wait_for_url(patient.url_of(LANDSTING))
    expect(page.get_by_role("alert")).to_contain_text("kanske inte överallt")


def test_an_e_service_that_keeps_the_person_is_left_with_the_back_button(
    patient: Walk,
) -> None:
    page = patient.page
    page.route(
        f"{patient.url_of(ERSATTNING)}slo*",
        lambda route: route.fulfill(body="<h1>Hej</h1>", content_type="text/html"),
    )
    page.get_by_role("button", name="Logga ut").click()
    expect(page.get_by_role("heading", name="Hej")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("inte fått något svar")).to_contain_text(ERSATTNING.name)
    assert violations(page) == []
    page.get_by_role("link", name="Gå vidare utan").click()
    expect(page.get_by_role("heading", name="Du är utloggad här")).to_be_visible()


def test_whoever_cancels_reads_where_they_may_still_be_logged_in(
    unscripted: Walk,
) -> None:
    page = unscripted.page
    page.get_by_role("button", name="Logga ut").click()
    page.get_by_role("link", name="Avbryt utloggningen").click()
    expect(page.get_by_role("heading", name="Utloggningen avbröts")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text(f"från: {ERSATTNING.name}")


def test_the_overview_is_for_everybody(patient: Walk) -> None:
    patient.page.goto(f"{patient.places.bridge}/logga-ut")
    assert violations(patient.page) == []
