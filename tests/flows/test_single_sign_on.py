"""Somebody who has logged in lately is answered without asking upstream, or asked."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from idp_bridge.login import kept_sessions
from idp_bridge.login.session import BrowserSession
from idp_bridge.saml.times import write_instant
from idp_bridge.services import services
from idp_bridge.sessions import LOGIN_SESSION
from metadata import names
from tests.support.permission_world import BOB
from tests.support.saml.requests import requested_levels, scoping
from tests.support.saml.responses import authn, held, person
from tests.support.saml.web_bridge import (
    MINUTE,
    Browser,
    WebBridge,
    form_on,
    is_sent_upstream,
    make_web_bridge,
    new_browser,
    sent_upstream,
    told,
)
from tests.support.saml.world import (
    IDP,
    OTHER_IDP,
    OTHER_SP,
    SP,
    identity_provider,
)

SILENT = f"""
[[downstream]]
entity_id = "{OTHER_SP}"
sso = "silent"
"""
OFF = f"""
[[downstream]]
entity_id = "{OTHER_SP}"
sso = "off"
"""
ENDING = """
[[organisations]]
number = "2321000016"
name = "Region Stockholm"
kind = "region"
valid_until = 2026-11-22
"""


def bridge_with(folder: Path, more: str = SILENT, nodes: int = 1) -> WebBridge:
    return make_web_bridge(folder, more=more, nodes=nodes)


@pytest.fixture
def bridge(tmp_path: Path) -> WebBridge:
    return bridge_with(tmp_path)


@pytest.fixture
def alice(bridge: WebBridge) -> Browser:
    """The browser of somebody who has logged in at one e-tjänst."""
    opened = new_browser(bridge)
    opened.log_in()
    return opened


def ask_other(browser: Browser, *more: str, **changes: Any) -> TestResponse:
    """Come from the other e-tjänst, which is answered silently."""
    return browser.ask(*more, issuer=OTHER_SP, acs_url=None, **changes)


def statuses(response: Any) -> list[str]:
    return [each.get("Value") for each in response.iter("{*}StatusCode")]


def test_another_e_tjanst_is_answered_at_once(alice: Browser) -> None:
    alice.bridge.clock.advance(5 * MINUTE)
    response = told(ask_other(alice))
    statement = response.find(".//{*}AuthnStatement")
    assert statement.get("AuthnInstant") == write_instant(
        alice.bridge.clock() - 5 * MINUTE
    )
    assert response.find(".//{*}Audience").text == OTHER_SP
    assert response.find(".//{*}AuthenticatingAuthority").text == IDP
    assert [each.sp_entity_id for each in participants(alice)] == [SP, OTHER_SP]


def participants(browser: Browser) -> Any:
    cookie = browser.client.get_cookie(LOGIN_SESSION, domain="bridge.example.se")
    assert cookie is not None
    with browser.client.application.app_context():
        found = kept_sessions.of_browser(
            BrowserSession.from_cookie(cookie.value), services().parts
        )
    return found.participants if found else ()


def test_any_node_answers(tmp_path: Path) -> None:
    bridge = bridge_with(tmp_path, nodes=2)
    browser = new_browser(bridge)
    browser.log_in()
    browser.move_to(bridge.nodes[1])
    assert statuses(told(ask_other(browser))) == [names.STATUS_SUCCESS]


def test_who_is_asked_first_presses_the_button(alice: Browser) -> None:
    page = alice.follow(alice.ask())
    text = page.get_data(as_text=True)
    assert "Du är redan inloggad som <bdi>Åsa Öberg (SE2321000016-B001)</bdi>" in text
    response = told(alice.press(page))
    assert statuses(response) == [names.STATUS_SUCCESS]
    assert len(participants(alice)) == 2


def be_somebody_else(alice: Browser) -> TestResponse:
    page = alice.follow(alice.ask()).get_data(as_text=True)
    return alice.get(page.split('class="method" href="')[1].split('"')[0])


def test_who_wants_to_be_somebody_else_logs_in_anew(alice: Browser) -> None:
    asked = be_somebody_else(alice)
    assert sent_upstream(asked).get("ForceAuthn") == "true"
    alice.bridge.clock.advance(MINUTE)
    assert told(alice.answer(asked)).find(".//{*}Assertion") is not None


def test_who_wants_to_be_somebody_else_must_show_it_now(alice: Browser) -> None:
    earlier = alice.bridge.clock() - 5 * MINUTE
    refused = alice.answer(be_somebody_else(alice), statement=authn(instant=earlier))
    assert "stale-authentication" in refused.get_data(as_text=True)


@pytest.mark.parametrize(
    ("more", "attributes"),
    [
        ((), {"ForceAuthn": "true"}),
        ((requested_levels(names.LOA_SAMBI_2),), {}),
        ((scoping(idps=(OTHER_IDP, IDP)),), {}),
    ],
)
def test_what_the_session_cannot_answer_is_sent_upstream(
    alice: Browser, more: tuple[str, ...], attributes: dict[str, str]
) -> None:
    is_same_level = "ForceAuthn" not in attributes and IDP in "".join(more)
    response = ask_other(alice, *more, **attributes)
    assert is_sent_upstream(response) is not is_same_level


def test_a_session_is_used_until_it_is_an_hour_old(alice: Browser) -> None:
    alice.bridge.clock.advance(60 * MINUTE - timedelta(microseconds=1))
    told(ask_other(alice))
    alice.bridge.clock.advance(timedelta(microseconds=1))
    assert is_sent_upstream(ask_other(alice))


def test_the_age_is_that_of_the_card_not_of_our_login(bridge: WebBridge) -> None:
    browser = new_browser(bridge)
    earlier = bridge.clock() - 59 * MINUTE
    browser.log_in(about={"statement": authn(instant=earlier)})
    told(ask_other(browser))
    bridge.clock.advance(MINUTE)
    assert is_sent_upstream(ask_other(browser))


def test_a_session_is_not_used_when_the_one_upstream_is_over(
    bridge: WebBridge,
) -> None:
    browser = new_browser(bridge)
    end = bridge.clock() + MINUTE
    browser.log_in(about={"statement": authn(instant=bridge.clock(), session_end=end)})
    told(ask_other(browser))
    bridge.clock.advance(MINUTE)
    assert is_sent_upstream(ask_other(browser))


def passed_on_to(*sps: str) -> str:
    audiences = "".join(f"<saml2:Audience>{sp}</saml2:Audience>" for sp in sps)
    return f"<saml2:ProxyRestriction>{audiences}</saml2:ProxyRestriction>"


@pytest.mark.parametrize(
    ("condition", "is_answered"),
    [
        ("<saml2:OneTimeUse/>", False),
        (passed_on_to(SP), False),
        (passed_on_to(SP, OTHER_SP), True),
        (passed_on_to(SP, OTHER_SP) + passed_on_to(SP), False),
        (passed_on_to(), True),
    ],
)
def test_an_assertion_that_may_not_be_passed_on_answers_nobody_else(
    bridge: WebBridge, condition: str, *, is_answered: bool
) -> None:
    browser = new_browser(bridge)
    until = bridge.clock() + MINUTE
    browser.log_in(about={"conditions": held(condition, not_on_or_after=until)})
    assert is_sent_upstream(ask_other(browser)) is not is_answered


@pytest.mark.parametrize("more", [OFF, "[saml]\nsso_minutes = 0\n" + SILENT])
def test_single_sign_on_can_be_switched_off(tmp_path: Path, more: str) -> None:
    browser = new_browser(bridge_with(tmp_path, more))
    browser.log_in()
    assert is_sent_upstream(ask_other(browser))


def test_an_identity_provider_that_has_gone_answers_nobody(alice: Browser) -> None:
    alice.bridge.parties.idps.pop(IDP)
    refused = ask_other(alice)
    assert refused.status_code == 400
    assert "SAMLResponse" in refused.get_data(as_text=True)


@pytest.mark.parametrize("sp", [SP, OTHER_SP])
def test_a_passive_request_is_answered_without_a_page(alice: Browser, sp: str) -> None:
    changes: dict[str, Any] = {} if sp == SP else {"issuer": sp, "acs_url": None}
    response = told(alice.ask(IsPassive="true", **changes))
    assert statuses(response) == [names.STATUS_SUCCESS]


def test_a_passive_request_without_a_session_goes_upstream_passively(
    bridge: WebBridge,
) -> None:
    asked = new_browser(bridge).ask(IsPassive="true")
    assert sent_upstream(asked).get("IsPassive") == "true"


def test_who_has_been_removed_is_refused_and_somebody_else_can_log_in(
    alice: Browser,
) -> None:
    told(ask_other(alice))
    alice.bridge.load(ENDING)
    refused = ask_other(alice)
    assert refused.status_code == 403
    text = refused.get_data(as_text=True)
    assert "inactive-organisation" in text
    retry = text.split('href="/logga-in/')[1].split('"')[0]
    page = alice.get(f"/logga-in/{retry}")
    assert "Logga in som någon annan" in page.get_data(as_text=True)


def test_a_passive_request_of_somebody_removed_is_refused_without_a_page(
    alice: Browser,
) -> None:
    alice.bridge.load(ENDING)
    response = told(ask_other(alice, IsPassive="true"))
    assert statuses(response) == [names.STATUS_RESPONDER, names.STATUS_REQUEST_DENIED]


def test_somebody_else_takes_the_browser_over(alice: Browser) -> None:
    asked = ask_other(alice, ForceAuthn="true")
    told(alice.answer(asked, attributes=person(hsa_id=BOB)))
    response = told(ask_other(alice))
    assert BOB.lower() in "".join(response.itertext()).lower()


def test_our_own_pages_take_no_session_of_an_e_tjanst(alice: Browser) -> None:
    asked = alice.get("/operator/")
    assert is_sent_upstream(asked)


SECOND = f"""
[[upstream]]
entity_id = "{OTHER_IDP}"
method = "other"
title = "Another"
levels = ["http://id.sambi.se/loa/loa3"]
"""


def test_a_method_that_the_e_tjanst_does_not_take_answers_nothing(
    tmp_path: Path,
) -> None:
    bridge = bridge_with(tmp_path, SECOND + SILENT + 'methods = ["other"]\n')
    bridge.parties.idps[OTHER_IDP] = identity_provider(entity_id=OTHER_IDP)
    alice = new_browser(bridge)
    page = alice.follow(alice.ask()).get_data(as_text=True)
    chosen = page.split('class="method" href="')[1].split('"')[0]
    told(alice.answer(alice.get(chosen)))
    assert statuses(told(alice.press(alice.follow(alice.ask())))) == [
        names.STATUS_SUCCESS
    ]
    assert is_sent_upstream(ask_other(alice))


def test_the_method_page_without_a_session_names_nobody(tmp_path: Path) -> None:
    browser = new_browser(bridge_with(tmp_path, SECOND))
    page = browser.follow(browser.ask())
    assert "redan inloggad" not in page.get_data(as_text=True)
    assert "/fortsatt" not in page.get_data(as_text=True)


def test_a_login_that_was_finished_in_another_tab_is_over(alice: Browser) -> None:
    page = alice.follow(alice.ask())
    told(alice.press(page))
    again = alice.press(page)
    assert again.status_code == 403
    assert form_on(page).action.endswith("/fortsatt")
