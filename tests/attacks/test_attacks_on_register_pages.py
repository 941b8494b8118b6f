"""Nobody changes the register without the right, and nothing typed does harm."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from idp_bridge.web.access import needed_by
from idp_bridge.web.rights import Right
from tests.support.operator_pages import OPERATORS, SOURCES, Site, make_site, text_of
from tests.support.permission_world import ALICE, KOMMUN, REGION
from tests.support.register_pages import (
    BASE,
    HOSTILE,
    MALFORMED,
    follow,
    organisation_id,
    problems_of,
    trail,
    tree_of,
)

ORGANISATIONS = f"{BASE}/organisationer"
NEW = f"{ORGANISATIONS}/ny"
FORM = {"name": "Ny kommun", "kind": "kommun", "number": "2120001553"}
NEW_PERSON = {
    "given_name": "Eve",
    "surname": "Evil",
    "hsa_id": "SE2321000016-E001",
    "email": "eve@example.se",
}
HANDLERS = {Right.METADATA_REFRESH, Right.REGISTER_CHANGE}
BIG = 2**63


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return make_site(tmp_path)


def writes(app: Flask) -> Iterator[tuple[str, Right]]:
    """List every address of operators that a form is sent to, and its right."""
    values = {
        "organisation_id": 1,
        "agreement_id": 1,
        "membership_id": 1,
        "operator_id": 1,
        "notice_id": 1,
        "filter_id": 1,
        "code": "landsting",
        "permission": "rapportera",
        "number": "2321000016",
        "name": "sambi",
    }
    adapter = app.url_map.bind("bridge.example.se")
    for rule in app.url_map.iter_rules():
        if not rule.endpoint.startswith("operator.") or "POST" not in (
            rule.methods or ()
        ):
            continue
        needed = needed_by(app.view_functions[rule.endpoint])
        assert isinstance(needed, Right), rule.endpoint
        wanted = {name: values[name] for name in rule.arguments}
        yield adapter.build(rule.endpoint, wanted, method="POST"), needed


WRITERS = {
    Right.REGISTER_READ: "explain look_up_person remove_filter save_filter search",
    Right.REGISTER_CHANGE: (
        "add_administrator add_agreement add_number add_organisation"
        " change_administrator change_agreement change_organisation"
        " end_administrator end_agreement end_organisation make_main_number"
        " promote_user remove_number reopen_organisation replace_administrator"
    ),
    Right.CATALOGUE_CHANGE: (
        "add_entity_to_service add_permission add_service change_permission"
        " change_service end_permission end_service remove_entity_from_service"
    ),
    Right.NOTICES_CHANGE: "add_notice change_notice end_notice",
    Right.OPERATORS_CHANGE: "add_operator change_operator end_operator",
}
"""Views that a form is sent to, by the right that each needs."""


def written(site: Site) -> list[str]:
    return [one["hash"] for one in trail(site)]


# --- rights ---------------------------------------------------------------------------


def test_every_form_needs_the_right_that_it_should(site: Site) -> None:
    found: dict[str, set[str]] = {}
    for rule in site.app.url_map.iter_rules():
        if rule.endpoint.startswith("operator.") and "POST" in (rule.methods or ()):
            needed = needed_by(site.app.view_functions[rule.endpoint])
            name = rule.endpoint.partition(".")[2]
            found.setdefault(str(needed), set()).add(name)
    register = {
        right: names for right, names in found.items() if "metadata" not in right
    }
    assert register == {right: set(names.split()) for right, names in WRITERS.items()}


def test_a_form_of_a_page_needs_the_right_of_its_answer(site: Site) -> None:
    views = site.app.view_functions
    by_path: dict[str, set[object]] = {}
    for rule in site.app.url_map.iter_rules():
        if rule.endpoint.startswith("operator."):
            by_path.setdefault(rule.rule, set()).add(needed_by(views[rule.endpoint]))
    assert {path: rights for path, rights in by_path.items() if len(rights) > 1} == {}


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        ("reader", {Right.REGISTER_READ}),
        ("handler", {Right.REGISTER_READ} | HANDLERS),
    ],
)
def test_every_form_is_refused_without_its_right(
    site: Site, role: str, allowed: set[Right]
) -> None:
    site.log_in(role)
    before = written(site)
    refused = [url for url, needed in writes(site.app) if needed not in allowed]
    assert len(refused) > 10
    token = site.token()
    statuses = {url: site.post(url, {"csrf_token": token}) for url in refused}
    assert {url: one.status_code for url, one in statuses.items()} == dict.fromkeys(
        refused, 403
    )
    assert written(site) == before


def test_every_form_is_refused_without_a_token(site: Site) -> None:
    site.log_in("system")
    before = written(site)
    urls = [url for url, _ in writes(site.app)]
    assert len(urls) > 25
    assert {url: site.post(url).status_code for url in urls} == dict.fromkeys(urls, 400)
    assert written(site) == before


def test_every_form_is_refused_without_a_session(site: Site) -> None:
    before = written(site)
    urls = [url for url, _ in writes(site.app)]
    assert {url: site.post(url).status_code for url in urls} == dict.fromkeys(urls, 403)
    assert written(site) == before


def test_a_reader_can_send_no_form_that_is_refused(site: Site) -> None:
    site.log_in("reader")
    region = f"{ORGANISATIONS}/{organisation_id(site, REGION)}"
    pages = [
        ORGANISATIONS,
        region,
        f"{region}/avtal",
        f"{region}/administratorer",
        f"{BASE}/e-tjanster/landsting",
        f"{BASE}/notiser",
    ]
    refused = {url for url, needed in writes(site.app) if needed != "register:read"}
    for page in pages:
        shown = site.get(page)
        assert shown.status_code == 200
        tree = tree_of(shown)
        assert not refused & set(tree.xpath("//a/@href")), page
        for form in tree.xpath("//form[not(ancestor::fieldset[@disabled])]"):
            assert form.get("action") not in refused, page


def test_a_role_that_was_taken_counts_at_the_next_form(site: Site) -> None:
    site.log_in("handler")
    token = site.token()
    operators = site.parts.office.operators
    one = next(o for o in operators.list() if o.hsa_id == OPERATORS["handler"])
    operators.end(one.id, actor="test", now=site.clock())
    assert site.post(NEW, {**FORM, "csrf_token": token}).status_code == 403


def test_what_is_shown_is_not_kept(site: Site) -> None:
    site.log_in("system")
    for path in ("", "organisationer", "person", "logg", "operatorer", "notiser"):
        answer = site.get(f"{BASE}/{path}")
        assert answer.headers["Cache-Control"] == "no-store"


# --- things that are not there --------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "organisationer/999",
        f"organisationer/{BIG}",
        "organisationer/-1",
        "organisationer/1%00",
        "organisationer/999/avsluta",
        "organisationer/999/anvandare",
        "organisationer/999/handelser",
        "organisationer/1/administratorer/999/avsluta",
        f"organisationer/1/administratorer/{BIG}/andra",
        "avtal/999/avsluta",
        f"avtal/{BIG}/andra",
        "e-tjanster/finns-inte",
        "e-tjanster/%00",
        "e-tjanster/landsting/behorigheter/finns-inte/andra",
        "e-tjanster/statlig-ersattning/behorigheter/rapportera/andra",
        "notiser/999/andra",
        "operatorer/999/andra",
    ],
)
def test_what_is_not_there_is_not_found(site: Site, path: str) -> None:
    site.log_in("system")
    assert site.get(f"{BASE}/{path}").status_code == 404


def test_an_administrator_is_reached_through_their_organisation_only(
    site: Site,
) -> None:
    site.log_in("handler")
    kommun = organisation_id(site, KOMMUN)
    found = site.parts.office.administrators.list(organisation_id(site, REGION))
    foreign = f"{ORGANISATIONS}/{kommun}/administratorer/{found[0].membership_id}"
    for page in ("andra", "byt-ut", "avsluta"):
        assert site.get(f"{foreign}/{page}").status_code == 404
        assert site.send(f"{foreign}/{page}", NEW_PERSON).status_code == 404


def test_a_user_is_not_ended_as_an_administrator(site: Site) -> None:
    site.log_in("handler")
    region = organisation_id(site, REGION)
    user = site.parts.office.people.look_up(ALICE, actor="test", now=site.clock())
    assert user is not None
    number = user.memberships[0].membership_id
    page = f"{ORGANISATIONS}/{region}/administratorer/{number}"
    assert site.send(f"{page}/avsluta").status_code == 404
    assert site.send(f"{page}/byt-ut", NEW_PERSON).status_code == 404


# --- hostile input --------------------------------------------------------------------


@pytest.mark.parametrize("kind", MALFORMED)
@pytest.mark.parametrize("field", ["name", "number", "kind"])
def test_what_no_line_may_hold_is_refused(site: Site, kind: str, field: str) -> None:
    site.log_in("handler")
    answer = site.send(NEW, {**FORM, field: HOSTILE[kind]})
    assert answer.status_code == 422
    assert problems_of(answer)
    assert len(site.parts.office.services.names()) == 2
    assert "Ny kommun" not in text_of(site.get(ORGANISATIONS))


@pytest.mark.parametrize("kind", ["markup", "quote", "template"])
def test_markup_is_text_on_every_page(site: Site, kind: str) -> None:
    evil = HOSTILE[kind]
    site.log_in("handler")
    follow(site, site.send(NEW, {**FORM, "name": evil}))
    page = f"{ORGANISATIONS}/{organisation_id(site, FORM['number'])}"
    person = {**NEW_PERSON, "given_name": evil, "surname": evil}
    follow(site, site.send(f"{page}/administratorer/ny", person))
    for path in (
        ORGANISATIONS,
        page,
        f"{page}/administratorer",
        f"{page}/handelser",
        f"{page}/avsluta",
        f"{BASE}/logg",
        f"{BASE}/",
    ):
        shown = site.get(path)
        assert shown.status_code == 200
        assert "<script>alert" not in shown.text
        assert "<img src=x" not in shown.text
        assert ">49<" not in shown.text
    assert evil in text_of(site.get(page))


@pytest.mark.parametrize("kind", sorted(HOSTILE))
def test_what_is_looked_for_does_no_harm(site: Site, kind: str) -> None:
    site.log_in("reader")
    for path, name in (
        (ORGANISATIONS, "sok"),
        (ORGANISATIONS, "typ"),
        (BASE + "/logg", "av"),
    ):
        answer = site.get(path, query_string={name: HOSTILE[kind]})
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text
        assert "onerror=alert(1)>" not in answer.text


def test_a_note_says_only_what_we_say(site: Site) -> None:
    site.log_in("reader")
    page = site.get(f"{ORGANISATIONS}?klart=<script>Ditt konto är spärrat")
    assert "spärrat" not in text_of(page)


def test_nothing_personal_is_logged(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    site.log_in("reader")
    capsys.readouterr()
    site.send(f"{BASE}/person", {"hsa_id": ALICE})
    site.send(f"{BASE}/forklara", {"hsa_id": ALICE, "service_code": "landsting"})
    said = "".join(capsys.readouterr())
    assert ALICE not in said
    assert "Öberg" not in said
    assert site.get(SOURCES).status_code == 200
