"""Whatever goes wrong with a form of ours, nothing that somebody typed is lost.

The tables are made against the map of addresses: a form that nobody put into them makes
the first test fail.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from lxml import html
from werkzeug.test import TestResponse

from idp_bridge.web.access import LOGGED_IN, OPEN, needed_by
from tests.support.administration_pages import text_of
from tests.support.known_office import KnownOffice, know, values_on
from tests.support.page_forms import BUTTONS, FORMS, Form

NOT_SAVED = "Sidan var för gammal. Försök igen. Det du skrev är inte sparat ännu."
KEPT = "Det du skrev är inte sparat, men det finns kvar i 15 minuter."
SEALED = {"operator": "operator.search", "administration": "administration.add_user"}
"""A form with a seal, by the area of a view."""
EVERY = [(view, form) for view, forms in FORMS.items() for form in forms]
WRONG = [(view, form) for view, form in EVERY if form.wrong]
NAMES = [f"{view}-{form.to.rpartition('/')[2]}" for view, form in EVERY]


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnownOffice]:
    found = know(tmp_path_factory.mktemp("office"))
    yield found
    found.office.close()


def lost_on(page: TestResponse, form: Form, known: KnownOffice) -> dict[str, str]:
    """Find what was typed and is in no field of a page."""
    there = values_on(page)
    wrong = {known.at(name) for name in form.wrong} if page.status_code == 422 else {}
    typed = {known.at(name): known.at(value) for name, value in form.typed.items()}
    return {
        name: value
        for name, value in typed.items()
        if name not in wrong
        and value.strip() not in {each.strip() for each in there.get(name, set())}
    }


def test_every_form_is_in_a_table(known: KnownOffice) -> None:
    app = known.office.app
    written = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or set())
        and needed_by(app.view_functions[rule.endpoint]) not in {OPEN, LOGGED_IN, None}
    }
    assert written == FORMS.keys() | BUTTONS.keys()
    assert not FORMS.keys() & BUTTONS.keys()


def test_a_form_without_mistakes_says_why() -> None:
    assert [form for _, form in EVERY if not (form.wrong or form.never_wrong)] == []


@pytest.mark.parametrize(("view", "form"), EVERY, ids=NAMES)
def test_what_was_typed_survives_the_end_of_a_session(
    known: KnownOffice, view: str, form: Form
) -> None:
    office = known.office
    known.log_in(view)
    filled = known.fill_in(form)
    known.lose_session()
    answer = office.post(known.at(form.to), filled)
    assert (answer.status_code, KEPT in text_of(answer)) == (403, True)
    (way,) = html.fromstring(answer.text).xpath("//main//a/@href")
    known.log_in(view)
    page = office.get(way)
    assert (page.status_code, NOT_SAVED in text_of(page)) == (200, True)
    assert lost_on(page, form, known) == {}
    assert NOT_SAVED not in office.get(way).text


@pytest.mark.parametrize(("view", "form"), EVERY, ids=NAMES)
def test_a_form_of_an_earlier_session_is_shown_again_as_it_was_typed(
    known: KnownOffice, view: str, form: Form
) -> None:
    office = known.office
    known.log_in(view)
    filled = known.fill_in(form)
    known.log_in(view)
    answer = office.post(known.at(form.to), filled)
    assert answer.status_code == 303
    page = office.get(answer.headers["Location"])
    assert (page.status_code, NOT_SAVED in text_of(page)) == (200, True)
    assert lost_on(page, form, known) == {}


@pytest.mark.parametrize(("view", "path"), BUTTONS.items(), ids=BUTTONS)
def test_a_button_of_an_old_page_does_nothing_and_promises_nothing(
    known: KnownOffice, view: str, path: str
) -> None:
    office = known.office
    known.log_in(view)
    seal = known.fill_in(FORMS[SEALED[view.partition(".")[0]]][0])
    sent = {"draft": seal["draft"], "csrf_token": "of another session"}
    answer = office.post(known.at(path), sent)
    assert (answer.status_code, "Sidan var för gammal" in answer.text) == (400, True)
    known.lose_session()
    answer = office.post(known.at(path), sent)
    assert (answer.status_code, "Du är utloggad" in answer.text) == (403, True)
    assert "finns kvar" not in text_of(answer)


@pytest.mark.parametrize(
    ("view", "form"), WRONG, ids=[f"{v}-{f.to.rpartition('/')[2]}" for v, f in WRONG]
)
def test_a_form_with_mistakes_leads_to_them_and_loses_nothing(
    known: KnownOffice, view: str, form: Form
) -> None:
    known.log_in(view)
    answer = known.office.post(known.at(form.to), known.fill_in(form, form.wrong))
    assert answer.status_code == 422
    assert lost_on(answer, form, known) == {}
    tree = html.fromstring(answer.text)
    assert str(tree.findtext(".//title")).startswith("Fel: ")
    (summary,) = tree.find_class("error-summary")
    assert summary.get("role") == "alert"
    assert summary.get("tabindex") == "-1"
    assert "autofocus" in summary.attrib
    links = [str(link.get("href")) for link in summary.iter("a")]
    assert links
    for link in links:
        assert is_led_to(tree, link.removeprefix("#")), link


def is_led_to(tree: Any, name: str) -> bool:
    """Tell whether a link of the summary reaches something that can have the focus."""
    (target,) = tree.xpath("//*[@id=$name]", name=name)
    is_field = target.tag in {"input", "select", "textarea"}
    assert is_field or target.get("tabindex") is not None
    if is_field:
        assert target.get("aria-invalid") == "true"
        told = [
            tree.get_element_by_id(each).text_content()
            for each in str(target.get("aria-describedby")).split()
        ]
        assert all(told)
    return True
