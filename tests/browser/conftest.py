"""What tests in Chromium may ask for: one demonstration, one impatient browser."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.support.chromium import IMPATIENT, Walk, chromium, watch
from tests.support.demo import Demo, demo


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
