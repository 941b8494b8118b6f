"""Whoever does not administer an organisation reads and writes nothing there."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import html
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from idp_bridge.login.pending import Area
from idp_bridge.web.access import needed_by
from idp_bridge.web.rights import Right
from tests.support.administration_pages import (
    ANNA,
    BERIT,
    FIA,
    FIELDS,
    GUSTAV,
    LIST,
    NEW,
    Office,
    is_out,
    make_office,
    text_of,
)
from tests.support.permission_world import KOMMUN, REGION

NOWHERE = "2120000290"
"""An organisation that nobody has registered."""
WRITES = {"POST", "PUT", "PATCH", "DELETE"}
VARYING = re.compile(r"[0-9A-Z]{9}|kl\. [0-9.]+|csrf_token.*?>|value=\"[^\"]*\"")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return make_office(tmp_path_factory.mktemp("office"))


@pytest.fixture
def office(shared: Office) -> Office:
    browser = shared.another_browser()
    browser.log_in(BERIT)
    return browser


def admin_rules(office: Office) -> Iterator[tuple[Rule, str]]:
    """Go through every route of administrators: rule and method."""
    for rule in office.app.url_map.iter_rules():
        need = needed_by(office.app.view_functions[rule.endpoint])
        if isinstance(need, Right) and need.area is Area.ADMIN:
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield rule, method


def fill(rule: Rule, number: str, membership: int) -> str:
    """Make an address of a route."""
    path = rule.rule.replace("<number>", number)
    path = re.sub(r"<int[^>]*:membership>", str(membership), path)
    path = re.sub(r"<int[^>]*>", "1", path)
    return re.sub(r"<[^>]+>", "x", path)


def same(one: TestResponse, other: TestResponse) -> bool:
    """Tell whether two answers differ in nothing but what differs every time."""
    return one.status_code == other.status_code and VARYING.sub(
        "", one.text
    ) == VARYING.sub("", other.text)


def everything(office: Office) -> list[str]:
    """Read the whole trail: whatever was written is in it."""
    return list(office.parts.authz.export_audit())


# --- other organisations --------------------------------------------------------------


def test_there_are_routes_to_attack(office: Office) -> None:
    assert len(list(admin_rules(office))) >= 12


def test_a_foreign_organisation_is_like_none_at_all(office: Office) -> None:
    before = everything(office)
    member, token = office.members()[FIA], office.token()
    seen = 0
    for rule, method in admin_rules(office):
        if "<number>" not in rule.rule:
            continue
        seen += 1
        answers = [
            office.client.open(
                fill(rule, number, member),
                method=method,
                data={"csrf_token": token, **FIELDS} if method == "POST" else None,
                base_url="https://bridge.example.se",
            )
            for number in (KOMMUN, NOWHERE)
        ]
        assert answers[0].status_code == 404, (method, rule.rule)
        assert same(*answers), (method, rule.rule)
        assert "Upplands" not in answers[0].text
        assert "Främmande" not in answers[0].text
    assert seen >= 12
    assert everything(office) == before


def test_a_foreign_user_is_like_nobody_at_all(office: Office) -> None:
    before = everything(office)
    foreign, token = office.members()[FIA], office.token()
    seen = 0
    for rule, method in admin_rules(office):
        if ":membership>" not in rule.rule:
            continue
        seen += 1
        answers = [
            office.client.open(
                fill(rule, REGION, member),
                method=method,
                data={"csrf_token": token, **FIELDS} if method == "POST" else None,
                base_url="https://bridge.example.se",
            )
            for member in (foreign, 999_999)
        ]
        assert answers[0].status_code == 404, (method, rule.rule)
        assert same(*answers), (method, rule.rule)
        assert "Främmande" not in answers[0].text
    assert seen >= 7
    assert everything(office) == before


def test_a_user_of_one_organisation_is_nobody_in_the_other(shared: Office) -> None:
    browser = shared.another_browser()
    browser.log_in(ANNA)
    member = browser.members()[FIA]
    assert browser.get(f"/o/{KOMMUN}/anvandare/{member}").status_code == 200
    assert browser.get(f"/o/{REGION}/anvandare/{member}").status_code == 404


def test_an_administrator_is_no_user_whose_page_there_is(office: Office) -> None:
    known = office.parts.administration.administrators(
        office.organisation_id(REGION), now=office.clock()
    )
    for each in known:
        page = office.get(f"{LIST}/{each.membership_id}")
        assert page.status_code == 404


@pytest.mark.parametrize("number", ["x", "%2e%2e", "2321000016%00", "²321000016", "0"])
def test_a_strange_number_is_no_organisation(office: Office, number: str) -> None:
    assert office.get(f"/o/{number}/anvandare").status_code == 404


# --- without a session ----------------------------------------------------------------


def test_a_stranger_reads_and_writes_nothing(shared: Office) -> None:
    member = shared.members()[GUSTAV]
    before = everything(shared)
    for rule, method in admin_rules(shared):
        answer = shared.another_browser().client.open(
            fill(rule, REGION, member),
            method=method,
            base_url="https://bridge.example.se",
        )
        assert is_out(answer) if method == "GET" else answer.status_code == 403
        assert "Gustav" not in answer.text
    assert everything(shared) == before


def test_an_operator_is_no_administrator(shared: Office) -> None:
    browser = shared.another_browser()
    browser.log_in("SE2021002163-O103", "/operator/")
    for rule, method in admin_rules(shared):
        answer = browser.client.open(
            fill(rule, REGION, 1), method=method, base_url="https://bridge.example.se"
        )
        assert is_out(answer) if method == "GET" else answer.status_code == 403


# --- forms of others ------------------------------------------------------------------


def test_every_form_needs_its_token(office: Office) -> None:
    member, before = office.members()[GUSTAV], everything(office)
    seen = 0
    for rule, method in admin_rules(office):
        if method not in WRITES:
            continue
        for form in ({}, {"csrf_token": "invented", "draft": "invented"}):
            answer = office.client.open(
                fill(rule, REGION, member),
                method=method,
                data={**FIELDS, **form},
                base_url="https://bridge.example.se",
            )
            assert answer.status_code == 400, (method, rule.rule)
            assert "Sidan var för gammal" in answer.text
        seen += 1
    assert seen >= 6
    assert everything(office) == before


def test_the_token_and_seal_of_somebody_else_do_nothing(office: Office) -> None:
    attacker = office.another_browser()
    attacker.log_in(ANNA)
    form = {**attacker.fields(NEW), **FIELDS}
    answer = office.post(NEW, form)
    assert answer.status_code == 400
    assert "Örjan" not in office.get(NEW).text
    assert FIELDS["hsa_id"] not in office.members()


def test_nothing_is_written_by_asking_for_a_page(office: Office) -> None:
    member, before = office.members()[GUSTAV], everything(office)
    for rule, method in admin_rules(office):
        if method == "GET" and "export" not in rule.rule and ".csv" not in rule.rule:
            office.get(fill(rule, REGION, member), query_string=FIELDS)
    assert everything(office) == before


# --- forms with more, or with something else ------------------------------------------


def test_a_form_takes_its_own_fields_only(tmp_path: Path) -> None:
    office = make_office(tmp_path)
    office.log_in(BERIT)
    more = {
        "role": "administrator",
        "person_role": "administrator",
        "organisation_id": str(office.organisation_id(KOMMUN)),
        "organisation": KOMMUN,
        "number": KOMMUN,
        "membership": "1",
        "id": "1",
        "permissions": "landsting:rapportera",
        "valid_until": "2020-01-01",
        "actor": "operator:1",
    }
    assert office.submit(NEW, {**FIELDS, **more}).status_code == 303
    user = office.user(office.members()[FIELDS["hsa_id"]])
    assert not any(one.grants for one in user.services)
    address = office.address(FIELDS["hsa_id"])
    office.submit(f"{address}/andra", {**more, "surname": "Ny"})
    changed = office.user(user.membership_id)
    assert (changed.person_id, changed.hsa_id) == (user.person_id, FIELDS["hsa_id"])
    assert changed.surname == "Ny"
    actors = {json.loads(entry)["actor"] for entry in everything(office)}
    assert "operator:1" not in actors
    assert len([each for each in actors if each.startswith("administrator:")]) == 1


HOSTILE = {
    "markup": "<script>alert(1)</script>",
    "attribute": '"><img src=x onerror=alert(1)>',
    "formula": "=cmd|' /C calc'!A0",
    "newline": "a\r\nSet-Cookie: a=b",
    "separator": "a\u2028b\u2029c",
    "long": "x" * 10_000,
    "nul": "a\x00b",
    "escape": "a\x1b[31mb",
    "override": "a\u202eb",
    "template": "{{ 7 * 7 }}{% for x in y %}",
    "sql": "'; DROP TABLE people; --",
    "surrogate": "a\ud800b".encode("utf-8", "replace").decode(),
}


@pytest.mark.parametrize("field", ["given_name", "surname", "hsa_id", "email"])
@pytest.mark.parametrize("kind", HOSTILE)
def test_what_somebody_types_is_refused_or_shown_as_text(
    office: Office, field: str, kind: str
) -> None:
    number = f"{list(HOSTILE).index(kind):02}{len(field)}"
    typed = {**FIELDS, "hsa_id": f"SE2321000016-H{number}", field: HOSTILE[kind]}
    answer = office.submit(NEW, typed)
    assert answer.status_code in {303, 422}, answer.text
    if answer.status_code == 303:
        answer = office.get(answer.headers["Location"])
        assert answer.status_code == 200
    check_harmless(answer)
    check_harmless(office.get(f"{LIST}?visa=alla"))


@pytest.mark.parametrize("parameter", ["sok", "tjanst", "behorighet", "sida", "lista"])
@pytest.mark.parametrize("kind", HOSTILE)
def test_an_address_is_shown_as_text(office: Office, parameter: str, kind: str) -> None:
    query = {parameter: HOSTILE[kind]}
    for page in (LIST, NEW, f"{LIST}/{office.members()[GUSTAV]}"):
        answer = office.get(page, query_string=query)
        assert answer.status_code in {200, 400, 414}
        check_harmless(answer)
    part = office.get(LIST, query_string=query, headers={"HX-Request": "true"})
    assert part.status_code == 200
    check_harmless(part)


def check_harmless(answer: TestResponse) -> None:
    """See that a page has only our own scripts, and no signs that nobody sees."""
    tree = html.fromstring(answer.text)
    scripts = [str(one.get("src")) for one in tree.iter("script")]
    assert all(one.startswith("/static/") for one in scripts)
    assert list(tree.iter("img")) == []
    assert not [
        name for one in tree.iter() for name in one.attrib if name.startswith("on")
    ]
    assert "Set-Cookie: a=b" not in str(answer.headers)
    for main in tree.iter("main"):
        seen = str(main.text_content())
        assert not set(seen) & set("\x00\x1b\u202e\u2028\u2029")
        assert "{% for" not in seen or "{{ 7 * 7 }}" in seen


def test_a_name_with_markup_reads_as_it_was_typed(office: Office) -> None:
    typed = {**FIELDS, "surname": "Ö <b>&amp; Co", "hsa_id": "SE2321000016-MARK1"}
    assert office.submit(NEW, typed).status_code == 303
    page = office.get(office.address("SE2321000016-MARK1"))
    assert "Örjan Ö <b>&amp; Co" in text_of(page)


def test_pages_are_kept_by_no_cache_and_run_nothing_inline(office: Office) -> None:
    for path in (LIST, NEW, f"{LIST}/{office.members()[GUSTAV]}", f"{LIST}/999999"):
        answer = office.get(path)
        assert answer.headers["Cache-Control"] == "no-store"
        policy = answer.headers["Content-Security-Policy"]
        assert "script-src 'self';" in policy
        assert "form-action 'self'" in policy
        assert "unsafe" not in policy
