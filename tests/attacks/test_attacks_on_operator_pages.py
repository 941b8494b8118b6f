"""Whoever is not an operator, or no longer, gets nothing from the operators' pages."""

from datetime import timedelta
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from idp_bridge.sessions import PERSON
from metadata import names
from tests.support.operator_pages import (
    OPERATORS,
    SOURCES,
    START,
    USER,
    Site,
    make_site,
    operators,
    text_of,
)
from tests.support.saml.requests import authn_request
from tests.support.saml.world import BRIDGE, SP_ACS, encoded

MINUTE = timedelta(minutes=1)
FETCH = f"{SOURCES}/ny-kalla"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return make_site(tmp_path)


def session_of(site: Site) -> str | None:
    cookie = site.client.get_cookie(PERSON, domain="bridge.example.se")
    return cookie.value if cookie else None


def hold(site: Site, session_id: str) -> None:
    site.client.set_cookie(PERSON, session_id, domain="bridge.example.se", secure=True)


def is_out(answer: TestResponse) -> bool:
    return answer.status_code == 303 and "idp.example.se" in answer.headers["Location"]


# --- getting in -----------------------------------------------------------------------


def test_an_operator_gets_in(site: Site) -> None:
    answer = site.log_in("reader")
    assert (answer.status_code, answer.headers["Location"]) == (303, START)
    page = site.get(SOURCES)
    assert page.status_code == 200
    assert "Olle Ö. reader, läsare" in " ".join(page.text.split()).replace(
        "</bdi>", ""
    ).replace("<bdi>", "")


def test_the_cookie_is_for_this_host_alone_and_out_of_reach(site: Site) -> None:
    cookies = site.log_in().headers.getlist("Set-Cookie")
    written = next(one for one in cookies if one.startswith(PERSON))
    parts = set(written.split("; ")[1:])
    assert parts == {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"}
    assert PERSON.startswith("__Host-")


@pytest.mark.parametrize("hsa_id", [USER, "SE2321000016-A001", "SE2021002163-O999"])
def test_somebody_else_who_logs_in_is_refused_without_a_session(
    site: Site, hsa_id: str
) -> None:
    answer = site.answer(site.begin_login(), hsa_id)
    assert answer.status_code == 403
    assert "Du är inte registrerad som operatör" in text_of(answer)
    assert "not-operator" in answer.text
    assert session_of(site) is None
    assert is_out(site.get(SOURCES))


def test_an_hsa_id_in_lower_case_is_the_same_operator(site: Site) -> None:
    answer = site.answer(site.begin_login(), OPERATORS["reader"].lower())
    assert answer.status_code == 303


def test_a_login_of_a_lower_level_is_refused(site: Site) -> None:
    hsa_id = OPERATORS["system"]
    answer = site.answer(site.begin_login(), hsa_id, level=names.LOA_SAMBI_2)
    assert answer.status_code in {400, 403}
    assert session_of(site) is None


def test_the_level_is_a_setting(tmp_path: Path) -> None:
    more = f'[web]\noperator_level = "{names.LOA_SAMBI_2}"\n'
    site = make_site(tmp_path, more=more)
    hsa_id = OPERATORS["system"]
    answer = site.answer(site.begin_login(), hsa_id, level=names.LOA_SAMBI_2)
    assert answer.status_code == 303


def test_an_operator_who_has_ended_is_refused(site: Site) -> None:
    site.load(operators(system="valid_until = 2026-11-22"))
    answer = site.log_in("system")
    assert answer.status_code == 403
    assert session_of(site) is None


def test_a_login_for_our_pages_answers_no_e_service(site: Site) -> None:
    answer = site.log_in()
    assert "SAMLResponse" not in answer.text
    assert SP_ACS not in answer.text


def test_a_login_for_an_e_service_gives_no_session(site: Site) -> None:
    form = {"SAMLRequest": encoded(authn_request())}
    asked = site.post("/saml/idp/sso", form)
    assert asked.status_code in {200, 303}
    assert session_of(site) is None


def test_an_answer_is_used_once(site: Site) -> None:
    request_id = site.begin_login()
    assert site.answer(request_id, OPERATORS["system"]).status_code == 303
    assert site.answer(request_id, OPERATORS["system"]).status_code == 403


def test_the_answer_to_a_login_of_another_browser_is_refused(site: Site) -> None:
    victim = site.another_browser()
    answer = victim.answer(site.begin_login(), OPERATORS["system"])
    assert answer.status_code == 403
    assert session_of(victim) is None


# --- going back -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [f"{SOURCES}/entiteter?sok=%C3%A5%26b&sida=2", f"{SOURCES}/kallor/a%20b", SOURCES],
)
def test_a_login_leads_back_to_the_page_that_was_wanted(site: Site, path: str) -> None:
    answer = site.log_in("reader", path)
    location = answer.headers["Location"]
    assert location in {path, START}
    assert location == path or "%20" in path


