"""The whole way in Chromium: e-tjänst, bridge, portal, bridge, e-tjänst."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser

from idp_bridge.demo.e_services import ANSVAR, ERSATTNING, LANDSTING
from tests.support.chromium import Walk
from tests.support.demo import Demo

pytestmark = pytest.mark.browser

ANNA = ["Asylsökande i förskola", "Asylsökande i grundskola"]
BO = ["Asylsökande i gymnasieskola"]


def test_somebody_new_finds_the_way_from_the_start_page(walk: Walk) -> None:
    page = walk.page
    page.goto(f"{walk.places.bridge}/")
    page.get_by_role("link", name="Kommuner", exact=True).click()
    page.locator("summary", has_text=ERSATTNING.name).click()
    page.get_by_role("link", name="Till e-tjänsten").click()
    page.wait_for_url(walk.url_of(ERSATTNING))
    page.get_by_role("link", name="Logga in", exact=True).click()
    page.get_by_role("link", name="SITHS").click()
    page.get_by_role("button", name="Anna Åkerlund").click()
    page.wait_for_url(walk.url_of(ERSATTNING))
    assert page.get_by_role("heading", name="Välkommen, Anna Åkerlund").is_visible()
    assert "Björkviks kommun (2120990011)" in page.inner_text("main")


def test_two_people_of_two_kommuner_get_their_own_permissions(walk: Walk) -> None:
    walk.log_in(ERSATTNING, "Anna Åkerlund")
    assert walk.permissions() == ANNA
    walk.log_in_again(ERSATTNING, "Bo Öberg")
    assert walk.permissions() == BO
    assert "Ekdalens kommun" in walk.page.inner_text("main")


def test_two_people_of_one_region_get_their_own_permissions(walk: Walk) -> None:
    walk.log_in(LANDSTING, "Cecilia Sjödin")
    assert walk.permissions() == [
        "Rapportera hälsoundersökning",
        "Se statistik för regionen",
    ]
    walk.log_in_again(LANDSTING, "David Norrby")
    assert walk.permissions() == ["Se statistik för regionen"]


def test_an_e_service_may_ask_for_permissions_after_the_login(walk: Walk) -> None:
    walk.log_in(ANSVAR, "Anna Åkerlund")
    assert walk.permissions() == ["Ändra ansvar", "Se ansvar"]
    text = walk.page.locator("section", has_text="Varifrån kom vad?").inner_text()
    with_login, _, afterwards = text.partition("Frågat efteråt")
    assert "/attributes/behorighet" in afterwards
    assert "/attributes/behorighet" not in with_login


def test_without_javascript_the_buttons_do_it(
    impatient_browser: Browser, running_demo: Demo
) -> None:
    context = impatient_browser.new_context(java_script_enabled=False)
    walk = Walk(context.new_page(), running_demo, has_javascript=False)
    walk.log_in(ERSATTNING, "Anna Åkerlund")
    assert walk.permissions() == ANNA
    context.close()


def test_the_page_with_methods_shows_only_what_the_e_service_takes(walk: Walk) -> None:
    walk.to_methods(ERSATTNING)
    headings = walk.page.get_by_role("heading", level=2).all_inner_texts()
    assert headings == ["E-legitimation", "Konto", "E-tjänstelegitimation"]
    walk.to_methods(LANDSTING)
    assert walk.page.url.startswith(walk.places.portal)


def test_another_method_leads_to_the_same_permissions(walk: Walk) -> None:
    walk.to_portal(ERSATTNING, "Demo-legitimation")
    assert walk.page.get_by_role("heading", name="Demo-legitimation").is_visible()
    walk.be("Anna Åkerlund")
    walk.page.wait_for_url(walk.url_of(ERSATTNING))
    assert walk.permissions() == ANNA
    assert "https://legitimation.demo.example.se/saml" in walk.page.inner_text("main")


def test_two_tabs_never_meet(walk: Walk, new_tab: Callable[[], Walk]) -> None:
    other = new_tab()
    walk.to_portal(ERSATTNING)
    other.to_portal(LANDSTING)
    walk.be("Bo Öberg")
    other.be("David Norrby")
    walk.page.wait_for_url(walk.url_of(ERSATTNING))
    other.page.wait_for_url(other.url_of(LANDSTING))
    assert walk.permissions() == BO
    assert other.permissions() == ["Se statistik för regionen"]


def test_two_tabs_of_one_e_service_both_get_in(
    walk: Walk, new_tab: Callable[[], Walk]
) -> None:
    other = new_tab()
    walk.to_portal(ERSATTNING)
    other.to_portal(ERSATTNING)
    other.be("Bo Öberg")
    other.page.wait_for_url(walk.url_of(ERSATTNING))
    assert other.permissions() == BO
    walk.be("Anna Åkerlund")
    walk.page.wait_for_url(walk.url_of(ERSATTNING))
    assert walk.permissions() == ANNA


def test_whoever_cancels_comes_back_to_the_e_service(walk: Walk) -> None:
    walk.to_portal(ERSATTNING)
    walk.press("Avbryt")
    page = walk.page
    page.wait_for_url(f"{walk.places.bridge}/saml/sp/acs")
    assert "Du avbröt inloggningen." in page.inner_text("main")
    page.get_by_role("button", name="OK, gå tillbaka till").click()
    page.wait_for_url(walk.url_of(ERSATTNING))
    assert page.get_by_role("alert").inner_text() == "Inloggningen avbröts."
    page.get_by_text("Visa vad svaret sade").click()
    assert "http://id.elegnamnden.se/status/1.0/cancel" in page.inner_text("main")


def test_whoever_cancels_may_try_again(walk: Walk) -> None:
    walk.to_portal(ERSATTNING)
    walk.press("Avbryt")
    walk.page.get_by_role("link", name="Försök igen").click()
    walk.page.get_by_role("link", name="SITHS").click()
    walk.be("Anna Åkerlund")
    walk.page.wait_for_url(walk.url_of(ERSATTNING))
    assert walk.permissions() == ANNA


def test_whoever_cancels_on_our_page_comes_back_too(walk: Walk) -> None:
    walk.to_methods(ERSATTNING)
    walk.page.get_by_role("button", name="Avbryt och gå tillbaka").click()
    walk.page.wait_for_url(walk.url_of(ERSATTNING))
    assert walk.page.get_by_role("alert").inner_text() == "Inloggningen avbröts."


def test_going_back_sends_no_answer_a_second_time(walk: Walk) -> None:
    posts: list[str] = []
    walk.page.on(
        "request",
        lambda request: posts.append(request.url) if request.method == "POST" else None,
    )
    walk.log_in(ERSATTNING, "Anna Åkerlund")
    acs = f"{walk.url_of(ERSATTNING)}acs"
    assert posts.count(acs) == 1
    walk.page.go_back()
    walk.page.wait_for_load_state("networkidle")
    assert posts.count(acs) == 1
