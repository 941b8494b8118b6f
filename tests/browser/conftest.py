"""What tests in Chromium may ask for: one demonstration, one impatient browser."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from idp_bridge.demo.people import GUN
from tests.support.chromium import IMPATIENT, Walk, chromium, watch
from tests.support.demo import Demo, demo
from tests.support.screens import ORGANISATION, log_in


@pytest.fixture(scope="session")
def running_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with demo(tmp_path_factory.mktemp("demo")) as running:
        yield running


@pytest.fixture(scope="module")
def impatient_browser() -> Iterator[Browser]:
    """Chromium that treats every cookie as if it were older than two minutes."""
    with chromium(IMPATIENT) as browser:
        yield browser


@pytest.fixture
def window(impatient_browser: Browser) -> Iterator[BrowserContext]:
    """A browser window without cookies."""
    context = impatient_browser.new_context()
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture
def complaints() -> list[str]:
    """What pages complained about; nothing, at the end."""
    return []


@pytest.fixture
def new_tab(
    window: BrowserContext, running_demo: Demo, complaints: list[str]
) -> Callable[[], Walk]:
    """Open a tab in the window."""

    def open_tab() -> Walk:
        page: Page = window.new_page()
        watch(page, complaints)
        return Walk(page, running_demo)

    return open_tab


@pytest.fixture
def walk(new_tab: Callable[[], Walk], complaints: list[str]) -> Iterator[Walk]:
    """Somebody with one tab; the test fails when a page complains."""
    yield new_tab()
    assert complaints == []


@pytest.fixture
def other_walk(
    impatient_browser: Browser, running_demo: Demo, complaints: list[str]
) -> Iterator[Walk]:
    """Somebody else, at a machine of their own; complaints are those of ``walk``."""
    context = impatient_browser.new_context()
    tab = context.new_page()
    watch(tab, complaints)
    yield Walk(tab, running_demo)
    context.close()


@pytest.fixture
def office_with_clock(impatient_browser: Browser, running_demo: Demo) -> Iterator[Page]:
    """The list of users, in a browser whose clock the test moves."""
    complaints: list[str] = []
    context = impatient_browser.new_context()
    tab = context.new_page()
    watch(tab, complaints)
    users = f"{ORGANISATION}/anvandare"
    page = log_in(Walk(tab, running_demo), GUN, users)
    page.clock.install()
    page.goto(f"{running_demo.places.bridge}{users}")
    yield page
    context.close()
    assert complaints == []
