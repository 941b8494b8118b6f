"""A browser belongs to one login session, at whatever node and in whatever tab."""

from pathlib import Path

import pytest

from idp_bridge.login import kept_sessions
from idp_bridge.login.session import BrowserSession, LoginSession
from idp_bridge.services import services
from idp_bridge.sessions import LOGIN_SESSION
from tests.support.permission_world import CHARLIE
from tests.support.saml.responses import person
from tests.support.saml.web_bridge import (
    Browser,
    WebBridge,
    make_web_bridge,
    new_browser,
    told,
)
from tests.support.saml.world import OTHER_SP, SP


@pytest.fixture
def bridge(tmp_path: Path) -> WebBridge:
    return make_web_bridge(tmp_path, nodes=2)


def held_by(browser: Browser) -> BrowserSession:
    cookie = browser.client.get_cookie(LOGIN_SESSION, domain="bridge.example.se")
    assert cookie is not None
    assert (cookie.secure, cookie.http_only, cookie.same_site) == (True, True, "None")
    assert (cookie.path, cookie.max_age, cookie.expires) == ("/", None, None)
    found = BrowserSession.from_cookie(cookie.value)
    assert found is not None
    return found


def session_of(browser: Browser) -> LoginSession | None:
    with browser.client.application.app_context():
        return kept_sessions.of_browser(held_by(browser), services().parts)


def test_a_browser_gets_a_session_first_and_a_number_when_somebody_logs_in(
    bridge: WebBridge,
) -> None:
    browser = new_browser(bridge)
    asked = browser.ask()
    before = held_by(browser)
    assert before.number is None
    browser.answer(asked)
    after = held_by(browser)
    assert after.session_id == before.session_id
    assert after.number is not None


def test_tabs_that_begin_before_anybody_is_logged_in_share_a_session(
    bridge: WebBridge,
) -> None:
    """The second tab comes back with the cookies of before the first one was done."""
    browser = new_browser(bridge)
    first = browser.ask()
    second = browser.ask(issuer=OTHER_SP, acs_url=None)
    before = held_by(browser).to_cookie()
    told(browser.answer(first))
    browser.client.set_cookie(LOGIN_SESSION, before, domain="bridge.example.se")
    browser.move_to(bridge.nodes[1])
    told(browser.answer(second))
    found = session_of(browser)
    assert found is not None
    assert [each.sp_entity_id for each in found.participants] == [SP, OTHER_SP]


def test_what_the_e_tjanst_is_told_finds_the_session_at_another_node(
    bridge: WebBridge,
) -> None:
    browser = new_browser(bridge)
    response = browser.log_in()
    browser.move_to(bridge.nodes[1])
    found = session_of(browser)
    assert found is not None
    (participant,) = found.participants
    statement = response.find(".//{*}AuthnStatement")
    assert participant.session_index == statement.get("SessionIndex")
    assert participant.name_id.value == response.find(".//{*}Subject/{*}NameID").text


def test_who_may_not_go_on_has_no_session(bridge: WebBridge) -> None:
    browser = new_browser(bridge)
    refused = browser.answer(browser.ask(), attributes=person(hsa_id=CHARLIE))
    assert refused.status_code == 403
    assert session_of(browser) is None
