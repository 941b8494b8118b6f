"""Every screen is read narrow, in forced colours, on paper and with the keyboard alone.

400 % zoom of a window that is 1 280 pixels wide is a window of 320 pixels.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from tests.support import screens
from tests.support.axe import violations
from tests.support.chromium import ARTIFACTS, Walk, watch
from tests.support.demo import Demo
from tests.support.screens import (
    ORGANISATION,
    PEOPLE,
    log_in,
    operator_places,
    places,
)

pytestmark = pytest.mark.browser

NARROW: ViewportSize = {"width": 320, "height": 640}
WIDE: ViewportSize = {"width": 1280, "height": 900}
_OVERFLOW = "() => document.documentElement.scrollWidth - window.innerWidth"
_FOCUSABLE = """() => {
  const found = [...document.querySelectorAll(
    "a[href], button, input:not([type=hidden]), select, textarea, summary,"
      + " [tabindex='0']"
  )].filter(each => each.checkVisibility() && !each.disabled && each.tabIndex >= 0
    && !each.closest("fieldset[disabled]"));
  return new Set(found.map(each => each.type === "radio" ? each.name : each)).size;
}"""
"""A group of radio buttons is one stop; the parts of a date field mark themselves."""
_FOCUS = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const style = getComputedStyle(one), box = one.getBoundingClientRect();
  const first = one.dataset.stop === undefined;
  one.dataset.stop = "";
  return {
    first,
    name: one.outerHTML.slice(0, 120),
    marked: style.outlineStyle !== "none" || style.boxShadow !== "none"
      || one.matches(".ds-skip-link"),
    seen: box.width > 0 && box.height > 0 && box.bottom > 0
      && box.top < window.innerHeight,
  };
}"""
_PRINTED = """() => [...document.querySelectorAll("main button, .site-nav, .actions a")]
  .filter(each => each.checkVisibility()).map(each => each.outerHTML.slice(0, 120))"""


@dataclass
class Seat:
    """Somebody who is logged in, in front of a window that is set up in some way."""

    page: Page
    bridge: str
    known: Mapping[str, str]

    def see(self, path: str) -> Page:
        """Open a screen."""
        self.page.goto(f"{self.bridge}{path.format(**self.known)}")
        return self.page


AREAS = {"gun": screens.ADMINISTRATION, "maja": screens.OPERATOR}
PLACES = {"gun": places, "maja": operator_places}
STARTS = {"gun": f"{ORGANISATION}/anvandare", "maja": "/operator/"}
Sit = Callable[[str], Seat]


@pytest.fixture
def sit(impatient_browser: Browser, running_demo: Demo) -> Iterator[Sit]:
    """Let somebody sit down; what pages complain about fails the test."""
    complaints: list[str] = []
    contexts: list[BrowserContext] = []

    def sit_down(who: str) -> Seat:
        context = impatient_browser.new_context(viewport=WIDE)
        contexts.append(context)
        tab = context.new_page()
        watch(tab, complaints)
        page = log_in(Walk(tab, running_demo), PEOPLE[who], STARTS[who])
        bridge = running_demo.places.bridge
        return Seat(page, bridge, PLACES[who](page, bridge))

    yield sit_down
    for each in contexts:
        each.close()
    assert complaints == []


def shoot(page: Page, who: str, how: str, name: str) -> None:
    folder = ARTIFACTS / "screens" / who / how
    folder.mkdir(parents=True, exist_ok=True)
    words = name.replace(" ", "-").replace(",", "")
    page.screenshot(path=folder / f"{words}.png", full_page=True)


@pytest.mark.parametrize("who", AREAS)
def test_nothing_is_cut_at_320_pixels(sit: Sit, who: str) -> None:
    seat = sit(who)
    seat.page.set_viewport_size(NARROW)
    problems = {}
    for name, path in AREAS[who].items():
        page = seat.see(path)
        shoot(page, who, "narrow", name)
        found = [*violations(page)]
        if (over := page.evaluate(_OVERFLOW)) > 0:
            found.append(f"{over} pixels too wide")
        if found:
            problems[name] = found
    assert problems == {}


@pytest.mark.parametrize("who", AREAS)
def test_forced_colours_hide_nothing(sit: Sit, who: str) -> None:
    seat = sit(who)
    seat.page.emulate_media(forced_colors="active")
    problems = {}
    for name, path in AREAS[who].items():
        page = seat.see(path)
        shoot(page, who, "forced-colours", name)
        if found := violations(page):
            problems[name] = found
    assert problems == {}


@pytest.mark.parametrize("who", AREAS)
def test_paper_has_nothing_to_press_and_says_who_printed_it(sit: Sit, who: str) -> None:
    seat = sit(who)
    seat.page.emulate_media(media="print")
    problems = {}
    for name, path in AREAS[who].items():
        if name == "not found":
            continue
        page = seat.see(path)
        shoot(page, who, "print", name)
        found = page.evaluate(_PRINTED)
        note = page.locator(".print-note")
        if not note.is_visible() or PEOPLE[who].name not in note.inner_text():
            found.append("does not say who printed it")
        heads = page.locator("thead").evaluate_all(
            "all => all.map(each => getComputedStyle(each).display)"
        )
        if set(heads) - {"table-header-group"}:
            found.append("the headings of a table are not repeated")
        if found:
            problems[name] = found
    assert problems == {}


@pytest.mark.parametrize("who", AREAS)
def test_the_keyboard_reaches_everything_and_one_sees_where_it_is(
    sit: Sit, who: str
) -> None:
    seat = sit(who)
    problems = {}
    for name, path in AREAS[who].items():
        found = walk_with_keyboard(seat.see(path))
        if found:
            problems[name] = found
    assert problems == {}


def walk_with_keyboard(page: Page) -> list[str]:
    """Press Tab until the page is left or begins anew; say what was wrong."""
    page.evaluate("() => { document.activeElement?.blur(); window.scrollTo(0, 0); }")
    expected = page.evaluate(_FOCUSABLE)
    found, stops = [], 0
    for _ in range(expected * 4 + 10):
        page.keyboard.press("Tab")
        stop = page.evaluate(_FOCUS)
        if stop is None:
            continue
        if stop["first"]:
            stops += 1
        elif stops >= expected:
            break
        if stop["first"] and not stop["marked"]:
            found.append(f"no one sees the focus: {stop['name']}")
        if not stop["seen"]:
            found.append(f"outside of the window: {stop['name']}")
    if stops < expected:
        found.append(f"{stops} of {expected} can be reached")
    return found


def test_a_printed_list_says_what_was_looked_for(sit: Sit) -> None:
    seat = sit("gun")
    page = seat.see("{list}?sok=%C3%A5be&tjanst=statlig-ersattning")
    page.emulate_media(media="print")
    text = page.locator("main").inner_text()
    assert "Björkviks kommun, 212099-0011. Utskriven" in text
    assert "av Gun Ek." in text
    assert "Sökning: ”åbe”." in text
    assert "Filter på:" in text
    assert "Ansök om statlig ersättning" in text
    assert page.pdf(format="A4").startswith(b"%PDF")
