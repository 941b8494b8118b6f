"""An e-tjänst that never takes our answer does not send a person round for ever."""

from pathlib import Path

import pytest

from idp_bridge import sessions
from idp_bridge.rounds import MOST, WHILE
from tests.support.permission_world import ERSATTNING
from tests.support.saml.web_bridge import (
    Browser,
    is_sent_upstream,
    make_web_bridge,
    new_browser,
    told,
)
from tests.support.saml.world import SP

AT_ONCE = f'[[downstream]]\nentity_id = "{SP}"\nsso = "silent"\n'
ASKED = "[saml]\nsso_minutes = 0\n"


@pytest.fixture(params=[AT_ONCE, ASKED], ids=["answered at once", "asked each time"])
def visitor(tmp_path: Path, request: pytest.FixtureRequest) -> Browser:
    return new_browser(make_web_bridge(tmp_path, more=request.param))


def go_round(browser: Browser, times: int = 1) -> None:
    for _ in range(times):
        asked = browser.ask()
        told(browser.answer(asked) if is_sent_upstream(asked) else asked)


def test_who_is_sent_back_too_often_reads_why(visitor: Browser) -> None:
    go_round(visitor, MOST)
    stopped = visitor.ask()
    assert stopped.status_code == 403
    assert "skickades fram och tillbaka" in stopped.text
    assert "OK, gå tillbaka till" in stopped.text
    elsewhere = visitor.ask(issuer=ERSATTNING, acs_url=None)
    assert elsewhere.status_code in {200, 303}
    visitor.bridge.clock.advance(WHILE)
    go_round(visitor)


def test_another_browser_is_not_stopped(visitor: Browser) -> None:
    go_round(visitor, MOST)
    assert visitor.ask().status_code == 403
    go_round(new_browser(visitor.bridge))


def test_logins_that_only_begin_are_not_counted(visitor: Browser) -> None:
    """A foreign page can begin logins in a browser, and would stop them all."""
    for _ in range(MOST + 1):
        assert is_sent_upstream(visitor.ask())
    go_round(visitor)


def test_the_cookie_is_short_lived_and_for_us_alone(visitor: Browser) -> None:
    answered = visitor.answer(visitor.ask())
    (cookie,) = [
        each
        for each in answered.headers.getlist("Set-Cookie")
        if each.startswith(sessions.ROUNDS)
    ]
    for part in ("Secure", "HttpOnly", "SameSite=None", "Path=/", "Max-Age=120"):
        assert part in cookie
    assert "melker" not in cookie
