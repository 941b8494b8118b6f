"""How do tests start Chromium, and walk through the demonstration with it?"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Locator,
    Page,
    sync_playwright,
)

from idp_bridge.demo.e_services import SERVICES, EService
from tests.support.demo import Demo

EXECUTABLE = "/usr/bin/chromium"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
IMPATIENT = "--enable-features=SameSiteDefaultChecksMethodRigorously"
"""As if two minutes had passed: Chromium then sends a cookie with a POST from another
site only if the cookie says ``SameSite=None``."""
_STATUS = "the server responded with a status of"
"""What Chromium says of every error page, rightly."""
ARTIFACTS = Path(__file__).parents[2] / "test-artifacts"


@contextmanager
def chromium(*more: str) -> Iterator[Browser]:
    """Run Chromium until the block ends."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=EXECUTABLE, args=[*ARGUMENTS, *more]
        )
        try:
            yield browser
        finally:
            browser.close()


def follow(target: Locator) -> None:
    """Press what leads to another page, and be there before anything is looked for.

    A click comes back before the page it leads to is there: whoever looks at once may
    still see the old one.
    """
    with target.page.expect_navigation():
        target.click()


class Walk:
    """A person in front of one tab, in the demonstration.

    Args:
        page: The tab.
        demo: The demonstration.
        has_javascript: Whether pages go on by themselves.
    """

    def __init__(self, page: Page, demo: Demo, *, has_javascript: bool = True) -> None:
        self.page = page
        self.places = demo.places
        self._has_javascript = has_javascript

    def url_of(self, service: EService) -> str:
        """Say where an e-tjänst is."""
        return f"{self.places.service(SERVICES.index(service))}/"

    def to_methods(self, service: EService) -> None:
        """Begin to log in."""
        self.page.goto(self.url_of(service))
        follow(self.page.get_by_role("link", name="Logga in", exact=True))

    def to_portal(self, service: EService, method: str = "SITHS") -> None:
        """Go as far as the portal."""
        self.to_methods(service)
        if self.page.url.startswith(self.places.bridge):
            self.page.get_by_role("link", name=method).first.click()
        self.page.wait_for_url(f"{self.places.portal}/**")

    def press(self, name: str) -> None:
        """Press a button, and the ones on the pages that would press themselves."""
        button = self.page.get_by_role("button", name=name)
        if self._has_javascript:
            button.click()
        else:
            follow(button)
            self.go_on()

    def go_on(self) -> None:
        """Press what a script would press."""
        button = self.page.get_by_role("button", name="Fortsätt")
        while not self._has_javascript and button.count():
            follow(button)

    def be(self, name: str) -> None:
        """Choose who to be, in the portal."""
        self._open_details()
        self.press(name)

    def send(self, trick: str) -> None:
        """Let the portal send a wrong answer."""
        self._open_details()
        self.page.get_by_role("button", name=trick).click()
        self.page.wait_for_url(f"{self.places.bridge}/**")

    def _open_details(self) -> None:
        closed = self.page.locator("details:not([open]) > summary")
        while closed.count():
            closed.first.click()

    def log_in(self, service: EService, name: str) -> None:
        """Go the whole way."""
        self.to_portal(service)
        self.be(name)
        self.page.wait_for_url(self.url_of(service))

    def log_in_again(self, service: EService, name: str) -> None:
        """Go the whole way as somebody else, from inside the e-tjänst."""
        follow(self.page.get_by_role("link", name="Logga in som någon annan"))
        if self.page.url.startswith(self.places.bridge):
            self.page.get_by_role("link", name="SITHS").first.click()
        self.be(name)
        self.page.wait_for_url(self.url_of(service))

    def permissions(self) -> list[str]:
        """Read what the e-tjänst lets the person do."""
        return self.page.locator(".permissions strong").all_inner_texts()


def watch(page: Page, complaints: list[str]) -> None:
    """Collect what a page complains about: its policy, its scripts, its files."""

    def hear(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and _STATUS not in message.text:
            complaints.append(f"{page.url}: {message.text}")

    page.on("console", hear)
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
