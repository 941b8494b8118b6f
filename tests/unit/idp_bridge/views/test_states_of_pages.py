"""Every page says what it means when there is nothing, nobody or no database.

The tables are made against the map of addresses: a page that nobody put into them makes
the first test fail.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from werkzeug.routing import Rule

from idp_bridge.login.pending import Area
from idp_bridge.web.access import LOGGED_IN, OPEN, needed_by
from idp_bridge.web.rights import RIGHTS_OF_OPERATORS, Right
from tests.support.administration_pages import KURT, text_of
from tests.support.known_office import KnownOffice, know
from tests.support.operator_pages import Site, make_site
from tests.support.page_views import FILES, LISTS, THINGS, Nothing
from tests.support.permission_world import KOMMUN, REGION
from tests.support.register_pages import tree_of

EMPTY_OFFICE = "2120001355"
VERA = "SE2120001355-A001"
NEW_OFFICE = f"""
[[organisations]]
number = "{EMPTY_OFFICE}"
name = "Tomma kommun"
kind = "kommun"

[[agreements]]
organisation = "{EMPTY_OFFICE}"
service = "statlig-ersattning"
valid_from = 2025-01-01

[[administrators]]
organisation = "{EMPTY_OFFICE}"
hsa_id = "{VERA}"
given_name = "Vera"
surname = "Vik"
email = "vera@example.se"
"""
NOBODY = "9999999999"
"""The number of no organisation."""
MISSING: Mapping[str, str] = {
    "number": NOBODY,
    "membership": "999999",
    "change": "999999",
    "review": "999999",
    "name": "finns-inte",
    "service": "finns-inte",
    "permission": "finns-inte",
    "chapter": "finns-inte",
}
"""Values of addresses that lead to nothing."""
OF_ONE = "/operator/organisationer/1"
HOST = "bridge.example.se"
ALL_OF_OPERATORS = [view for view in LISTS if view.startswith("operator.")]
ALL_OF_ADMINISTRATORS = [view for view in LISTS if view.startswith("administration.")]


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnownOffice]:
    found = know(tmp_path_factory.mktemp("office"))
    found.office.load(NEW_OFFICE)
    yield found
    found.office.close()


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An installation with operators and one organisation that has nothing."""
    site = make_site(tmp_path_factory.mktemp("bare"), catalogue="")
    site.log_in("system")
    yield site
    site.close()


def need_of(known: KnownOffice, rule: Rule) -> Right | str | None:
    return needed_by(known.office.app.view_functions[rule.endpoint])


def pages_of_people(known: KnownOffice) -> Iterator[Rule]:
    for rule in known.office.app.url_map.iter_rules():
        is_ours = rule.endpoint != "static"
        if is_ours and need_of(known, rule) not in {OPEN, LOGGED_IN}:
            yield rule


def test_every_page_is_in_a_table(known: KnownOffice) -> None:
    rules = list(pages_of_people(known))
    with_form = {rule.rule for rule in rules if "POST" in (rule.methods or set())}
    read = {rule.endpoint for rule in rules if "GET" in (rule.methods or set())}
    forms = {
        rule.endpoint
        for rule in rules
        if "GET" in (rule.methods or set()) and rule.rule in with_form
    }
    tables = [*LISTS, *THINGS, *FILES]
    assert read - forms <= set(tables) <= read
    assert len(tables) == len(set(tables))


# --- nothing --------------------------------------------------------------------------


def says_it(page: Any, nothing: Nothing, places: Mapping[str, str]) -> bool:
    assert page.status_code == 200
    assert nothing.says in text_of(page)
    links = set(tree_of(page).xpath("//main//a/@href"))
    return not nothing.next or nothing.next.format(**places) in links


@pytest.mark.parametrize("view", ALL_OF_OPERATORS)
def test_an_empty_page_of_operators_says_what_to_do_next(bare: Site, view: str) -> None:
    nothing = LISTS[view]
    places = {"organisation": "1"}
    if "{organisation}" in nothing.at and bare.get(OF_ONE).status_code == 404:
        new = {"name": "Tomma kommun", "kind": "kommun", "number": EMPTY_OFFICE}
        assert bare.send("/operator/organisationer/ny", new).status_code == 303
    assert says_it(bare.get(nothing.at.format(**places)), nothing, places)


