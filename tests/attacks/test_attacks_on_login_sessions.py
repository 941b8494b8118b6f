"""Somebody wants to be answered as somebody who is logged in in another browser."""

from pathlib import Path

import pytest

from idp_bridge.login.pending import login_id_of
from idp_bridge.login.session import BrowserSession
from idp_bridge.sessions import LOGIN_SESSION
from metadata import names
from tests.support.permission_world import BOB
from tests.support.saml.requests import requested_levels
from tests.support.saml.responses import authn, person
from tests.support.saml.web_bridge import (
    Browser,
    WebBridge,
    form_on,
    is_sent_upstream,
    make_web_bridge,
    new_browser,
    request_sent,
    told,
)
from tests.support.saml.world import OTHER_SP, SP

DOMAIN = "bridge.example.se"
SILENT = f"""
[[downstream]]
entity_id = "{SP}"
sso = "silent"
"""


NAMED = (
    "<samlp:Extensions>"
    f'<psc:PrincipalSelection xmlns:psc="{names.NS_PRINCIPAL_SELECTION}">'
    f'<psc:MatchValue Name="{names.SAMBI_HSA_ID}">{BOB}</psc:MatchValue>'
    "</psc:PrincipalSelection></samlp:Extensions>"
)
"""For a request that wants Bob."""


@pytest.fixture
def bridge(tmp_path: Path) -> WebBridge:
    return make_web_bridge(tmp_path, more=SILENT)


@pytest.fixture
def asking(tmp_path: Path) -> WebBridge:
    return make_web_bridge(tmp_path)


def alice_of(bridge: WebBridge) -> Browser:
    alice = new_browser(bridge)
    alice.log_in()
    return alice


def cookie_of(browser: Browser) -> BrowserSession:
    cookie = browser.client.get_cookie(LOGIN_SESSION, domain=DOMAIN)
    assert cookie is not None
    found = BrowserSession.from_cookie(cookie.value)
    assert found is not None
    return found


def with_cookie(bridge: WebBridge, cookie: str) -> Browser:
    browser = new_browser(bridge)
    browser.client.set_cookie(LOGIN_SESSION, cookie, domain=DOMAIN)
    return browser


def test_only_the_number_of_a_login_opens_it(bridge: WebBridge) -> None:
    alice = alice_of(bridge)
    held = cookie_of(alice)
    for cookie in (
        held.session_id,
        f"{held.session_id}.{'A' * 43}",
        held.with_new_number().to_cookie(),
        f"{'0' * 32}.{held.number}",
        f"{held.session_id}.{held.number_hash[:43]}",
    ):
        assert is_sent_upstream(with_cookie(bridge, cookie).ask())
    assert told(alice.ask()).find(".//{*}Assertion") is not None


def test_a_number_of_before_a_login_is_worth_nothing_after_it(
    bridge: WebBridge,
) -> None:
    """An attacker who knew what the browser held first learns nothing by waiting."""
    victim = new_browser(bridge)
    asked = victim.ask()
    known = cookie_of(victim).to_cookie()
    victim.answer(asked)
    assert is_sent_upstream(with_cookie(bridge, known).ask())
    assert told(victim.ask()).find(".//{*}Assertion") is not None


def test_a_new_login_is_not_opened_by_the_number_of_an_older_one(
    bridge: WebBridge,
) -> None:
    """The older number still opens what it was given for: the lower level."""
    alice = new_browser(bridge)
    low = person(level=names.LOA_SAMBI_2)
    statement = authn(level=names.LOA_SAMBI_2)
    alice.log_in(about={"statement": statement, "attributes": low})
    older = with_cookie(bridge, cookie_of(alice).to_cookie())
    high = requested_levels(names.LOA_SAMBI_3)
    asked = alice.ask(high)
    assert is_sent_upstream(asked), "a login of a lower level answers no higher one"
    told(alice.answer(asked))
    assert told(alice.ask(high)).find(".//{*}Assertion") is not None
    assert is_sent_upstream(older.ask(high))


def test_the_number_of_who_was_here_before_opens_nothing(bridge: WebBridge) -> None:
    """Somebody else has logged in in the same browser; the old cookie was copied."""
    alice = alice_of(bridge)
    copied = cookie_of(alice).to_cookie()
    assert told(alice.ask()).find(".//{*}Assertion") is not None
    bob = person(hsa_id=BOB)
    told(
        alice.answer(
            alice.ask(issuer=OTHER_SP, acs_url=None, ForceAuthn="true"), attributes=bob
        )
    )
    assert is_sent_upstream(with_cookie(bridge, copied).ask())


def test_a_request_for_a_named_person_is_not_answered_from_a_session(
    bridge: WebBridge,
) -> None:
    alice = alice_of(bridge)
    assert is_sent_upstream(alice.ask(NAMED))
    assert told(alice.ask()).find(".//{*}Assertion") is not None


def test_a_fresh_login_is_not_answered_from_a_session(bridge: WebBridge) -> None:
    alice = alice_of(bridge)
    assert is_sent_upstream(alice.ask(ForceAuthn="true"))
    assert told(alice.ask()).find(".//{*}Assertion") is not None


def test_another_site_cannot_press_the_button(asking: WebBridge) -> None:
    alice = alice_of(asking)
    page = alice.follow(alice.ask())
    form = form_on(page)
    for seal in ({}, {"seal": ""}, {"seal": "0" * 64}, {"seal": "\u00e5"}):
        again = alice.post(form.action, **seal)
        assert "SAMLResponse" not in again.get_data(as_text=True)
        assert "redan inloggad" in again.get_data(as_text=True)
    assert told(alice.press(page)).find(".//{*}Assertion") is not None


def test_the_seal_of_another_login_in_the_same_browser_does_not_fit(
    asking: WebBridge,
) -> None:
    alice = alice_of(asking)
    one, other = (form_on(alice.follow(alice.ask())) for _ in range(2))
    again = alice.post(one.action, **other.fields)
    assert "SAMLResponse" not in again.get_data(as_text=True)
    assert told(alice.post(one.action, **one.fields)) is not None


def test_the_button_does_nothing_in_another_browser(asking: WebBridge) -> None:
    alice = alice_of(asking)
    page = alice.follow(alice.ask())
    thief = with_cookie(asking, cookie_of(alice).to_cookie())
    stolen = thief.press(page)
    assert stolen.status_code == 403
    assert "SAMLResponse" not in stolen.get_data(as_text=True)
    assert told(alice.press(page)) is not None


def test_a_login_that_an_attacker_began_is_not_continued(asking: WebBridge) -> None:
    """The victim is led to the page of the attacker's login in progress."""
    attacker, victim = new_browser(asking), alice_of(asking)
    theirs = login_id_of(request_sent(attacker.ask()))
    mine = form_on(victim.follow(victim.ask()))
    refused = victim.post(f"/logga-in/{theirs}/fortsatt", **mine.fields)
    assert refused.status_code == 403
    assert "SAMLResponse" not in refused.get_data(as_text=True)
    assert told(victim.post(mine.action, **mine.fields)) is not None
