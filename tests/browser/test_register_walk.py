"""An operator in Chromium keeps the register, from a new organisation to the log."""

import pytest
from playwright.sync_api import Browser, Page

from idp_bridge.demo.people import ANNA, LARS, MAJA
from tests.support.chromium import Walk, watch
from tests.support.demo import Demo
from tests.support.operator_walk import FOLDER, fill, log_in, press, shoot

pytestmark = pytest.mark.browser

PAGES = (
    "",
    "organisationer",
    "organisationer/1",
    "organisationer/1/avtal",
    "organisationer/1/administratorer",
    "organisationer/1/anvandare",
    "organisationer/1/handelser",
    "organisationer/1/avsluta",
    "organisationer/ny",
    "avtal",
    "avtal/1/avsluta",
    "e-tjanster",
    "e-tjanster/statlig-ersattning",
    "e-tjanster/ny",
    "person",
    "forklara",
    "felkoder",
    "notiser/ny",
    "logg",
    "operatorer",
)


def done(page: Page) -> str:
    return page.locator(".done").inner_text()


def person(page: Page, suffix: str, name: str = "Nils Nyström") -> None:
    given_name, surname = name.split()
    fill(
        page,
        given_name=given_name,
        surname=surname,
        hsa_id=f"SE2120990011-{suffix}",
        email="nils@example.se",
    )


def test_an_operator_registers_an_organisation_with_all_that_it_needs(
    walk: Walk,
) -> None:
    page = log_in(walk, MAJA)
    assert "Översikt" in page.title()
    shoot(page, "register-start")
    press(page, "Organisationer")
    shoot(page, "register-organisations")
    press(page, "Registrera organisation")
    press(page, "Spara")
    assert page.title().startswith("Fel: ")
    assert page.evaluate("document.activeElement.className") == "error-summary"
    shoot(page, "register-organisation-mistakes")
    fill(page, name="Ängsby kommun", kind="kommun", number="212000-1553")
    press(page, "Spara")
    assert "Organisationen är registrerad" in done(page)
    shoot(page, "register-organisation")
    press(page, "Avtal (0)")
    press(page, "Lägg till avtal")
    page.get_by_label("E-tjänst").select_option(index=1)
    fill(page, last_day="2030-12-31", reference="1.2-2026-77")
    shoot(page, "register-agreement-new")
    press(page, "Spara")
    assert "Avtalet är registrerat" in done(page)
    shoot(page, "register-agreements")
    press(page, "Administratörer (0)")
    shoot(page, "register-no-administrator")
    press(page, "Registrera administratör")
    person(page, "R001")
    press(page, "Registrera")
    assert "Administratören är registrerad" in done(page)
    shoot(page, "register-administrators")


def test_the_last_administrator_stays_and_is_replaced_by_a_user(walk: Walk) -> None:
    page = log_in(walk, MAJA, "/operator/organisationer")
    fill(page, sok="Granby")
    press(page, "Visa")
    page.get_by_role("row").nth(1).get_by_role("link").click()
    page.get_by_role("link", name="Administratörer (").click()
    page.wait_for_url("**/administratorer")
    if page.get_by_role("row").count() == 0:
        press(page, "Registrera administratör")
        person(page, "R002", "Gerda Gran")
        press(page, "Registrera")
    page.get_by_role("link", name="Avsluta").first.click()
    page.wait_for_url("**/avsluta")
    assert "måste alltid ha minst en administratör" in page.inner_text("main")
    shoot(page, "register-last-administrator")
    press(page, "Byt ut")
    fill(
        page,
        given_name=ANNA.given_name,
        surname=ANNA.surname,
        hsa_id=ANNA.hsa_id,
        email="anna@example.se",
    )
    press(page, "Byt ut")
    assert "kan inte vara både administratör och användare" in page.inner_text("main")
    assert page.evaluate("document.activeElement.innerText") == "Avbryt"
    shoot(page, "register-promotion")
    press(page, "Avbryt")
    assert page.url.endswith("/administratorer")


def test_an_operator_sees_who_loses_what_before_an_agreement_ends(walk: Walk) -> None:
    page = log_in(walk, MAJA, "/operator/avtal")
    shoot(page, "register-all-agreements")
    press(page, "Björkviks kommun")
    page.get_by_role("link", name="Avsluta").first.click()
    page.wait_for_url("**/avsluta")
    assert "förlorar" in page.inner_text("main")
    shoot(page, "register-agreement-ending")
    fill(page, last_day="2030-06-30")
    press(page, "Visa vad som händer")
    assert "efter 2030-06-30" in page.inner_text("main")
    shoot(page, "register-agreement-ending-later")