@pytest.mark.parametrize("view", ALL_OF_ADMINISTRATORS)
def test_an_empty_page_of_administrators_says_what_to_do_next(
    known: KnownOffice, view: str
) -> None:
    nothing, places = LISTS[view], {"number": EMPTY_OFFICE}
    office = known.office.another_browser()
    office.log_in(VERA)
    assert says_it(office.get(nothing.at.format(**places)), nothing, places)


# --- nobody ---------------------------------------------------------------------------


def test_what_belongs_to_others_answers_as_what_is_not_there(
    known: KnownOffice,
) -> None:
    office = known.office.another_browser()
    office.log_in(KURT)
    token = office.token()
    theirs = {
        "number": KOMMUN,
        "membership": known.known["member"],
        "change": "1",
        "review": "1",
        "name": known.known["file"].rpartition("/")[2],
        "service": "landsting",
        "permission": "granska",
        "chapter": "finns-inte",
    }
    seen = 0
    for rule in pages_of_people(known):
        if not rule.rule.startswith("/o/"):
            continue
        answers = [
            ask(office, rule, method, values, token)
            for method in (rule.methods or set()) & {"GET", "POST"}
            for values in ({**theirs, "number": REGION}, MISSING)
        ]
        if rule.arguments != {"number"}:
            answers += [
                ask(office, rule, method, values, token)
                for method in (rule.methods or set()) & {"GET", "POST"}
                for values in (theirs, {**MISSING, "number": KOMMUN})
            ]
        assert {status for status, _ in answers} == {404}, rule
        assert len({words for _, words in answers}) == 1, rule
        seen += 1
    assert seen >= 30


def ask(
    office: Any, rule: Rule, method: str, values: Mapping[str, str], token: str
) -> tuple[int, str]:
    address = re.sub(r"<(?:[^:>]+:)?(\w+)>", lambda found: values[found[1]], rule.rule)
    form = {"csrf_token": token} if method == "POST" else None
    answer = office.client.open(
        address, method=method, data=form, base_url=f"https://{HOST}"
    )
    return answer.status_code, text_of(answer)


def test_a_page_for_another_role_says_why_and_whom_to_ask(known: KnownOffice) -> None:
    office = known.office.another_browser()
    Site.log_in(office, "reader")
    mine = RIGHTS_OF_OPERATORS["reader"]  # type: ignore[index]
    seen = 0
    for rule in pages_of_people(known):
        need = need_of(known, rule)
        if not isinstance(need, Right) or need.area is not Area.OPERATOR:
            continue
        if need in mine or "GET" not in (rule.methods or set()):
            continue
        path = re.sub(r"<(?:[^:>]+:)?(\w+)>", "1", rule.rule)
        words = text_of(office.get(path))
        assert "Du har inte behörighet till den här sidan" in words, rule
        assert "Din roll räcker inte till. Be den som är systemansvarig" in words, rule
        seen += 1
    assert seen >= 20


# --- no database ----------------------------------------------------------------------


def test_without_its_database_every_page_says_so_and_when_to_come_back(
    tmp_path: Path,
) -> None:
    known = know(tmp_path)
    office, operator = known.office, known.office.another_browser()
    Site.log_in(operator, "system")
    with office.parts.engine.begin() as connection:
        connection.execute(text("ALTER TABLE people RENAME TO lost"))
        connection.execute(text("ALTER TABLE operators RENAME TO gone"))
    seen = 0
    for rule in pages_of_people(known):
        browser = operator if rule.endpoint.startswith("operator.") else office
        path = re.sub(r"<(?:[^:>]+:)?(\w+)>", "1", rule.rule)
        method = "GET" if "GET" in (rule.methods or set()) else "POST"
        answer = browser.client.open(path, method=method, base_url=f"https://{HOST}")
        assert answer.status_code == 503, rule
        assert answer.headers["Retry-After"] == "60"
        assert "Försök igen" in text_of(answer)
        seen += 1
    assert seen >= 100
