"""Nothing that somebody writes in any field of any page does harm or is stored badly.

The forms are found by going through the map of addresses, so a new page is attacked
from the day it is there.
"""

from collections.abc import Iterator

import pytest
from lxml import html
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from tests.support.building import (
    WRITTEN_IN,
    Building,
    Field,
    Form,
    Snapshot,
    make_building,
)
from tests.support.postgres import PostgresServer

MARK = "h0stile"
"""What every hostile text has in it, to find it again."""
MALFORMED = {
    "long": MARK + "x" * 10_000,
    "nul": f"{MARK}\x00b",
    "newline": f"{MARK}\r\nSet-Cookie: a=b",
    "separator": f"{MARK}\u2028b\u2029c",
    "override": f"{MARK}\u202eb",
}
"""What no line of text may have."""
DANGEROUS = {
    "markup": f"<script>alert('{MARK}')</script>\"'><img src=x onerror=alert(1)>",
    "formula": f"=cmd|' /C {MARK}'!A0",
}
HOSTILE = MALFORMED | DANGEROUS
SEVERAL_LINES = "textarea"
"""The only kind of field that a line break may be written in."""

WORDS_OF_ADDRESSES = (
    *("andring", "av", "behorighet", "borttagen", "dagar", "handelse", "id", "kalla"),
    *("klart", "lista", "ny", "organisation", "orsak", "roll", "sida", "sok"),
    *("sortera", "tillagd", "tjanst", "typ", "vem", "visa"),
)
"""What our pages read in a query, but for days: those are refused before a question."""


@pytest.fixture(scope="module")
def building(tmp_path_factory: pytest.TempPathFactory) -> Building:
    return make_building(tmp_path_factory.mktemp("building"))


@pytest.fixture(scope="module")
def forms(building: Building) -> list[Form]:
    return list(building.forms())


@pytest.fixture
def database(building: Building) -> Iterator[Snapshot]:
    before = Snapshot(building.office)
    yield before
    before.go_back()


def fields_of(form: Form) -> Iterator[Field]:
    """Go through what an attacker may change: everything but the token."""
    return (one for one in form.fields if one.name != "csrf_token")


def check_harmless(answer: TestResponse, where: object) -> None:
    """See that nothing of it runs, and that nothing is there that nobody sees."""
    assert answer.status_code < 500, where
    assert "a=b" not in str(answer.headers.get("Set-Cookie")), where
    if answer.mimetype != "text/html" or not answer.text:
        return
    tree = html.fromstring(answer.text)
    scripts = [str(one.get("src")) for one in tree.iter("script")]
    assert all(one.startswith("/static/") for one in scripts), where
    assert list(tree.iter("img")) == [], where
    names = [name for one in tree.iter() for name in one.attrib]
    assert [name for name in names if name.startswith("on")] == [], where
    for field in tree.iter("textarea"):
        field.text = ""  # there it stands as it was typed
    seen = str(tree.text_content())
    assert not set(seen) & set("\x00\u202e\u2028\u2029"), where


def stored_badly(database: Snapshot, kind: str, *, may_break: bool) -> list[str]:
    """Name the tables in which a text is that no line may have."""
    if kind not in MALFORMED or (may_break and kind == "newline"):
        return []
    return [
        table
        for table, rows in database.now().items()
        for row in rows
        for value in row
        if isinstance(value, str) and MARK in value and is_bad(value)
    ]


def is_bad(text: str) -> bool:
    return len(text) > 4000 or bool(set(text) & set("\x00\n\r\u2028\u2029\u202e"))


def attack(form: Form, field: Field, kind: str, database: Snapshot) -> int:
    """Write something hostile in one field; answers with the status."""
    where = (form.page, form.action, field.name, kind)
    answer = form.send(form.pairs(**{field.name: HOSTILE[kind]}))
    check_harmless(answer, where)
    if answer.status_code == 422:
        assert "error-summary" in answer.text or "problem" in answer.text, where
    if answer.status_code == 303:
        there = answer.headers["Location"]
        if there.startswith("/"):
            check_harmless(form.browser.get(there), where)
        may_break = field.kind == SEVERAL_LINES
        assert stored_badly(database, kind, may_break=may_break) == [], where
        database.go_back()
    return answer.status_code


