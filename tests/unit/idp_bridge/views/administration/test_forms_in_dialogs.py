"""The same form is a page, and a part that a script puts into a dialog."""

from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from lxml import html
from werkzeug.test import TestResponse

from tests.support.administration_pages import (
    BERIT,
    FIELDS,
    GUSTAV,
    LIST,
    NEW,
    Office,
    is_out,
    make_office,
    text_of,
)

SCRIPT = {"headers": {"HX-Request": "true"}}
OLD_LOGIN = "[web]\nfresh_login_minutes = 20\n"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    office = make_office(tmp_path)
    office.log_in(BERIT)
    return office


def address(office: Office, what: str) -> str:
    return NEW if what == "ny" else f"{office.address(GUSTAV)}/{what}"


@pytest.mark.parametrize(
    ("what", "heading"),
    [
        ("ny", "Lägg till användare"),
        ("andra", "Ändra användare"),
        ("ta-bort", "Ta bort användare"),
    ],
)
def test_a_script_gets_the_form_without_a_page_around_it(
    office: Office, what: str, heading: str
) -> None:
    path = address(office, what)
    part = office.get(path, **SCRIPT)
    assert part.headers["Cache-Control"] == "no-store"
    assert "<html" not in part.text
    tree = html.fromstring(part.text)
    assert tree.findtext(".//h2[@id='ruta-rubrik']") == heading
    (form,) = tree.iter("form")
    assert form.get("hx-post") == form.get("action") == path
    assert form.get("hx-target") == "#ruta-innehall"
    page = html.fromstring(office.get(path).text)
    (plain,) = [one for one in page.iter("form") if one.get("action") == path]
    assert plain.get("hx-post") is None
    assert names_in(plain) == names_in(form)
    assert page.findtext(".//h1") == heading


def names_in(form: html.HtmlElement) -> list[str | None]:
    return [field.get("name") for field in form.iter("input")]


@pytest.mark.parametrize("what", ["ny", "andra", "ta-bort"])
def test_what_opens_a_dialog_is_a_link_to_the_page(office: Office, what: str) -> None:
    path = address(office, what)
    before = LIST if what == "ny" else office.address(GUSTAV)
    tree = html.fromstring(office.get(before).text)
    (link,) = [one for one in tree.iter("a") if one.get("hx-get") == path]
    assert link.get("href") == path
    assert tree.xpath("//dialog/@aria-labelledby") == ["ruta-rubrik"]


def test_mistakes_stay_in_the_dialog(office: Office) -> None:
    wrong = {**FIELDS, "surname": "", "csrf_token": office.token()}
    answer = office.post(NEW, wrong, **SCRIPT)
    assert answer.status_code == 422
    assert "Fyll i efternamnet." in answer.text
    assert FIELDS["hsa_id"] in answer.text
    assert "<html" not in answer.text
    (form,) = html.fromstring(answer.text).iter("form")
    assert form.get("hx-status:42x") == "swap:innerHTML"


def test_a_saved_form_sends_the_browser_to_the_next_page(office: Office) -> None:
    answer = office.post(NEW, {**FIELDS, "csrf_token": office.token()}, **SCRIPT)
    assert (answer.status_code, answer.text) == (204, "")
    page = office.get(answer.headers["HX-Redirect"])
    assert "Örjan Åkesson är tillagd." in text_of(page)


def lose_session(office: Office) -> None:
    key = f"session:{sha256((office.session or '').encode()).hexdigest()}"
    assert office.parts.state.take(key) is not None


def sent_on_to(answer: TestResponse) -> str:
    assert (answer.status_code, answer.text) == (401, "")
    return str(answer.headers["HX-Redirect"])


def test_what_was_typed_in_a_dialog_survives_the_session(office: Office) -> None:
    typed = {**office.fields(NEW), **FIELDS}
    lose_session(office)
    assert sent_on_to(office.get(NEW, **SCRIPT)) == NEW
    assert office.post(NEW, typed, **SCRIPT).status_code == 403
    assert "finns kvar i 15 minuter" in text_of(office.post(NEW, typed))
    assert FIELDS["hsa_id"] not in office.members()
    office.log_in(BERIT, NEW)
    page = office.get(NEW)
    assert "Det du skrev är inte sparat ännu." in text_of(page)
    assert FIELDS["hsa_id"] in page.text


def test_a_dialog_that_needs_a_fresh_login_becomes_a_page(tmp_path: Path) -> None:
    office = make_office(tmp_path, more=OLD_LOGIN)
    office.log_in(BERIT)
    path = f"{office.address(GUSTAV)}/andra"
    typed = {**office.fields(path), "surname": "Nyström"}
    office.clock.advance(timedelta(minutes=21))
    assert sent_on_to(office.get(path, **SCRIPT)) == path
    assert office.post(path, typed, **SCRIPT).status_code == 403
    assert is_out(office.get(path))
    page = text_of(office.post(path, typed))
    assert "För att ändra behörigheter behöver du legitimera dig igen." in page
    assert "finns kvar i 15 minuter" in page
