"""The hand-off page in Chromium: two real servers on two origins, no stand-ins."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask, redirect, request
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server
from werkzeug.wrappers import Response

from idp_bridge import pages
from tests.support.pages import pages_app

pytestmark = pytest.mark.browser


@contextmanager
def served(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Receiver:
    """An e-tjänst that sends people on to a third origin after the POST."""

    def __init__(self, third: str) -> None:
        self.posts: list[dict[str, str]] = []
        self.app = Flask("receiver")
        self.app.add_url_rule("/acs", "acs", self._take, methods=["POST"])
        self._third = third

    def _take(self) -> Response:
        self.posts.append(request.form.to_dict())
        return redirect(self._third, code=303)


@pytest.fixture(scope="module")
def third() -> Iterator[str]:
    app = Flask("third")
    app.add_url_rule("/", "home", lambda: "<title>Framme</title>")
    with served(app) as url:
        yield f"{url}/"


@pytest.fixture
def receiver(third: str) -> Receiver:
    return Receiver(third)


@pytest.fixture
def handoff_url(receiver: Receiver) -> Iterator[str]:
    with served(receiver.app) as acs:
        app = pages_app()
        form = pages.HandoffForm(
            action=f"{acs}/acs", fields=(("SAMLResponse", "abc"), ("RelayState", "å&<"))
        )
        app.add_url_rule(
            "/go", "go", lambda: pages.show_handoff(form, to_name="E-tjänsten")
        )
        with served(app) as url:
            yield f"{url}/go"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context()
    yield context.new_page()
    context.close()


def test_the_page_goes_on_by_itself_even_when_the_receiver_redirects(
    page: Page, receiver: Receiver, handoff_url: str, third: str
) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(handoff_url)
    page.wait_for_url(third)
    assert receiver.posts == [{"SAMLResponse": "abc", "RelayState": "å&<"}]
    assert [each for each in complaints if "violates" in each] == []


def test_without_javascript_the_button_does_it(
    chromium: Browser, receiver: Receiver, handoff_url: str, third: str
) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(handoff_url)
    assert receiver.posts == []
    assert "Tryck på Fortsätt för att gå vidare." in page.inner_text("main")
    page.get_by_role("button", name="Fortsätt").click()
    page.wait_for_url(third)
    assert len(receiver.posts) == 1
    context.close()


def test_going_back_sends_nothing_a_second_time(
    page: Page, receiver: Receiver, handoff_url: str, third: str
) -> None:
    page.goto(handoff_url.replace("/go", "/kontakt"))
    page.goto(handoff_url)
    page.wait_for_url(third)
    page.go_back()
    page.wait_for_load_state("networkidle")
    assert len(receiver.posts) == 1


def test_a_page_that_the_browser_brings_back_says_that_it_is_used(
    page: Page, receiver: Receiver, handoff_url: str
) -> None:
    page.route("**/handoff.js*", lambda route: route.abort())
    page.goto(handoff_url)
    page.goto(handoff_url.replace("/go", "/kontakt"))
    page.unroute("**/handoff.js*")
    page.go_back()
    heading = page.get_by_role("heading", name="Den här sidan har redan använts")
    heading.wait_for()
    assert page.get_by_role("button", name="Fortsätt").count() == 0
    assert receiver.posts == []