def test_there_are_forms_to_attack(building: Building, forms: list[Form]) -> None:
    written = [one for form in forms for one in form.fields if one.kind in WRITTEN_IN]
    assert len(forms) > 50
    assert len(written) > 90
    reached = {building.rule_of(one.action) for one in forms if one.method == "POST"}
    assert len(reached & {rule for rule, _, _ in building.writes()}) > 30


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_is_written_in_any_field_does_no_harm(
    forms: list[Form], database: Snapshot, kind: str
) -> None:
    for form in forms:
        for field in fields_of(form):
            if field.kind in WRITTEN_IN:
                attack(form, field, kind, database)


@pytest.mark.parametrize("kind", ["nul", "markup"])
def test_what_a_page_sends_by_itself_does_no_harm_when_it_is_forged(
    forms: list[Form], database: Snapshot, kind: str
) -> None:
    for form in forms:
        for field in fields_of(form):
            if field.kind not in WRITTEN_IN:
                attack(form, field, kind, database)


@pytest.mark.parametrize("kind", ["nul", "markup"])
def test_every_address_that_takes_a_form_stands_fields_of_all_others(
    building: Building, forms: list[Form], database: Snapshot, kind: str
) -> None:
    names = {one.name for form in forms for one in fields_of(form)}
    tokens = {
        form.browser.session: dict(form.pairs())["csrf_token"]
        for form in forms
        if form.method == "POST"
    }
    for rule, address, browser in building.writes():
        token = tokens[browser.session]
        typed = {**dict.fromkeys(names, HOSTILE[kind]), "csrf_token": token}
        answer = browser.post(address, MultiDict(typed))
        check_harmless(answer, (rule, kind))
        assert stored_badly(database, kind, may_break=True) == [], (rule, kind)
        database.go_back()


@pytest.mark.usefixtures("database")
def test_what_is_kept_of_it_is_text_on_every_page(
    building: Building, forms: list[Form]
) -> None:
    kept = 0
    for form in forms:
        for field in fields_of(form):
            if form.method == "POST" and field.kind in {"text", "textarea"}:
                answer = form.send(form.pairs(**{field.name: DANGEROUS["markup"]}))
                kept += answer.status_code == 303
    assert kept > 5
    shown = 0
    for address, browser in building.pages():
        page = browser.get(address)
        check_harmless(page, address)
        shown += MARK in page.text
    assert shown > 5


@pytest.fixture(scope="module")
def on_postgresql(
    postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Building]:
    with postgres_server.fresh_database() as url:
        folder = tmp_path_factory.mktemp("postgresql")
        building = make_building(folder, more=f'database_url = "{url}"\n')
        yield building
        for site in (building.office, *building.browsers.values()):
            site.close()


@pytest.mark.peers
def test_postgresql_is_sent_nothing_that_it_refuses(on_postgresql: Building) -> None:
    for form in list(on_postgresql.forms()):
        for field in fields_of(form):
            for kind in ("nul", "long") if field.kind in WRITTEN_IN else ("nul",):
                pairs = form.pairs(**{field.name: HOSTILE[kind]})
                check_harmless(form.send(pairs), (form.action, field.name, kind))


@pytest.mark.peers
def test_postgresql_stands_every_address_with_signs_that_it_refuses(
    on_postgresql: Building,
) -> None:
    wrong = dict.fromkeys(WORDS_OF_ADDRESSES, MALFORMED["nul"])
    for address, browser in on_postgresql.pages():
        check_harmless(browser.get(address, query_string=wrong), address)
    for address, browser in on_postgresql.addresses_with(MALFORMED["nul"]):
        check_harmless(browser.get(address), address)
