"""A form with mistakes is as good a page as any: narrow, no barriers, with focus."""

from collections.abc import Iterator, Mapping
from typing import Final

import pytest
from playwright.sync_api import Browser, Page

from tests.support.axe import violations
from tests.support.chromium import ARTIFACTS, Walk, watch
from tests.support.demo import Demo
from tests.support.screens import ORGANISATION, PEOPLE, log_in, places

pytestmark = pytest.mark.browser

_OVERFLOW: Final = "() => document.documentElement.scrollWidth - window.innerWidth"
_EMPTY: Final = """form => {
  for (const each of form.querySelectorAll("input, select, textarea")) {
    if (["radio", "checkbox"].includes(each.type)) each.checked = false;
    else if (each.type !== "hidden") each.value = "";
  }
  form.requestSubmit();
}"""
"""Take away whatever stands in a form, and send it."""
FORMS: Final[Mapping[str, Mapping[str, str]]] = {
    "gun": {
        "new user": "{list}/ny",
        "change user": "{user}/andra",
        "copy": "{user}/kopiera",
        "import": "{organisation}/import",
    },
    "maja": {
        "new organisation": "/operator/organisationer/ny",
        "change an organisation": "/operator/organisationer/1/andra",
        "number": "/operator/organisationer/1",
        "new agreement": "/operator/organisationer/1/avtal/nytt",
        "new administrator": "/operator/organisationer/1/administratorer/ny",
        "new e-tjänst": "/operator/e-tjanster/ny",
        "change an e-tjänst": "/operator/e-tjanster/landsting/andra",
        "new permission": "/operator/e-tjanster/landsting/ny-behorighet",
        "new notice": "/operator/notiser/ny",
        "new operator": "/operator/operatorer/ny",
        "look a person up": "/operator/person",
        "why": "/operator/forklara",
        "new source": "/operator/metadata/ny-kalla",
    },
}
"""Forms by who fills them in: what each is called, and where it stands."""
STARTS: Final = {"gun": f"{ORGANISATION}/anvandare", "maja": "/operator/"}


@pytest.fixture
def page(impatient_browser: Browser) -> Iterator[Page]:
    complaints: list[str] = []
    context = impatient_browser.new_context(viewport={"width": 320, "height": 640})
    tab = context.new_page()
    watch(tab, complaints)
    yield tab
    context.close()
    assert complaints == []


@pytest.mark.parametrize("who", FORMS)
def test_a_form_that_is_sent_empty_leads_to_its_mistakes(
    page: Page, running_demo: Demo, who: str
) -> None:
    log_in(Walk(page, running_demo), PEOPLE[who], STARTS[who])
    bridge = running_demo.places.bridge
    known = places(page, bridge) if who == "gun" else {}
    found = {
        name: mistakes_of(page, f"{bridge}{path.format(**known)}", f"{who} {name}")
        for name, path in FORMS[who].items()
    }
    assert {name: problems for name, problems in found.items() if problems} == {}


def mistakes_of(page: Page, address: str, name: str) -> list[str]:
    """Send a form empty; say what is wrong with the page that answers."""
    page.goto(address)
    with page.expect_navigation() as answer:
        page.locator("main form[method=post][novalidate]").last.evaluate(_EMPTY)
    found = [*violations(page)]
    if answer.value.status != 422:
        found.append("is not refused")
    if not page.title().startswith("Fel: "):
        found.append("does not say so in its title")
    if page.evaluate("document.activeElement.className") != "error-summary":
        found.append("does not put the focus on the summary")
    if (over := page.evaluate(_OVERFLOW)) > 0:
        found.append(f"{over} pixels too wide")
    page.locator(".error-summary a").first.click()
    if not page.evaluate("document.activeElement.closest('form') !== null"):
        found.append("does not lead to the field")
    folder = ARTIFACTS / "screens" / "mistakes"
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{name.replace(' ', '-')}.png", full_page=True)
    return found