@pytest.mark.parametrize(
    "path",
    [
        "/operator/?next=//evil.example",
        "/operator/?url=https://evil.example/",
        "/operator/?a=\\\\evil.example",
        "/operator/metadata/kallor/%5C%5Cevil.example",
        "/operator/metadata/kallor/..",
        "/operator/?%0d%0aSet-Cookie:%20a=b",
    ],
)
def test_a_login_leads_nowhere_but_to_our_pages(site: Site, path: str) -> None:
    location = site.log_in("reader", path).headers["Location"]
    assert location.startswith("/operator/")
    assert not location.startswith("//")
    assert not set(location) & set("\\\r\n\t ")


@pytest.mark.parametrize("path", ["//evil.example/operator/", "/\\evil.example"])
def test_an_address_that_looks_like_another_host_begins_no_login(
    site: Site, path: str
) -> None:
    answer = site.client.get(path, base_url=BRIDGE)
    location = answer.headers.get("Location", "")
    assert "evil.example" not in location.partition("?")[0].partition("#")[0]
    assert not site.client.get_cookie(PERSON, domain="bridge.example.se")


@pytest.mark.parametrize(
    "headers", [{"Host": "evil.example"}, {"X-Forwarded-Host": "evil.example"}]
)
def test_a_foreign_host_changes_no_address(site: Site, headers: dict[str, str]) -> None:
    answer = site.get(START, headers=headers)
    assert answer.status_code in {303, 400}
    assert "evil.example" not in answer.headers.get("Location", "")
    assert "evil.example" not in answer.text


# --- staying in -----------------------------------------------------------------------


def test_a_number_that_somebody_else_chose_becomes_nobodys_session(site: Site) -> None:
    hold(site, "chosen-by-the-attacker")
    site.log_in()
    assert session_of(site) != "chosen-by-the-attacker"
    attacker = site.another_browser()
    hold(attacker, "chosen-by-the-attacker")
    assert is_out(attacker.get(SOURCES))


def test_the_session_before_a_login_ends_with_it(site: Site) -> None:
    site.log_in("reader")
    old = session_of(site)
    assert old is not None
    site.client.delete_cookie(PERSON, domain="bridge.example.se")
    asked = site.begin_login()
    hold(site, old)
    site.answer(asked, OPERATORS["system"])
    assert session_of(site) != old
    attacker = site.another_browser()
    hold(attacker, old)
    assert is_out(attacker.get(SOURCES))


def test_somebody_idle_logs_in_again(site: Site) -> None:
    site.log_in()
    site.clock.advance(29 * MINUTE)
    assert site.get(SOURCES).status_code == 200
    site.clock.advance(30 * MINUTE)
    assert is_out(site.get(SOURCES))


def test_after_a_working_day_everybody_logs_in_again(site: Site) -> None:
    site.log_in()
    for _ in range(23):
        site.clock.advance(20 * MINUTE)
        assert site.get(SOURCES).status_code == 200
    site.clock.advance(20 * MINUTE)
    assert is_out(site.get(SOURCES))


