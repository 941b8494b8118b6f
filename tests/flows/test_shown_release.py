"""Somebody sees what an e-tjänst will be told, and goes on or goes back."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from authz.tables import ShownAttributeRow
from idp_bridge.services import services
from idp_bridge.sessions import LOGIN_SESSION
from metadata import names
from metadata.entities import AttributeService, RequestedAttribute
from tests.support.permission_world import ALICE, REGION
from tests.support.saml.logins import other_provider
from tests.support.saml.web_bridge import (
    Browser,
    WebBridge,
    form_on,
    make_web_bridge,
    new_browser,
    told,
)
from tests.support.saml.world import OTHER_SP, SP

POLICIES = f"""
[[downstream]]
entity_id = "{SP}"
show_release = "always"
sso = "silent"

[[downstream]]
entity_id = "{OTHER_SP}"
show_release = "first-time"
sso = "silent"
"""
MORE = f"""
[[users]]
organisation = "{REGION}"
hsa_id = "{ALICE}"
given_name = "Åsa"
surname = "Öberg"
email = "asa@example.se"
permissions = ["landsting:rapportera", "landsting:granska"]
"""
ENDED = """
[[services]]
code = "landsting"
name = "E-tjänst för landsting"
valid_until = 2026-11-22
"""


@pytest.fixture
def bridge(tmp_path: Path) -> WebBridge:
    return make_web_bridge(tmp_path, more=POLICIES, nodes=2)


@pytest.fixture
def alice(bridge: WebBridge) -> Browser:
    return new_browser(bridge)


def see(browser: Browser) -> TestResponse:
    """Log in at the e-tjänst whose page always comes."""
    return shown(browser.answer(browser.ask()))


def see_other(browser: Browser) -> TestResponse:
    """Log in at the e-tjänst whose page comes the first time."""
    return browser.answer(ask_other(browser, ForceAuthn="true"))


def ask_other(browser: Browser, **changes: str) -> TestResponse:
    return browser.ask(issuer=OTHER_SP, acs_url=None, **changes)


def shown(page: TestResponse) -> TestResponse:
    assert is_shown(page), page.get_data(as_text=True)
    return page


def is_shown(page: TestResponse) -> bool:
    text = page.get_data(as_text=True)
    return page.status_code == 200 and "<h1>Uppgifter som lämnas till" in text


def statuses(response: Any) -> list[str]:
    return [each.get("Value") for each in response.iter("{*}StatusCode")]


def test_every_attribute_is_shown_in_words_and_nothing_is_sent(alice: Browser) -> None:
    text = see(alice).get_data(as_text=True)
    for word in ("HSA-id", ALICE, "Förnamn", "Åsa", "Efternamn", "Öberg"):
        assert word in text
    assert "Rapportera hälsoundersökning" in text
    assert "2321000016:landsting:rapportera" not in text
    assert "SAMLResponse" not in text


def test_what_was_shown_is_sent_by_the_button(alice: Browser) -> None:
    page = see(alice)
    alice.move_to(alice.bridge.nodes[1])
    response = told(alice.press(page))
    assert statuses(response) == [names.STATUS_SUCCESS]
    assert "2321000016:landsting:rapportera" in "".join(response.itertext())


def test_who_goes_back_is_not_told_of(alice: Browser) -> None:
    path = form_on(see(alice)).action.replace("/uppgifter", "/avbryt")
    response = told(alice.post(path))
    assert statuses(response) == [names.STATUS_RESPONDER, names.STATUS_CANCEL]
    assert alice.press(see(alice)).status_code == 200


def test_the_page_is_found_again(alice: Browser) -> None:
    page = see(alice)
    path = form_on(page).action.removesuffix("/uppgifter")
    again = shown(alice.get(path))
    assert statuses(told(alice.press(again))) == [names.STATUS_SUCCESS]


def test_it_is_shown_the_first_time_only(alice: Browser) -> None:
    told(alice.press(shown(see_other(alice))))
    assert statuses(told(see_other(alice))) == [names.STATUS_SUCCESS]
    assert statuses(told(ask_other(alice))) == [names.STATUS_SUCCESS]


def test_who_has_not_pressed_the_button_sees_it_again(alice: Browser) -> None:
    shown(see_other(alice))
    shown(see_other(alice))


def test_more_attributes_are_shown_and_fewer_are_not(alice: Browser) -> None:
    told(alice.press(shown(see_other(alice))))
    asks_for(alice.bridge, names.ATTR_GIVEN_NAME)
    told(see_other(alice))
    asks_for(alice.bridge, names.ATTR_GIVEN_NAME, names.ATTR_DISPLAY_NAME)
    text = shown(see_other(alice)).get_data(as_text=True)
    assert "<dt>Namn</dt>" in text


def asks_for(bridge: WebBridge, *wanted: str) -> None:
    requested = tuple(RequestedAttribute(name=name) for name in wanted)
    wishes = AttributeService(index=0, requested=requested)
    changed = other_provider(attribute_services=(wishes,))
    bridge.parties.sps[OTHER_SP] = changed


def test_names_of_attributes_are_remembered_and_no_values(alice: Browser) -> None:
    told(alice.press(shown(see_other(alice))))
    with alice.client.application.app_context(), services().engine.begin() as database:
        rows = database.execute(select(ShownAttributeRow.__table__)).all()
    assert names.ATTR_GIVEN_NAME in {row.name for row in rows}
    assert "Åsa" not in str(rows)


def test_it_is_shown_when_somebody_is_logged_in_already(alice: Browser) -> None:
    told(alice.press(see(alice)))
    page = shown(ask_other(alice))
    assert statuses(told(alice.press(page))) == [names.STATUS_SUCCESS]
    page = shown(alice.ask())
    assert statuses(told(alice.press(page))) == [names.STATUS_SUCCESS]


def test_a_passive_request_gets_no_page(alice: Browser) -> None:
    told(alice.press(see(alice)))
    response = told(alice.ask(IsPassive="true"))
    assert statuses(response) == [names.STATUS_RESPONDER, names.STATUS_NO_PASSIVE]
    answered = alice.answer(new_browser_asks(alice))
    assert statuses(told(answered))[1] == names.STATUS_NO_PASSIVE


def new_browser_asks(alice: Browser) -> TestResponse:
    return alice.ask(IsPassive="true", ForceAuthn="true")


def test_what_has_changed_is_shown_before_it_is_sent(alice: Browser) -> None:
    page = see(alice)
    alice.bridge.load(MORE)
    again = shown(alice.press(page))
    text = again.get_data(as_text=True)
    assert "Uppgifterna har ändrats" in text
    assert "Granska" in text
    response = told(alice.press(again))
    assert "2321000016:landsting:granska" in "".join(response.itertext())


def test_who_may_not_go_on_any_more_is_refused(alice: Browser) -> None:
    page = see(alice)
    alice.bridge.load(ENDED)
    refused = alice.press(page)
    assert refused.status_code == 403
    assert "service-closed" in refused.get_data(as_text=True)


def test_a_session_that_was_ended_meanwhile_sends_nothing(alice: Browser) -> None:
    told(alice.press(see(alice)))
    page = shown(ask_other(alice))
    alice.client.delete_cookie(LOGIN_SESSION, domain="bridge.example.se")
    answered = alice.press(page)
    text = answered.get_data(as_text=True)
    assert "<h1>Logga in</h1>" in text
    assert "SAMLResponse" not in text
