"""What stands on the paper, read out of the PDF that a browser prints."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, Page

from idp_bridge.demo.people import CECILIA, DAVID, OLGA
from tests.support.chromium import ARTIFACTS, Walk, watch
from tests.support.demo import Demo
from tests.support.peers.apache import installed
from tests.support.screens import HOMES, log_in

pytestmark = pytest.mark.browser

HOME: Final = HOMES["olga"]
LIST: Final = f"{HOME}/anvandare"
PRINTED: Final = "Region Norrsjö, 232199-0018. Utskriven "
TO_PRESS: Final = (
    "Logga ut",
    "Hoppa till innehåll",
    "Skriv ut",
    "Tillbaka",
    "Lägg till användare",
    "Händelser",
    "Upphör snart",
    "Ändra",
    "Ta bort",
    "Exportera",
    "Importera",
    "Visa",
    "Fortsätt",
    "Filtrera",
    "Administratören ger den till",
)
"""Buttons, links and the navigation of the pages, and what stands there for a time."""


@pytest.fixture(scope="module")
def office(impatient_browser: Browser, running_demo: Demo) -> Iterator[Page]:
    """The administrator of a region, who has two users."""
    complaints: list[str] = []
    context = impatient_browser.new_context()
    tab = context.new_page()
    watch(tab, complaints)
    yield log_in(Walk(tab, running_demo), OLGA, LIST)
    context.close()
    assert complaints == []


def printed(page: Page, name: str) -> str:
    """Print a page and read the PDF, with single blanks."""
    folder = ARTIFACTS / "print"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.pdf"
    page.pdf(path=file, format="A4")
    return read(file)


def read(file: Path) -> str:
    command = [installed("pdftotext"), "-enc", "UTF-8", str(file), "-"]
    done = subprocess.run(command, check=True, capture_output=True, timeout=30)
    return " ".join(done.stdout.decode().split())


def pressed_on(text: str) -> list[str]:
    return [word for word in TO_PRESS if word in text]


def test_a_printed_list_has_everybody_and_for_whom_it_is(office: Page) -> None:
    office.goto(office.url.partition("/o/")[0] + LIST)
    text = printed(office, "list")
    assert text.count(PRINTED) == 1
    assert f"av {OLGA.name}." in text
    for person in (CECILIA, DAVID):
        assert {person.given_name, person.surname} <= set(text.split())
        assert person.hsa_id in text
    assert "Ansök om statlig ersättning" in text
    assert pressed_on(text) == []


def test_a_printed_user_has_the_permissions_and_who_gave_them(office: Page) -> None:
    office.goto(office.url.partition("/o/")[0] + LIST)
    office.get_by_role("link", name=CECILIA.given_name, exact=True).click()
    text = printed(office, "user")
    assert f"{PRINTED}20" in text
    assert CECILIA.name in text
    for words in (
        "E-tjänst för landsting",
        "Rapportera hälsoundersökning given 20",
        "Ansök om statlig ersättning",
        "Asylsökande i förskola given 20",
    ):
        assert words in text
    assert pressed_on(text) == []


def test_a_printed_record_of_a_review_has_what_was_decided(office: Page) -> None:
    office.goto(office.url.partition("/o/")[0] + f"{HOME}/genomgang")
    office.get_by_role("button", name="Börja genomgång").click()
    for box in office.locator("#markerad tbody input[type=checkbox]").all():
        box.check()
    office.get_by_role("button", name="Behåll markerade").click()
    office.get_by_role("button", name="Avsluta genomgången").click()
    office.wait_for_url("**/genomgang/*")
    text = printed(office, "review")
    assert PRINTED in text
    assert "Region Norrsjö, 2321990018" in text
    assert f"av {OLGA.name}" in text
    for person in (CECILIA, DAVID):
        assert person.name in text
    assert "Rapportera hälsoundersökning i E-tjänst för landsting" in text
    assert "SHA-256" in text
    assert pressed_on(text) == []
