"""The manual for administrators in Chromium, chapter by chapter, in the demo."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from idp_bridge.demo.people import ANNA, BJORKVIK, EKDALEN, GUN, HELENA, Person
from tests.support.axe import violations
from tests.support.chromium import ARTIFACTS, Walk, watch
from tests.support.demo import Demo

pytestmark = pytest.mark.browser

FOLDER = ARTIFACTS / "administration"
LIST = f"/o/{BJORKVIK.replace('-', '')}/anvandare"


def log_in(walk: Walk, person: Person, path: str = "/admin/") -> Page:
    page = walk.page
    page.goto(f"{walk.places.bridge}{path}")
    page.get_by_role("link", name="SITHS").first.click()
    page.wait_for_url(f"{walk.places.portal}/**")
    walk.be(person.name)
    return page


def shoot(page: Page, name: str) -> None:
    """Keep a picture of a page that axe-core has nothing against."""
    assert violations(page) == []
    FOLDER.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=FOLDER / f"{name}.png", full_page=True, caret="initial")


@pytest.fixture
def office(walk: Walk) -> Page:
    page = log_in(walk, GUN)
    page.wait_for_url(f"{walk.places.bridge}{LIST}")
    return page


@pytest.fixture
def plain_office(
    impatient_browser: Browser, running_demo: Demo
) -> Iterator[tuple[Page, Walk]]:
    """Somebody with a narrow window and without scripts."""
    complaints: list[str] = []
    context = impatient_browser.new_context(
        java_script_enabled=False, viewport={"width": 320, "height": 640}
    )
    tab = context.new_page()
    watch(tab, complaints)
    walk = Walk(tab, running_demo, has_javascript=False)
    yield log_in(walk, GUN), walk
    context.close()
    assert complaints == []


def rows(page: Page) -> list[str]:
    """Read the first names in the list."""
    return page.locator(".user-table tbody th").all_inner_texts()


# --- 4: the way in --------------------------------------------------------------------


def test_chapter_4_an_administrator_begins_at_the_start_page(walk: Walk) -> None:
    page = walk.page
    page.goto(f"{walk.places.bridge}/kommuner")
    page.locator("summary", has_text="Administrera behörigheter").click()
    page.get_by_role(
        "link", name="Till e-tjänsten Administrera behörigheter för e-tjänster"
    ).click()
    expect(page.get_by_role("heading", name="Logga in", exact=True)).to_be_visible()
    shoot(page, "04-log-in")
    page.get_by_role("link", name="SITHS").first.click()
    page.wait_for_url(f"{walk.places.portal}/**")
    walk.be(HELENA.name)
    page.wait_for_url("**/admin/")
    expect(page.get_by_role("heading", name="Välj organisation")).to_be_visible()
    shoot(page, "04-choose-organisation")
    page.get_by_role("link", name="Ekdalens kommun").click()
    page.wait_for_url(f"**/o/{EKDALEN.replace('-', '')}/anvandare")
    header = page.locator("header")
    expect(header).to_contain_text("Ekdalens kommun")
    expect(header).to_contain_text("Helena Ström")
    header.get_by_role("link", name="Byt organisation").click()
    page.get_by_role("link", name="Björkviks kommun").click()
    expect(header).to_contain_text("Björkviks kommun")


def test_chapter_2_somebody_who_is_no_administrator_is_told_so(walk: Walk) -> None:
    page = log_in(walk, ANNA)
    page.wait_for_url("**/saml/sp/acs")
    expect(page.locator("main")).to_contain_text(
        "Du är inloggad som Anna Åkerlund, men du är inte registrerad"
    )
    shoot(page, "02-not-administrator")


# --- 5: the list ----------------------------------------------------------------------


def test_chapter_5_the_list_is_searched_filtered_and_sorted(office: Page) -> None:
    page = office
    everybody = rows(page)
    assert len(everybody) >= 11
    shoot(page, "05-list")
    search = page.get_by_label("Sök", exact=True)
    search.press_sequentially("åbe")
    expect(page.locator("#antal")).to_have_text(
        re.compile(r"^1 av \d+ användare visas\.$")
    )
    assert rows(page) == ["Ärla"]
    assert page.locator("mark").all_inner_texts() == ["Åbe"]
    assert page.evaluate("document.activeElement.id") == "sok"
    assert page.evaluate("document.activeElement.selectionStart") == 3
    page.wait_for_url("**?sok=%C3%A5be")
    shoot(page, "05-search")
    page.reload()
    assert rows(page) == ["Ärla"]
    search.fill("finns inte <b>")
    expect(page.locator("#lista")).to_contain_text(
        "Ingen användare matchar ”finns inte <b>” med de filter du valt."
    )
    shoot(page, "05-no-hit")
    page.locator("#lista").get_by_role("link", name="Rensa sökning och filter").click()
    assert rows(page) == everybody


def test_chapter_5_1_the_second_filter_follows_the_first(office: Page) -> None:
    page = office
    second = page.get_by_role("group", name="Filtrera behörigheter")
    assert second.get_by_role("checkbox").count() == 0
    first = page.get_by_role("group", name="Filtrera e-tjänster")
    first.get_by_role("checkbox", name="Ansök om statlig ersättning").check()
    second.get_by_role("checkbox", name="Asylsökande i gymnasieskola").wait_for()
    focused = page.evaluate("document.activeElement.value")
    assert focused == "statlig-ersattning"
    box = second.get_by_role("checkbox", name="Asylsökande i gymnasieskola")
    box.check()
    page.wait_for_url("**behorighet=statlig-ersattning%3Agymnasieskola**")
    assert rows(page) == ["Adam"]
    assert page.evaluate("document.activeElement.id").endswith("gymnasieskola")
    shoot(page, "05-1-filter")
    page.go_back()
    page.go_forward()
    assert rows(page) == ["Adam"]


def test_chapter_5_3_every_column_is_sorted_in_swedish(office: Page) -> None:
    page = office
    page.locator("#sortera-given_name").click()
    page.wait_for_url("**?sortera=fornamn")
    expect(page.locator("th[aria-sort=ascending]")).to_contain_text("Förnamn")
    names = rows(page)
    assert names[-3:] == ["Åke", "Ärla", "Örjan"]
    shoot(page, "05-3-sorted")
    page.locator("#sortera-given_name").click()
    page.wait_for_url("**ordning=fallande")
    assert rows(page) == names[::-1]
    assert page.evaluate("document.activeElement.id") == "sortera-given_name"


def test_a_list_that_cannot_be_fetched_says_so_and_keeps_its_rows(office: Page) -> None:
    page = office
    before = rows(page)
    page.route("**/anvandare?**", lambda route: route.fulfill(status=500, body="<h1>x"))
    page.get_by_label("Sök", exact=True).fill("a")
    failure = page.locator("#listfel")
    expect(failure).to_contain_text("Kunde inte hämta listan. Försök igen")
    assert rows(page) == before
    shoot(page, "05-failed")
    page.unroute("**/anvandare?**")
    failure.get_by_role("link").click()
    expect(page.locator("#listfel")).to_be_hidden()


# --- 6, 8 and 9: add, change, remove --------------------------------------------------


def add(page: Page, surname: str, suffix: str) -> None:
    """Add a user through the form."""
    page.get_by_role("link", name="Lägg till användare").click()
    page.get_by_role("textbox", name="Förnamn").fill("Ylva")
    page.get_by_role("textbox", name="Efternamn").fill(surname)
    page.get_by_role("textbox", name="HSA-id").fill(f"SE2120990011-{suffix}")
    page.get_by_role("textbox", name="E-post").fill("ylva@bjorkvik.example")
    page.get_by_role("button", name="Spara", exact=True).click()


def test_chapter_6_a_user_is_added(office: Page) -> None:
    page = office
    page.get_by_role("link", name="Lägg till användare").click()
    shoot(page, "06-form")
    page.get_by_role("button", name="Spara", exact=True).click()
    expect(page.locator(".error-summary")).to_contain_text("Fyll i förnamnet.")
    assert page.title().startswith("Fel: Lägg till användare \N{EN DASH} Administrera")
    assert page.evaluate("document.activeElement.className") == "error-summary"
    shoot(page, "06-mistakes")
    page.get_by_role("link", name="Avbryt").click()
    add(page, "Ö <b>Nyström", "N001")
    expect(page.locator(".note")).to_contain_text(
        "Ylva Ö <b>Nyström är tillagd. Användaren har inga behörigheter ännu."
    )
    assert page.evaluate("document.activeElement.id") == "ge-behorigheter"
    shoot(page, "06-added")
    page.get_by_role("link", name="Tillbaka till användare").click()
    add(page, "Nyström", "n001")
    expect(page.locator(".error-summary")).to_contain_text("Det finns redan en")
    shoot(page, "06-duplicate")
    page.locator(".field-error").get_by_role("link").click()
    expect(page.get_by_role("heading", name="Ylva Ö <b>Nyström")).to_be_visible()


def test_chapter_8_a_user_is_changed(office: Page) -> None:
    page = office
    add(page, "Byström", "N002")
    page.get_by_role("link", name="Ändra användaruppgifter").click()
    page.get_by_role("textbox", name="Efternamn").fill("Nyström")
    shoot(page, "08-form")
    page.get_by_role("button", name="Spara", exact=True).click()
    expect(page.locator(".note")).to_contain_text("Ylva Nyström är sparade.")
    page.get_by_role("link", name="Ändra användaruppgifter").click()
    page.get_by_role("textbox", name="HSA-id").fill("SE2120990011-N003")
    page.get_by_role("button", name="Spara", exact=True).click()
    expect(page.locator("main")).to_contain_text("Du byter HSA-id")
    shoot(page, "08-new-hsa-id")
    page.get_by_role("button", name="Byt HSA-id").click()
    expect(page.locator(".facts")).to_contain_text("SE2120990011-N003")
    shoot(page, "08-changed")


def test_chapter_9_a_user_is_removed_and_comes_back(office: Page) -> None:
    page = office
    add(page, "Farväl", "N004")
    page.get_by_role("link", name="Ta bort användare").click()
    expect(page.locator("main")).to_contain_text(
        "Är du säker på att du vill ta bort denna användare?"
    )
    assert page.evaluate("document.activeElement.textContent") == "Avbryt"
    shoot(page, "09-question")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Aktuella behörigheter")).to_be_visible()
    page.get_by_role("link", name="Ta bort användare").click()
    page.get_by_role("button", name="OK").click()
    expect(page.locator(".note").first).to_contain_text("Ylva Farväl är borttagen")
    expect(page.locator("td", has_text="Farväl")).to_have_count(0)
    shoot(page, "09-removed")
    page.get_by_role("button", name="Ångra").click()
    expect(page.locator(".note").first).to_contain_text("Ylva Farväl är återställd.")
    shoot(page, "09-restored")
    page.get_by_role("link", name="Tillbaka till användare").click()
    expect(page.locator("td", has_text="Farväl")).to_have_count(1)


def test_two_browsers_that_change_the_same_user_lose_nothing(
    office: Page, impatient_browser: Browser, running_demo: Demo
) -> None:
    add(office, "Kapp", "N005")
    office.get_by_role("link", name="Ändra användaruppgifter").click()
    office.get_by_role("textbox", name="E-post").fill("forst@bjorkvik.example")
    address = office.url
    context = impatient_browser.new_context()
    other = log_in(Walk(context.new_page(), running_demo), HELENA)
    other.wait_for_url("**/admin/")
    other.goto(f"{address.partition('?')[0]}/andra")
    other.get_by_role("textbox", name="Efternamn").fill("Lopp")
    other.get_by_role("button", name="Spara", exact=True).click()
    expect(other.locator(".note")).to_contain_text("Ylva Lopp är sparade.")
    context.close()
    office.get_by_role("button", name="Spara", exact=True).click()
    expect(office.locator(".problem").first).to_contain_text(
        "Ylva Lopp ändrades av Helena Ström"
    )
    assert (
        office.get_by_role("textbox", name="E-post").input_value()
        == "forst@bjorkvik.example"
    )
    shoot(office, "08-conflict")


def test_what_was_typed_survives_a_session(walk: Walk, office: Page) -> None:
    page = office
    page.get_by_role("link", name="Lägg till användare").click()
    page.get_by_role("textbox", name="Förnamn").fill("Sparad")
    page.context.clear_cookies()
    page.get_by_role("button", name="Spara", exact=True).click()
    expect(page.get_by_role("heading", name="Du är utloggad")).to_be_visible()
    shoot(page, "10-session-over")
    page.get_by_role("link", name="Logga in igen").click()
    page.get_by_role("link", name="SITHS").first.click()
    page.wait_for_url(f"{walk.places.portal}/**")
    walk.be(GUN.name)
    page.wait_for_url("**/anvandare/ny")
    assert page.get_by_role("textbox", name="Förnamn").input_value() == "Sparad"
    shoot(page, "10-typed-again")


# --- 10: out --------------------------------------------------------------------------


def test_chapter_10_out_is_out(office: Page) -> None:
    page = office
    page.get_by_role("button", name="Logga ut").click()
    expect(page.get_by_role("heading", name="Du är utloggad")).to_be_visible()
    page.go_back()
    page.reload()
    assert "/logga-in/" in page.url


def test_somebody_is_warned_and_stays_with_one_button(
    impatient_browser: Browser, running_demo: Demo
) -> None:
    complaints: list[str] = []
    context = impatient_browser.new_context()
    tab = context.new_page()
    watch(tab, complaints)
    page = log_in(Walk(tab, running_demo), GUN)
    page.wait_for_url(f"**{LIST}")
    page.clock.install()
    page.goto(f"{running_demo.places.bridge}{LIST}")
    page.clock.run_for(27 * 60 * 1000)
    box = page.locator(".session-warning")
    expect(box).to_be_hidden()
    page.clock.run_for(61 * 1000)
    expect(box).to_be_visible()
    expect(box).to_contain_text("Du loggas ut om 2 minuter.")
    assert (
        page.evaluate("document.activeElement.textContent") == "Fortsätt vara inloggad"
    )
    shoot(page, "10-warning")
    with page.expect_response("**/admin/fortsatt") as answer:
        page.keyboard.press("Enter")
    assert answer.value.status == 204
    page.clock.run_for(1000)
    expect(box).to_be_hidden()
    page.clock.run_for(31 * 60 * 1000)
    expect(box).to_contain_text("Du är utloggad.")
    context.close()
    assert complaints == []


# --- everywhere -----------------------------------------------------------------------


def test_everything_works_narrow_and_without_scripts(
    plain_office: tuple[Page, Walk],
) -> None:
    page, walk = plain_office
    page.wait_for_url(f"**{LIST}")
    bridge = walk.places.bridge
    page.get_by_label("Sök", exact=True).fill("åber")
    page.keyboard.press("Enter")
    page.wait_for_url("**sok=%C3%A5ber**")
    assert rows(page) == ["Ärla"]
    fits(page, "list-searched")
    page.locator("#sortera-email").click()
    page.wait_for_url("**sortera=e-post**")
    page.goto(f"{bridge}{LIST}")
    fits(page, "list")
    page.get_by_role("link", name="Ärla").click()
    fits(page, "user")
    here = page.url
    for part in ("andra", "ta-bort"):
        page.goto(f"{here.partition('?')[0]}/{part}")
        fits(page, part)
    page.goto(f"{bridge}{LIST}/ny")
    page.get_by_role("button", name="Spara", exact=True).click()
    fits(page, "mistakes")


def fits(page: Page, name: str) -> None:
    """Keep a picture of a page on which nothing is cut in a narrow window."""
    box = page.locator("body").bounding_box()
    assert box is not None
    assert box["width"] <= 320
    FOLDER.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=FOLDER / f"narrow-{name}.png", full_page=True)
