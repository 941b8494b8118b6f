"""A session ends on time, says so before, and what was typed survives it."""

from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from lxml import html

from idp_bridge.saml.bindings import decode_redirect
from metadata import safe_xml
from tests.support.administration_pages import (
    ANNA,
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

MINUTE = timedelta(minutes=1)
DELEGATION = "[web]\nfresh_login_minutes = 20\n"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    office = make_office(tmp_path)
    office.log_in(BERIT)
    return office


def lose_session(office: Office) -> None:
    """End the session on the server, as its time does."""
    key = f"session:{sha256((office.session or '').encode()).hexdigest()}"
    assert office.parts.state.take(key) is not None


def test_the_page_knows_when_to_warn(office: Office) -> None:
    tree = html.fromstring(office.get(LIST).text)
    (box,) = tree.find_class("session-warning")
    assert (box.get("data-idle"), box.get("data-left")) == ("1800", "28800")
    assert "hidden" in box.attrib
    assert "Fortsätt vara inloggad" in str(box.text_content())
    office.clock.advance(10 * MINUTE)
    (box,) = html.fromstring(office.get(LIST).text).find_class("session-warning")
    assert box.get("data-left") == "28200"


def test_without_scripts_the_page_says_until_when(office: Office) -> None:
    page = office.get(LIST).text
    line = page.partition("<noscript>")[2].partition("</noscript>")[0]
    assert "Du är inloggad till kl. 13.30 om du inte gör något." in line


def test_one_button_keeps_a_session(office: Office) -> None:
    token = office.token()
    for _ in range(3):
        office.clock.advance(25 * MINUTE)
        answer = office.post("/admin/fortsatt", {"csrf_token": token})
        assert answer.status_code == 204
    assert office.get(LIST).status_code == 200


def test_the_button_needs_its_token_and_a_session(office: Office) -> None:
    assert office.post("/admin/fortsatt").status_code == 400
    assert office.another_browser().post("/admin/fortsatt").status_code == 403


def test_somebody_idle_reads_that_they_are_out(office: Office) -> None:
    office.clock.advance(30 * MINUTE)
    answer = office.get(f"{LIST}?sok=a")
    assert answer.status_code == 403
    assert (
        "Du har varit inaktiv länge och är utloggad. Logga in igen för att fortsätta."
    ) in text_of(answer)
    assert f'href="{LIST}?sok=a"' in answer.text
    assert office.session is None
    assert is_out(office.get(f"{LIST}?sok=a"))


def test_after_a_working_day_everybody_is_out(office: Office) -> None:
    for _ in range(23):
        office.clock.advance(20 * MINUTE)
        assert office.get(LIST).status_code == 200
    office.clock.advance(20 * MINUTE)
    assert office.get(LIST).status_code == 403


def test_what_was_typed_comes_back_after_the_login(office: Office) -> None:
    form = {**office.fields(NEW), **FIELDS}
    lose_session(office)
    answer = office.post(NEW, form)
    assert answer.status_code == 403
    assert "Det du skrev är inte sparat, men det finns kvar i 15 minuter." in text_of(
        answer
    )
    assert f'href="{NEW}"' in answer.text
    assert FIELDS["hsa_id"] not in office.members()
    back = office.log_in(BERIT, NEW).headers["Location"]
    page = office.get(back)
    tree = html.fromstring(page.text)
    for name, value in FIELDS.items():
        assert tree.get_element_by_id(name).get("value") == value
    assert "Det du skrev är inte sparat ännu." in text_of(page)
    again = html.fromstring(office.get(NEW).text)
    assert not again.get_element_by_id("surname").get("value")


def test_what_was_typed_is_for_nobody_else(office: Office) -> None:
    form = {**office.fields(NEW), **FIELDS}
    lose_session(office)
    office.post(NEW, form)
    office.log_in(ANNA, NEW)
    page = office.get(NEW)
    assert "Örjan" not in page.text


def test_what_was_typed_is_forgotten_after_a_quarter(office: Office) -> None:
    form = {**office.fields(NEW), **FIELDS}
    office.clock.advance(16 * MINUTE)
    office.post(NEW, {**form, "csrf_token": "old"})
    office.clock.advance(16 * MINUTE)
    assert "Örjan" not in office.get(NEW).text


@pytest.mark.parametrize("seal", ["", "1", "MQ.invented", "x" * 5000])
def test_a_form_without_our_seal_keeps_nothing(office: Office, seal: str) -> None:
    form = {**office.fields(NEW), **FIELDS, "draft": seal}
    lose_session(office)
    answer = office.post(NEW, form)
    assert answer.status_code == 403
    assert "finns kvar" not in text_of(answer)
    office.log_in(BERIT, NEW)
    assert "Örjan" not in office.get(NEW).text


def test_a_form_that_is_too_large_is_not_kept(office: Office) -> None:
    form = {**office.fields(NEW), **FIELDS, "surname": "x" * 60_000}
    lose_session(office)
    answer = office.post(NEW, form)
    assert answer.status_code == 403
    assert "finns kvar" not in text_of(answer)


def test_a_form_of_an_earlier_session_is_shown_once_more(office: Office) -> None:
    form = {**office.fields(NEW), **FIELDS}
    lose_session(office)
    office.client.delete_cookie("__Host-idpb_session", domain="bridge.example.se")
    office.log_in(BERIT)
    answer = office.post(NEW, form)
    assert (answer.status_code, answer.headers["Location"]) == (303, NEW)
    page = office.get(NEW)
    assert "Det du skrev är inte sparat ännu." in text_of(page)
    assert (
        html.fromstring(page.text).get_element_by_id("surname").get("value")
        == (FIELDS["surname"])
    )


# --- a fresh login --------------------------------------------------------------------


@pytest.fixture
def careful(tmp_path: Path) -> Office:
    office = make_office(tmp_path, more=DELEGATION)
    office.log_in(BERIT)
    return office


def test_an_old_login_is_asked_for_again_before_permissions(careful: Office) -> None:
    address = f"{careful.address(GUSTAV)}/behorigheter"
    assert careful.get(address).status_code == 200
    careful.clock.advance(21 * MINUTE)
    assert careful.get(LIST).status_code == 200
    asked = careful.get(address)
    assert is_out(asked)


def test_the_person_must_show_who_they_are_anew(careful: Office) -> None:
    careful.clock.advance(21 * MINUTE)
    asked = careful.get(f"{careful.address(GUSTAV)}/behorigheter")
    query = asked.headers["Location"].partition("?")[2].encode()
    request = safe_xml.parse(decode_redirect(query).xml)
    assert request.get("ForceAuthn") == "true"
    first = careful.another_browser().get("/admin/")
    query = first.headers["Location"].partition("?")[2].encode()
    assert safe_xml.parse(decode_redirect(query).xml).get("ForceAuthn") == "false"


def test_a_change_with_an_old_login_is_kept_and_not_done(careful: Office) -> None:
    address = f"{careful.address(GUSTAV)}/andra"
    form = {**careful.fields(address), "surname": "Nyman"}
    careful.clock.advance(21 * MINUTE)
    answer = careful.post(address, form)
    assert answer.status_code == 403
    text = text_of(answer)
    assert "För att ändra behörigheter behöver du legitimera dig igen." in text
    assert "Det du skrev är inte sparat, men det finns kvar i 15 minuter." in text
    member = int(careful.address(GUSTAV).rpartition("/")[2])
    assert careful.user(member).surname == "Zakarias"


def test_adding_and_looking_need_no_fresh_login(careful: Office) -> None:
    careful.clock.advance(21 * MINUTE)
    assert careful.submit(NEW, FIELDS).status_code == 303


def test_removing_is_quick_and_restoring_needs_a_fresh_login(careful: Office) -> None:
    address = careful.address(GUSTAV)
    member = int(address.rpartition("/")[2])
    careful.submit(f"{address}/ta-bort")
    again = careful.fields(address)
    assert careful.post(f"{address}/aterstall", again).status_code == 303
    assert not careful.user(member).removed
    careful.clock.advance(21 * MINUTE)
    assert careful.submit(f"{address}/ta-bort").status_code == 303
    answer = careful.post(f"{address}/aterstall", again)
    assert answer.status_code == 403
    assert "behöver du legitimera dig igen" in text_of(answer)
    assert careful.user(member).removed
