"""Only a button ends a login: links are opened by more than people."""

from pathlib import Path

from metadata import names
from tests.support.saml.web_bridge import Browser, make_web_bridge, new_browser, told
from tests.support.saml.world import IDP

SECOND_METHOD = f"""
[[upstream]]
entity_id = "{IDP}"
method = "konto"
title = "Konto"
levels = ["{names.LOA_SAMBI_3}"]
"""


def at_the_methods(folder: Path) -> tuple[Browser, str]:
    """Come to the page with the ways to log in, and say where its button leads."""
    browser = new_browser(make_web_bridge(folder, more=SECOND_METHOD))
    asked = browser.ask()
    page = asked.headers["Location"]
    assert "Avbryt och gå tillbaka till" in browser.get(page).text
    return browser, f"{page}/avbryt"


def test_a_link_to_cancelling_only_shows_the_ways_to_log_in(tmp_path: Path) -> None:
    browser, address = at_the_methods(tmp_path)
    for _ in range(2):
        assert "Logga in" in browser.follow(browser.get(address)).text
    assert told(browser.post(address)) is not None


def test_cancelling_is_told_to_the_e_tjanst_and_ends_the_login(tmp_path: Path) -> None:
    browser, address = at_the_methods(tmp_path)
    codes = [
        each.get("Value") for each in told(browser.post(address)).iter("{*}StatusCode")
    ]
    assert codes == [names.STATUS_RESPONDER, names.STATUS_CANCEL]
    assert browser.post(address).status_code == 403


def test_another_browser_cannot_cancel(tmp_path: Path) -> None:
    browser, address = at_the_methods(tmp_path)
    assert new_browser(browser.bridge).post(address).status_code == 403
    assert told(browser.post(address)) is not None