def test_the_limits_are_settings(tmp_path: Path) -> None:
    site = make_site(tmp_path, more="[web]\nidle_minutes = 5\n")
    site.log_in()
    site.clock.advance(5 * MINUTE)
    assert is_out(site.get(SOURCES))


def test_a_removed_operator_is_out_at_the_next_click(site: Site) -> None:
    site.log_in("system")
    token = site.token()
    site.load(operators(system="valid_until = 2026-11-22"))
    answer = site.post(FETCH, {"csrf_token": token})
    assert answer.status_code == 403
    assert "Du är utloggad" in answer.text
    assert is_out(site.get(SOURCES))


def test_a_role_that_was_taken_counts_at_the_next_click(site: Site) -> None:
    site.log_in("system")
    assert site.get(FETCH).status_code == 200
    lowered = operators().replace('role = "system"', 'role = "reader"')
    site.load(lowered)
    answer = site.get(FETCH)
    assert answer.status_code == 403
    assert "Du har inte behörighet till den här sidan" in answer.text
    assert site.get(SOURCES).status_code == 200


def test_whoever_logs_out_is_out_in_every_tab(site: Site) -> None:
    site.log_in()
    held = session_of(site)
    assert held is not None
    answer = site.send("/logga-ut")
    assert answer.status_code == 200
    assert "Du är utloggad" in text_of(answer)
    assert session_of(site) in {None, ""}
    hold(site, held)
    assert is_out(site.get(SOURCES))


def test_nobody_else_can_log_somebody_out(site: Site) -> None:
    site.log_in()
    assert site.post("/logga-ut").status_code == 400
    assert site.get("/logga-ut").status_code == 200
    assert site.get(SOURCES).status_code == 200


# --- writing --------------------------------------------------------------------------


@pytest.mark.parametrize("token", [None, "", "invented", "a.b.c"])
def test_a_form_without_our_token_does_nothing(site: Site, token: str | None) -> None:
    site.log_in("system")
    form = {"name": "evil", "csrf_token": token} if token is not None else {}
    answer = site.post(FETCH, form)
    assert answer.status_code == 400
    assert "Sidan var för gammal" in answer.text
    assert "CSRF" not in answer.text


def test_the_token_of_somebody_elses_session_does_nothing(site: Site) -> None:
    attacker = site.another_browser()
    attacker.log_in("reader")
    site.log_in("system")
    answer = site.post(FETCH, {"csrf_token": attacker.token()})
    assert answer.status_code == 400


def test_the_token_of_an_earlier_session_does_nothing(site: Site) -> None:
    site.log_in("system")
    token = site.token()
    site.send("/logga-ut")
    site.log_in("system")
    assert site.post(FETCH, {"csrf_token": token}).status_code == 400


def test_a_token_may_come_from_an_older_page_of_the_same_session(site: Site) -> None:
    site.log_in("system")
    token = site.token()
    for _ in range(5):
        site.clock.advance(20 * MINUTE)
        site.get(SOURCES)
    assert site.post(FETCH, {"csrf_token": token}).status_code == 422


def test_a_form_without_a_session_does_nothing_and_says_so(site: Site) -> None:
    answer = site.post(FETCH, {"name": "x"})
    assert answer.status_code == 403
    assert "Det du skickade är inte sparat" in answer.text


def test_a_part_of_a_page_without_a_session_leads_to_a_whole_page(site: Site) -> None:
    answer = site.get(SOURCES, headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == SOURCES
    assert answer.get_data() == b""


def test_cancelling_leads_to_the_start_page(tmp_path: Path) -> None:
    site = make_site(tmp_path)
    request_id = site.begin_login()
    answer = site.post(f"/logga-in/{request_id[1:41]}/avbryt")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert site.answer(request_id, OPERATORS["system"]).status_code == 403


def test_the_page_with_methods_names_our_pages(site: Site) -> None:
    request_id = site.begin_login()
    page = site.get(f"/logga-in/{request_id[1:41]}")
    assert page.status_code == 200
    assert "Operatörssidorna" in text_of(page)
