"""Another site wants the button *Fortsätt* pressed, or pressed again."""

from pathlib import Path

import pytest

from tests.support.saml.web_bridge import (
    Browser,
    WebBridge,
    form_on,
    make_web_bridge,
    new_browser,
    told,
)
from tests.support.saml.world import SP

ALWAYS = f"""
[[downstream]]
entity_id = "{SP}"
show_release = "always"
sso = "silent"
"""


@pytest.fixture
def bridge(tmp_path: Path) -> WebBridge:
    return make_web_bridge(tmp_path, more=ALWAYS)


@pytest.fixture
def alice(bridge: WebBridge) -> Browser:
    return new_browser(bridge)


def test_a_form_without_our_seal_sends_nothing(alice: Browser) -> None:
    page = alice.answer(alice.ask())
    form = form_on(page)
    for fields in ({}, {"seal": ""}, {"seal": "0" * 64}, {"seal": "\u00e5"}):
        again = alice.post(form.action, **fields)
        assert "SAMLResponse" not in again.get_data(as_text=True)
    assert told(alice.press(page)) is not None


def test_the_seal_of_one_login_does_not_fit_another(alice: Browser) -> None:
    one, other = (form_on(alice.answer(alice.ask())) for _ in range(2))
    assert one.fields != other.fields
    again = alice.post(one.action, **other.fields)
    assert "SAMLResponse" not in again.get_data(as_text=True)
    assert told(alice.post(one.action, **one.fields)) is not None


def test_a_form_that_was_sent_counts_once(alice: Browser) -> None:
    page = alice.answer(alice.ask())
    assert told(alice.press(page)).find(".//{*}Assertion") is not None
    again = alice.press(page)
    assert again.status_code == 403
    assert "login-lost" in again.get_data(as_text=True)


def test_a_form_in_another_browser_sends_nothing(
    bridge: WebBridge, alice: Browser
) -> None:
    page = alice.answer(alice.ask())
    stolen = new_browser(bridge).press(page)
    assert stolen.status_code == 403
    assert "SAMLResponse" not in stolen.get_data(as_text=True)
    assert told(alice.press(page)) is not None


def test_a_form_after_a_later_login_of_the_same_tab_sends_the_later_one(
    alice: Browser,
) -> None:
    """Going back and logging in again: what counts is what was shown last."""
    asked = alice.ask()
    first = alice.answer(asked)
    assert told(alice.press(first)) is not None
    late = alice.answer(asked)
    assert late.status_code == 403
