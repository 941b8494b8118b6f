"""A foreign page begins logins in a browser until an honest one is forgotten."""

from datetime import timedelta

import pytest
from flask import Request, Response
from werkzeug.http import dump_cookie, parse_cookie
from werkzeug.test import EnvironBuilder

from idp_bridge import sessions
from idp_bridge.login.pending import new_login_id
from tests.support.clock import NOW
from tests.support.saml.world import SECOND

HOUR = timedelta(hours=1)


class Browser:
    """A browser that begins logins, one each second."""

    def __init__(self) -> None:
        self.cookies: dict[str, str] = {}
        self._now = NOW

    @property
    def request(self) -> Request:
        """What the browser sends along."""
        sent = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return Request(EnvironBuilder(headers=[("Cookie", sent)]).get_environ())

    def begin(self, held: str = "foreign") -> str:
        """Begin a login, and take the cookies that come with it."""
        self._now += SECOND
        login_id, response = new_login_id(self._now), Response()
        sessions.remember_login(
            self.request, response, login_id, secret=held, lifetime=HOUR
        )
        for header in response.headers.getlist("Set-Cookie"):
            ((name, value),) = list(parse_cookie(header.partition(";")[0]).items())
            if "Max-Age=0" in header:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        return login_id

    def holds(self, login_id: str) -> str | None:
        """Say which secret it holds for a login."""
        return sessions.login_secret(self.request, login_id)


def test_a_login_that_was_there_first_stays() -> None:
    browser = Browser()
    honest = browser.begin("honest")
    for _ in range(50):
        browser.begin()
    assert browser.holds(honest) == "honest"
    assert len(browser.cookies) == sessions.MAX_LOGINS


def test_a_login_that_comes_afterwards_works_too() -> None:
    browser = Browser()
    for _ in range(50):
        browser.begin()
    tabs = [browser.begin(f"honest-{number}") for number in range(3)]
    assert [browser.holds(each) for each in tabs] == [
        "honest-0",
        "honest-1",
        "honest-2",
    ]
    assert len(browser.cookies) == sessions.MAX_LOGINS


def test_cookies_that_only_look_like_logins_are_left_alone() -> None:
    browser = Browser()
    others = [f"{sessions.PREFIX}{name}" for name in ("å", "x y", "0123", "A" * 20)]
    browser.cookies |= dict.fromkeys(others * 3, "theirs")
    for _ in range(50):
        browser.begin()
    assert [browser.cookies.get(name) for name in others] == ["theirs"] * len(others)
    assert len(browser.cookies) == sessions.MAX_LOGINS + len(others)


def test_a_cookie_says_what_the_library_would_write_without_a_date() -> None:
    response = Response()
    sessions.remember_rounds(response, "a-b_c.D9", HOUR)
    assert response.headers["Set-Cookie"] == dump_cookie(
        sessions.ROUNDS,
        "a-b_c.D9",
        max_age=HOUR,
        sync_expires=False,
        path="/",
        secure=True,
        httponly=True,
        samesite="None",
    )
    assert "Max-Age=3600" in response.headers["Set-Cookie"]
    assert "Expires" not in response.headers["Set-Cookie"]


@pytest.mark.parametrize("text", ["a; Domain=evil.example", "a\r\nb", "a b", '"', "å"])
def test_no_cookie_is_written_that_would_have_to_be_quoted(text: str) -> None:
    response = Response()
    with pytest.raises(ValueError, match="quoted"):
        sessions.remember_login_session(response, text)
    assert "Set-Cookie" not in response.headers
