"""Every route says who may use it, and nobody else can."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import Rule

from idp_bridge.login.pending import Area
from idp_bridge.web.access import LOGGED_IN, OPEN, needed_by
from idp_bridge.web.rights import (
    RIGHTS_OF_ADMINISTRATORS,
    RIGHTS_OF_OPERATORS,
    Right,
)
from tests.support.operator_pages import OPERATORS, Site, make_site

WRITES = {"POST", "PUT", "PATCH", "DELETE"}
OPEN_WRITES = {
    # messages of partners, which say themselves who may have sent them
    "/saml/aa/query",
    "/saml/idp/slo",
    "/saml/idp/sso",
    "/saml/sp/acs",
    "/saml/sp/slo",
    # forms of ours in a login or a session, sealed for it and for this browser
    "/logga-in/<login_id>/avbryt",
    "/logga-in/<login_id>/fortsatt",
    "/logga-in/<login_id>/uppgifter",
    "/logga-ut/alla",
}
"""Where partners' messages arrive, which carry their own proof."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return make_site(tmp_path_factory.mktemp("site"))


def need_of(app: Flask, rule: Rule) -> Right | str | None:
    return needed_by(app.view_functions[rule.endpoint])


def rules_for_people(site: Site) -> Iterator[tuple[Rule, str, str]]:
    """Go through every route that is not open: rule, method, address."""
    for rule in site.app.url_map.iter_rules():
        if rule.endpoint == "static" or need_of(site.app, rule) == OPEN:
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule, method, _address_of(rule)


def _address_of(rule: Rule) -> str:
    numbered = re.sub(r"<int[^>]*>", "1", rule.rule)
    return re.sub(r"<[^>]+>", "sambi", numbered)


def rules_for_operators(site: Site) -> Iterator[tuple[Rule, str, str]]:
    """Go through the routes of the operators' area."""
    for rule, method, address in rules_for_people(site):
        need = need_of(site.app, rule)
        if isinstance(need, Right) and need.area is Area.OPERATOR:
            yield rule, method, address


def test_every_route_says_what_it_needs(site: Site) -> None:
    silent = [
        rule.rule
        for rule in site.app.url_map.iter_rules()
        if rule.endpoint != "static" and need_of(site.app, rule) is None
    ]
    assert silent == []


def test_there_are_routes_of_every_sort(site: Site) -> None:
    needs = {need_of(site.app, rule) for rule in site.app.url_map.iter_rules()}
    assert needs >= {OPEN, LOGGED_IN, *Right}


def test_nothing_under_the_areas_of_people_is_open(site: Site) -> None:
    exposed = [
        rule.rule
        for rule in site.app.url_map.iter_rules()
        if re.match("/(operator|admin|o)(/|$)", rule.rule)
        and need_of(site.app, rule) == OPEN
    ]
    assert exposed == []


def test_only_messages_and_sealed_forms_are_written_without_a_session(
    site: Site,
) -> None:
    written = {
        rule.rule
        for rule in site.app.url_map.iter_rules()
        if need_of(site.app, rule) == OPEN and WRITES & (rule.methods or set())
    }
    assert written <= OPEN_WRITES


def test_a_view_that_says_nothing_is_reached_by_nobody(tmp_path: Path) -> None:
    site = make_site(tmp_path)
    site.app.add_url_rule("/forgotten", view_func=lambda: "a secret")
    site.log_in()
    answer = site.get("/forgotten")
    assert answer.status_code == 500
    assert "a secret" not in answer.text


def test_a_stranger_is_sent_to_log_in_or_refused(site: Site) -> None:
    for _, method, address in rules_for_people(site):
        answer = site.another_browser().client.open(
            address, method=method, base_url="https://bridge.example.se"
        )
        expected = 303 if method == "GET" else 403
        assert answer.status_code == expected, (method, address)
        if method == "GET":
            assert answer.headers["Location"].startswith("https://idp.example.se/")


@pytest.mark.parametrize("role", OPERATORS)
def test_a_role_opens_what_it_has_the_right_to_and_nothing_else(
    site: Site, role: str
) -> None:
    browser = site.another_browser()
    browser.log_in(role)
    rights = {str(one) for one in RIGHTS_OF_OPERATORS[role]}  # type: ignore[index]
    token = browser.token()
    for rule, method, address in rules_for_operators(site):
        need = need_of(site.app, rule)
        answer = browser.client.open(
            address,
            method=method,
            data={"csrf_token": token} if method == "POST" else None,
            base_url="https://bridge.example.se",
        )
        is_let_in = str(need) in rights
        assert (answer.status_code != 403) is is_let_in, (role, method, address)


def test_every_form_needs_its_token(site: Site) -> None:
    browser = site.another_browser()
    browser.log_in("system")
    seen = 0
    for _, method, address in rules_for_operators(site):
        if method == "GET":
            continue
        seen += 1
        answer = browser.client.open(
            address, method=method, base_url="https://bridge.example.se"
        )
        assert answer.status_code == 400, (method, address)
        assert "Sidan var för gammal" in answer.text
    assert seen >= 4


def test_pages_of_people_are_kept_by_no_cache(site: Site) -> None:
    browser = site.another_browser()
    browser.log_in("system")
    for _, method, address in rules_for_operators(site):
        if method == "GET":
            answer = browser.get(address)
            assert answer.headers["Cache-Control"] == "no-store", address
            assert "form-action 'self'" in answer.headers["Content-Security-Policy"]


def test_roles_grow() -> None:
    reader, handler, system = (RIGHTS_OF_OPERATORS[role] for role in OPERATORS)  # type: ignore[index]
    assert reader < handler < system
    assert system == {one for one in Right if one.area is Area.OPERATOR}


def test_administrators_and_operators_share_no_right() -> None:
    for rights in RIGHTS_OF_OPERATORS.values():
        assert not rights & RIGHTS_OF_ADMINISTRATORS
