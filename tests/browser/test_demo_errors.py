"""Every way to fail, clicked in earnest, and every page looked at."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from idp_bridge.demo.e_services import ERSATTNING, LANDSTING
from idp_bridge.demo.people import STOPPED, Person
from idp_bridge.demo.tricks import TRICKS, Trick
from idp_bridge.texts import TEXTS
from metadata import names
from tests.support.chromium import ARTIFACTS, Walk

pytestmark = pytest.mark.browser

WIDTHS = (320, 1280)
_DENIED = "Inloggningen nekades: du får inte gå vidare hit."


def photograph(page: Page, name: str) -> None:
    """Keep a picture of a page, narrow and wide; nothing may stick out."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        inside = page.evaluate("document.documentElement.scrollWidth")
        page.screenshot(path=ARTIFACTS / f"{name}-{width}.png", full_page=True)
        assert inside <= width, f"{name} is {inside} wide at {width}"


def test_the_pictures_have_a_place_that_git_ignores() -> None:
    ignored = (Path(__file__).parents[2] / ".gitignore").read_text().splitlines()
    assert f"{ARTIFACTS.name}/" in ignored


@pytest.mark.parametrize("person", STOPPED, ids=lambda person: person.key)
def test_whoever_may_not_go_on_is_told_why(walk: Walk, person: Person) -> None:
    walk.to_portal(ERSATTNING)
    walk.be(person.name)
    walk.page.wait_for_url(f"{walk.places.bridge}/saml/sp/acs")
    assert person.error is not None
    assert TEXTS[person.error].sv in walk.page.inner_text("main")
    walk.page.get_by_role("button", name="OK, gå tillbaka till").click()
    walk.page.wait_for_url(walk.url_of(ERSATTNING))
    low = person.error == "wrong-authn-context"
    said = walk.page.get_by_role("alert").inner_text()
    assert said == ("Legitimationen har för låg nivå." if low else _DENIED)


def test_somebody_without_an_agreement_is_told_why(walk: Walk) -> None:
    walk.to_portal(LANDSTING)
    walk.be("Anna Åkerlund")
    walk.page.wait_for_url(f"{walk.places.bridge}/saml/sp/acs")
    assert TEXTS["no-agreement"].sv in walk.page.inner_text("main")


@pytest.mark.parametrize("trick", TRICKS.values(), ids=TRICKS)
def test_a_wrong_answer_is_refused(walk: Walk, trick: Trick) -> None:
    if trick.needs_earlier:
        walk.log_in(ERSATTNING, "Bo Öberg")
        walk.page.context.clear_cookies()
    walk.to_portal(ERSATTNING)
    walk.send(trick.label)
    text = walk.page.inner_text("main")
    assert TEXTS[trick.error].sv in text
    assert trick.error in text


def test_a_wrong_answer_leaves_the_login_as_it_was(walk: Walk) -> None:
    walk.to_portal(ERSATTNING)
    walk.send("Ett svar utan underskrift")
    walk.page.get_by_role("link", name="Försök igen").click()
    walk.page.get_by_role("link", name="SITHS").click()
    walk.be("Anna Åkerlund")
    walk.page.wait_for_url(walk.url_of(ERSATTNING))
    assert walk.permissions() == ["Asylsökande i förskola", "Asylsökande i grundskola"]


def test_an_answer_counts_once(walk: Walk) -> None:
    walk.log_in(ERSATTNING, "Anna Åkerlund")
    while not walk.page.url.endswith("/svar") and "sso" not in walk.page.url:
        walk.page.go_back()
    walk.page.go_back() if walk.page.url.endswith("/svar") else None
    walk.be("Anna Åkerlund")
    walk.page.wait_for_url(f"{walk.places.bridge}/saml/sp/acs")
    assert TEXTS["login-lost"].sv in walk.page.inner_text("main")


@pytest.mark.parametrize("code", TEXTS)
def test_every_error_page_can_be_looked_at(walk: Walk, code: str) -> None:
    walk.page.goto(f"{walk.places.bridge}/fel/{code}")
    assert walk.page.get_by_role("heading", level=1).inner_text()
    assert TEXTS[code].sv in walk.page.inner_text("main")
    photograph(walk.page, f"fel-{code}")


def test_every_page_on_the_way_fits_a_narrow_and_a_wide_window(walk: Walk) -> None:
    page = walk.page
    for path in ("", "kommuner", "regioner", "fel", "kontakt", "kakor"):
        page.goto(f"{walk.places.bridge}/{path}")
        photograph(page, f"bryggan-{path or 'start'}")
    page.goto(f"{walk.places.portal}/")
    photograph(page, "portalen-start")
    page.goto(walk.url_of(ERSATTNING))
    photograph(page, "e-tjanst-start")
    walk.to_methods(ERSATTNING)
    photograph(page, "logga-in")
    page.get_by_role("link", name="SITHS").first.click()
    photograph(page, "portalen-legitimera")
    walk.be("Anna Åkerlund")
    page.wait_for_url(walk.url_of(ERSATTNING))
    page.get_by_text("Visa intyget som det såg ut").click()
    assert names.ATTR_HSA_ID in page.inner_text("pre")
    photograph(page, "e-tjanst-inloggad")
    walk.to_portal(LANDSTING)
    walk.press("Avbryt")
    page.wait_for_url(f"{walk.places.bridge}/saml/sp/acs")
    photograph(page, "avbruten")
    page.get_by_role("button", name="OK, gå tillbaka till").click()
    page.wait_for_url(walk.url_of(LANDSTING))
    photograph(page, "e-tjanst-avbruten")


def test_the_guide_leads_to_every_error_page(walk: Walk) -> None:
    walk.page.goto(f"{walk.places.portal}/")
    found = walk.page.locator(".errors a").all_inner_texts()
    assert found == list(TEXTS)
