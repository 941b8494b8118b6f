"""Chapter 7 of the manual in Chromium: permissions, and what goes with them."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect

from idp_bridge.demo.people import BJORKVIK, GUN, HELENA, Person
from tests.support.axe import violations
from tests.support.chromium import ARTIFACTS, Walk, watch
from tests.support.demo import Demo

pytestmark = pytest.mark.browser

FOLDER = ARTIFACTS / "permissions"
HOME = f"/o/{BJORKVIK.replace('-', '')}"
NAME = "Ärla"


def log_in(walk: Walk, person: Person) -> Page:
    page = walk.page
    page.goto(f"{walk.places.bridge}{HOME}/anvandare")
    page.get_by_role("link", name="SITHS").first.click()
    page.wait_for_url(f"{walk.places.portal}/**")
    walk.be(person.name)
    page.wait_for_url(f"**{HOME}/anvandare")
    return page


def shoot(page: Page, name: str) -> None:
    """Keep a picture of a page that axe-core has nothing against."""
    assert violations(page) == []
    FOLDER.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=FOLDER / f"{name}.png", full_page=True)


@pytest.fixture
def office(walk: Walk) -> Page:
    return log_in(walk, GUN)


@pytest.fixture
def colleague(other_walk: Walk) -> Page:
    """Another administrator, in a browser of her own."""
    return log_in(other_walk, HELENA)


@pytest.fixture
def narrow(impatient_browser: Browser, running_demo: Demo) -> Iterator[Page]:
    """Somebody with a narrow window and without scripts."""
    complaints: list[str] = []
    context = impatient_browser.new_context(
        java_script_enabled=False, viewport={"width": 320, "height": 640}
    )
    tab = context.new_page()
    watch(tab, complaints)
    yield log_in(Walk(tab, running_demo, has_javascript=False), GUN)
    context.close()
    assert complaints == []


def open_form(page: Page, name: str = NAME) -> None:
    page.goto(page.url.partition("/o/")[0] + f"{HOME}/anvandare")
    page.locator(".user-table").get_by_role("link", name=name, exact=True).click()
    page.get_by_role("link", name="Ändra och lägg till behörigheter").click()
    page.wait_for_url("**/behorigheter*")


def width_of(page: Page) -> float:
    return float(page.evaluate("document.documentElement.scrollWidth"))


def test_chapter_7_permissions_are_ticked_saved_and_undone(office: Page) -> None:
    page = office
    open_form(page)
    shoot(page, "07-form")
    box = page.get_by_role("checkbox", name="Asylsökande i gymnasieskola")
    assert not box.is_checked()
    box.check()
    page.get_by_label("Gäller till och med, Asylsökande i gymnasieskola").fill(
        "2030-06-30"
    )
    expect(page.locator(".change-count")).to_have_text(
        re.compile(r"^Ändringar: \+ 1, . 0$")
    )
    shoot(page, "07-ticked")
    page.get_by_role("button", name="Klar").click()
    note = page.locator(".change-note")
    expect(note).to_contain_text("är sparade.")
    expect(note).to_contain_text("Asylsökande i gymnasieskola")
    expect(note).to_contain_text("till och med 2030-06-30")
    expect(page.get_by_role("heading", name="Aktuella behörigheter")).to_be_visible()
    shoot(page, "07-saved")
    page.get_by_role("button", name="Ångra").click()
    expect(note).to_contain_text("Ändringen är ångrad.")
    expect(page.locator(".service-grants").first).not_to_contain_text("gymnasieskola")
    shoot(page, "07-undone")
    page.get_by_role("link", name="Händelser", exact=True).last.click()
    expect(page.locator(".events").first).to_contain_text(
        "gav Asylsökande i gymnasieskola"
    )
    shoot(page, "07-events-of-a-user")


def test_chapter_7_with_the_keyboard_alone(office: Page) -> None:
    page = office
    open_form(page)
    boxes = page.locator(".boxes input[type=checkbox]")
    boxes.first.focus()
    was = boxes.first.is_checked()
    page.keyboard.press("Space")
    assert boxes.first.is_checked() is not was
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.locator(".change-note")).to_contain_text("Du har inte ändrat något.")
    shoot(page, "07-nothing-changed")


def test_chapter_7_what_is_not_saved_is_not_left_by_mistake(office: Page) -> None:
    page = office
    open_form(page)
    page.get_by_role("button", name="Markera alla").first.click()
    asked = []

    def hear(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", hear)
    page.get_by_role("link", name="Avbryt").click(no_wait_after=True)
    page.wait_for_timeout(500)
    assert asked == ["beforeunload"]
    assert page.url.endswith("/behorigheter") or "/behorigheter?" in page.url
    page.remove_listener("dialog", hear)
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("link", name="Avbryt").click()
    page.wait_for_url("**/anvandare/*")


def test_two_administrators_change_the_same_box(office: Page, colleague: Page) -> None:
    for page in (office, colleague):
        open_form(page, "Anna")
        ticked = page.locator(".boxes input[type=checkbox]:checked").first
        number = str(ticked.get_attribute("value"))
    colleague.locator(f"#till-{number}").fill("2030-12-31")
    colleague.get_by_role("button", name="Klar").click()
    expect(colleague.locator(".change-note")).to_contain_text("2030-12-31")
    office.locator(f"#till-{number}").fill("2029-12-31")
    office.get_by_role("button", name="Klar").click()
    summary = office.locator(".error-summary")
    expect(summary).to_contain_text("ändrades av Helena Ström")
    assert office.evaluate("document.activeElement.className") == "error-summary"
    shoot(office, "07-conflict")
    office.get_by_role("button", name="Behåll det sparade").click()
    expect(office.locator(".service-grants").first).to_contain_text("2030-12-31")


def test_one_permission_goes_to_many(office: Page) -> None:
    page = office
    page.locator(".user-table tbody input[type=checkbox]").nth(0).check()
    page.locator(".user-table tbody input[type=checkbox]").nth(1).check()
    page.get_by_role("button", name="Ge behörighet").click()
    expect(page.locator("main")).to_contain_text("2 användare är valda")
    shoot(page, "many-choose")
    page.get_by_role("button", name="Fortsätt").click()
    expect(page.locator(".error-summary")).to_contain_text("Välj en behörighet.")
    shoot(page, "many-error")
    page.get_by_label("Behörighet", exact=True).select_option(
        label="Asylsökande i gymnasieskola"
    )
    page.get_by_role("button", name="Fortsätt").click()
    shoot(page, "many-check")
    page.get_by_role("button", name="Ge behörigheten").click()
    expect(page.locator(".change-note")).to_be_visible()
    shoot(page, "many-saved")
    page.goto(
        f"{page.url.partition('/o/')[0]}{HOME}/behorighet/statlig-ersattning/gymnasieskola"
    )
    expect(page.get_by_role("heading", level=1)).to_contain_text("Vilka har")
    shoot(page, "matrix")


def test_one_box_ticks_everybody_on_the_page(office: Page) -> None:
    everybody = office.get_by_role("checkbox", name="Markera alla på sidan")
    boxes = office.locator("#lista tbody input[type=checkbox]")
    everybody.check()
    assert all(box.is_checked() for box in boxes.all())
    boxes.first.uncheck()
    expect(everybody).not_to_be_checked()
    boxes.first.check()
    expect(everybody).to_be_checked()
    office.get_by_role("link", name="Efternamn").click()  # other rows, no tick
    expect(everybody).not_to_be_checked()
    everybody.check()
    shoot(office, "everybody-is-ticked")
    count = boxes.count()
    office.get_by_role("button", name="Ge behörighet").click()
    expect(office.get_by_text(f"{count} användare är valda")).to_be_visible()


def test_events_are_told_in_words(office: Page) -> None:
    page = office
    page.get_by_role("link", name="Händelser", exact=True).click()
    expect(page.locator(".events").first).to_be_visible()
    shoot(page, "events")
    page.get_by_label("Avtal och organisation").check()
    page.get_by_role("button", name="Visa").click()
    page.wait_for_url("**typ=agreements**")
    expect(page.locator(".events").first).to_contain_text("avtal")
    page.get_by_label("Från och med").fill("2031-01-01")
    page.get_by_role("button", name="Visa").click()
    expect(page.locator("main")).to_contain_text("matchar det du har valt")
    shoot(page, "events-none")


def test_a_file_goes_out_and_comes_in(office: Page, tmp_path: Path) -> None:
    page = office
    base = page.url.partition("/o/")[0]
    page.goto(f"{base}{HOME}/import")
    shoot(page, "import")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="alla användare (CSV)").click()
    file = tmp_path / "users.csv"
    waiting.value.save_as(file)
    text = file.read_text(encoding="utf-8-sig")
    heading = text.splitlines()[0]
    empty = ";" * (heading.count(";") - 3)
    new = f"Östen;Åhs;SE2120990011-B990;osten@example.se{empty}\n"
    file.write_text(f"{text}{new}", encoding="utf-8-sig")
    page.get_by_label("Fil", exact=True).set_input_files(file)
    page.get_by_role("button", name="Kontrollera filen").click()
    page.wait_for_url("**/import/*")
    expect(page.locator("main")).to_contain_text("Ny: 1. Ändras: 0.")
    shoot(page, "import-checked")
    page.get_by_role("button", name="Spara 1 ny, 0 ändrade").click()
    expect(page.locator(".change-note")).to_contain_text("Filen är importerad")
    shoot(page, "import-saved")
    page.get_by_role("button", name="Ångra hela importen").click()
    expect(page.locator(".change-note")).to_contain_text("Ändringen är ångrad.")
    file.write_text(f"{heading}\nÖ;Å;nej;nej{empty}\n", encoding="utf-8-sig")
    page.goto(f"{base}{HOME}/import")
    page.get_by_label("Fil", exact=True).set_input_files(file)
    page.get_by_role("button", name="Kontrollera filen").click()
    expect(page.locator(".error-summary")).to_contain_text("1 rad har fel")
    shoot(page, "import-wrong")


def test_a_review_goes_from_user_to_user(office: Page) -> None:
    page = office
    page.get_by_role("link", name="Genomgång", exact=True).click()
    shoot(page, "review-start")
    page.get_by_role("button", name="Börja genomgång").click()
    expect(page.locator("main")).to_contain_text("användare är klara.")
    shoot(page, "review")
    while page.locator("#flera").count():
        for box in page.locator("#markerad tbody input[type=checkbox]").all():
            box.check()
        page.get_by_role("button", name="Behåll markerade").click()
        expect(page.locator(".note").first).to_contain_text("behåller")
    shoot(page, "review-done")
    page.get_by_role("button", name="Avsluta genomgången").click()
    page.wait_for_url("**/genomgang/*")
    shoot(page, "review-record")
    page.emulate_media(media="print")
    assert not page.locator(".site-nav").is_visible()
    page.screenshot(path=FOLDER / "review-record-print.png", full_page=True)
    page.emulate_media(media="screen", forced_colors="active")
    page.screenshot(path=FOLDER / "review-record-forced.png", full_page=True)


def test_everything_works_in_a_narrow_window_without_scripts(narrow: Page) -> None:
    page = narrow
    base = page.url.partition("/o/")[0]
    open_form(page)
    assert width_of(page) <= 320
    page.screenshot(path=FOLDER / "narrow-form.png", full_page=True)
    page.get_by_role("button", name="Markera alla").first.click()
    expect(page.locator("main")).to_contain_text("är inte sparat ännu")
    page.get_by_role("button", name="Klar").click()
    expect(page.locator(".change-note")).to_contain_text("Tillagt")
    page.get_by_role("button", name="Ångra").click()
    expect(page.locator(".change-note")).to_contain_text("Ändringen är ångrad.")
    paths = {
        "events": "/handelser",
        "ending": "/upphor?dagar=365",
        "import": "/import",
        "matrix": "/behorighet/statlig-ersattning/forskola",
        "review": "/genomgang",
    }
    for name, path in paths.items():
        page.goto(f"{base}{HOME}{path}")
        assert width_of(page) <= 320, path
        page.screenshot(path=FOLDER / f"narrow-{name}.png", full_page=True)
