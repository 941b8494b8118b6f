"""What an administrator gives arrives at the e-tjänst with the next login, and goes."""

import pytest
from playwright.sync_api import Page, expect

from idp_bridge.demo.e_services import ERSATTNING
from idp_bridge.demo.people import BJORKVIK, EVA, GUN
from tests.support.axe import violations
from tests.support.chromium import ARTIFACTS, Walk

pytestmark = pytest.mark.browser

FOLDER = ARTIFACTS / "permissions"
LIST = f"/o/{BJORKVIK.replace('-', '')}/anvandare"
GIVEN = "Asylsökande i gymnasieskola"


@pytest.fixture
def eva(other_walk: Walk) -> Walk:
    """The user, at a machine of her own."""
    return other_walk


def open_office(walk: Walk) -> Page:
    page = walk.page
    page.goto(f"{walk.places.bridge}/admin/")
    page.get_by_role("link", name="SITHS").first.click()
    page.wait_for_url(f"{walk.places.portal}/**")
    walk.be(GUN.name)
    page.wait_for_url(f"{walk.places.bridge}{LIST}")
    return page


def is_refused(walk: Walk) -> None:
    walk.to_portal(ERSATTNING)
    walk.be(EVA.name)
    walk.page.wait_for_url(f"{walk.places.bridge}/**")
    expect(walk.page.locator("main")).to_contain_text("behörighet")
    assert walk.page.url.startswith(walk.places.bridge)


def test_a_permission_is_given_arrives_and_is_taken_back(walk: Walk, eva: Walk) -> None:
    is_refused(eva)
    office = open_office(walk)
    office.locator(".user-table").get_by_role(
        "link", name=EVA.given_name, exact=True
    ).click()
    office.get_by_role("link", name="Ändra och lägg till behörigheter").click()
    office.get_by_role("checkbox", name=GIVEN).check()
    office.get_by_role("button", name="Klar").click()
    expect(office.locator(".change-note")).to_contain_text("är sparade.")
    try:
        eva.log_in(ERSATTNING, EVA.name)
        assert eva.permissions() == [GIVEN]
        assert violations(eva.page) == []
        FOLDER.mkdir(parents=True, exist_ok=True)
        eva.page.screenshot(path=FOLDER / "07-arrived.png", full_page=True)
    finally:
        office.get_by_role("button", name="Ångra").click()
        expect(office.locator(".change-note")).to_contain_text("Ändringen är ångrad.")
    eva.page.context.clear_cookies()
    is_refused(eva)
