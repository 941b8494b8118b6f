"""Somebody looks for the PIN of the card for more than two minutes.

Chromium sends a cookie without ``SameSite`` with a POST from another site only for two
minutes. The tests use a Chromium in which that time is over at once, and the portal is
another site than the bridge.
"""

import json
import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from flask import Flask, Response, request
from playwright.sync_api import Browser, BrowserContext

from idp_bridge.demo.e_services import ERSATTNING
from tests.support.chromium import ARGUMENTS, EXECUTABLE, Walk
from tests.support.demo import Demo
from tests.support.served import served

pytestmark = pytest.mark.browser

LATE = timedelta(minutes=10)


@pytest.fixture(scope="module")
def service_with_cookies() -> Iterator[int]:
    """A server that gives two cookies, and says which of them come back."""
    app = Flask("cookies")

    @app.get("/")
    def give() -> Response:
        response = Response("<title>Given</title>")
        response.set_cookie("plain", "1")
        response.set_cookie("ours", "1", samesite="None", secure=True)
        return response

    @app.post("/")
    def take() -> str:
        return ",".join(sorted(request.cookies))

    with served(app) as port:
        yield port


def cookies_after_a_post_from_another_site(browser: Browser, port: int) -> str:
    elsewhere = Flask("elsewhere")
    form = f'<form method="post" action="http://127.0.0.1:{port}/"><button>Go</button>'
    elsewhere.add_url_rule("/", "form", lambda: form)
    with served(elsewhere) as other_port:
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{port}/")
        page.goto(f"http://localhost:{other_port}/")
        page.get_by_role("button").click()
        page.wait_for_url(f"http://127.0.0.1:{port}/")
        found = page.inner_text("body")
        context.close()
    return found


def test_the_impatient_browser_forgets_cookies_without_same_site(
    impatient_browser: Browser, service_with_cookies: int
) -> None:
    found = cookies_after_a_post_from_another_site(
        impatient_browser, service_with_cookies
    )
    assert found == "ours"


def test_the_ordinary_browser_sends_them_for_two_minutes(
    impatient_browser: Browser, service_with_cookies: int
) -> None:
    browser = impatient_browser.browser_type.launch(
        executable_path=EXECUTABLE, args=ARGUMENTS
    )
    found = cookies_after_a_post_from_another_site(browser, service_with_cookies)
    browser.close()
    assert found == "ours,plain"


def age_logins(demo: Demo, by: timedelta) -> int:
    """Let every login in progress have begun earlier, and end earlier.

    Returns:
        How many there are.
    """
    database = sqlite3.connect(demo.folder / "bridge.db", timeout=10)
    find = "SELECT key, value FROM state_entries WHERE key LIKE 'login:%'"
    rows = database.execute(find).fetchall()
    for key, value in rows:
        pending = json.loads(value)
        for sent in pending["sent"]:
            earlier = datetime.fromisoformat(sent["sent_at"]) - by
            sent["sent_at"] = earlier.isoformat()
        database.execute(
            "UPDATE state_entries SET value = ? WHERE key = ?",
            (json.dumps(pending).encode(), key),
        )
    database.commit()
    database.close()
    return len(rows)


def test_a_login_that_took_ten_minutes_succeeds(walk: Walk, running_demo: Demo) -> None:
    walk.to_portal(ERSATTNING)
    assert age_logins(running_demo, LATE) >= 1
    walk.be("Anna Åkerlund")
    walk.page.wait_for_url(walk.url_of(ERSATTNING))
    assert walk.permissions() == ["Asylsökande i förskola", "Asylsökande i grundskola"]


def test_the_cookie_of_a_login_crosses_sites_and_lives_an_hour(
    walk: Walk, window: BrowserContext
) -> None:
    walk.to_portal(ERSATTNING)
    found = [
        cookie
        for cookie in window.cookies(walk.places.bridge)
        if cookie["name"].startswith("__Host-login-")
    ]
    assert len(found) == 1
    assert found[0]["sameSite"] == "None"
    assert found[0]["secure"]
    assert found[0]["httpOnly"]
    lifetime = datetime.fromtimestamp(found[0]["expires"]) - datetime.now()  # noqa: DTZ005,DTZ006,TID251  # the browser's own clock
    assert timedelta(minutes=58) < lifetime <= timedelta(minutes=60)


def test_a_login_is_over_in_another_browser(walk: Walk, window: BrowserContext) -> None:
    walk.to_portal(ERSATTNING)
    window.clear_cookies()
    walk.be("Anna Åkerlund")
    walk.page.wait_for_url(f"{walk.places.bridge}/saml/sp/acs")
    assert "öppnades i flera flikar" in walk.page.inner_text("main")