def test_an_operator_keeps_e_services_and_permissions(walk: Walk) -> None:
    page = log_in(walk, MAJA, "/operator/e-tjanster")
    shoot(page, "register-services")
    press(page, "Registrera e-tjänst")
    fill(page, code="provtjanst", name="Prövotjänst", description="En text.")
    shoot(page, "register-service-new")
    press(page, "Spara")
    assert "E-tjänsten är registrerad" in done(page)
    press(page, "Lägg till behörighet")
    fill(page, code="prova", name="Pröva ärenden", name_en="Try cases")
    press(page, "Spara")
    shoot(page, "register-service")
    press(page, "Välj entityID")
    shoot(page, "register-service-entities")


def test_a_notice_stands_where_people_log_in(walk: Walk) -> None:
    page = log_in(walk, MAJA, "/operator/notiser/ny")
    fill(page, text="Kortläsare kan krångla i kväll.", text_en="Expect trouble.")
    fill(page, level="warning")
    shoot(page, "register-notice-new")
    press(page, "Spara")
    assert page.locator(".notice", has_text="Kortläsare").count() == 1
    shoot(page, "register-notices")
    press(page, "Logga ut")
    page.goto(f"{walk.places.bridge}/operator/")
    assert "Kortläsare kan krångla" in page.inner_text(".notices")
    shoot(page, "register-notice-at-login")
    page.goto(f"{walk.places.bridge}/kommuner")
    assert "Kortläsare kan krångla" in page.inner_text(".notices")
    log_in(walk, MAJA, "/operator/notiser")
    page.get_by_role("button", name="Sluta visa Kortläsare").click()
    page.wait_for_url("**klart=notice-ended")
    assert page.locator(".notice", has_text="Kortläsare").count() == 0


def test_a_reader_finds_out_why_and_leaves_traces(walk: Walk) -> None:
    page = log_in(walk, LARS, "/operator/person")
    fill(page, hsa_id=ANNA.hsa_id)
    press(page, "Sök")
    assert ANNA.name in page.inner_text("main")
    shoot(page, "register-person")
    press(page, "Varför?")
    fill(page, hsa_id=ANNA.hsa_id)
    page.get_by_label("E-tjänst").select_option(index=1)
    press(page, "Förklara")
    assert page.locator(".answer").is_visible()
    shoot(page, "register-why")
    press(page, "Händelselogg")
    assert "Slog upp person" in page.get_by_role("row").nth(1).inner_text()
    shoot(page, "register-log")
    with page.expect_download() as caught:
        page.get_by_role("link", name="Spara som CSV").click()
    assert caught.value.suggested_filename.startswith("logg-")


def test_a_reader_sees_what_others_can_change_and_why_not_they(walk: Walk) -> None:
    page = log_in(walk, LARS, "/operator/organisationer")
    off = page.get_by_role("link", name="Registrera organisation", disabled=True)
    off.click(force=True)
    assert page.url.endswith("/operator/organisationer")
    assert "Din roll är läsare" in page.inner_text(".read-only")
    for path in (
        "organisationer",
        "organisationer/1",
        "organisationer/1/administratorer",
        "organisationer/1/avtal",
        "e-tjanster/statlig-ersattning",
        "notiser",
        "metadata",
        "metadata/kallor/siths",
    ):
        page.goto(f"{walk.places.bridge}/operator/{path}")
        assert page.locator("main button:enabled[data-variant]").count() == 0
        shoot(page, f"reader-{path.replace('/', '-')}")


def test_a_list_is_sorted_with_the_keyboard(walk: Walk) -> None:
    page = log_in(walk, LARS, "/operator/organisationer")
    header = page.get_by_role("columnheader", name="Namn")
    assert header.get_attribute("aria-sort") == "ascending"
    header.get_by_role("link").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**sortera=-name**")
    header = page.get_by_role("columnheader", name="Namn")
    assert header.get_attribute("aria-sort") == "descending"


def test_every_page_fits_into_a_narrow_window_without_javascript(
    impatient_browser: Browser, running_demo: Demo
) -> None:
    complaints: list[str] = []
    context = impatient_browser.new_context(
        java_script_enabled=False, viewport={"width": 320, "height": 640}
    )
    tab = context.new_page()
    watch(tab, complaints)
    page = log_in(Walk(tab, running_demo, has_javascript=False), MAJA)
    for path in PAGES:
        answer = page.goto(f"{running_demo.places.bridge}/operator/{path}")
        assert answer is not None
        assert answer.status == 200, path
        FOLDER.mkdir(parents=True, exist_ok=True)
        name = path.replace("/", "-") or "start"
        page.screenshot(path=FOLDER / f"narrow-register-{name}.png", full_page=True)
        box = page.locator("main").bounding_box()
        assert box is not None
        assert box["width"] <= 320, path
    context.close()
    assert complaints == []
