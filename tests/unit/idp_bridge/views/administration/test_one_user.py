"""A user is seen, changed, removed and brought back (the manual, 7 to 9)."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from lxml import html
from sqlalchemy import update

from authz.administration.errors import NotFoundError
from authz.tables import MembershipRow, OrganisationRow
from tests.support.administration_pages import (
    ANNA,
    BERIT,
    GUSTAV,
    LIST,
    Office,
    make_office,
    rows_of,
    text_of,
)
from tests.support.permission_world import ALICE, BOB, CHARLIE


@pytest.fixture
def office(tmp_path: Path) -> Office:
    office = make_office(tmp_path)
    office.log_in(BERIT)
    return office


@pytest.fixture
def gustav(office: Office) -> str:
    return office.address(GUSTAV)


def test_a_user_is_seen_with_permissions_by_service(
    office: Office, gustav: str
) -> None:
    text = text_of(office.get(gustav))
    for words in (
        "Tillbaka till användare",
        "Användaruppgifter",
        "Gustav Zakarias",
        GUSTAV,
        "gruppen@example.se",
        "Ändra användaruppgifter",
        "Aktuella behörigheter",
        "Rapportera hälsoundersökning given 2026-11-23 av",
        "Asylsökande i förskola given 2026-11-23 av",
        "Ändra och lägg till behörigheter",
        "Ta bort användare",
    ):
        assert words in text


def test_a_user_without_permissions_is_said_to_have_none(office: Office) -> None:
    text = text_of(office.get(office.address(CHARLIE)))
    assert "Användaren har inga behörigheter ännu." in text


def test_the_way_to_the_permissions_is_one_link(office: Office, gustav: str) -> None:
    tree = html.fromstring(office.get(gustav).text)
    link = tree.get_element_by_id("ge-behorigheter")
    assert link.get("href") == f"{gustav}/behorigheter"
    assert office.get(str(link.get("href"))).status_code == 200


@pytest.mark.parametrize(
    "number", ["0", "999999", "2147483647", "99999999999", "x", "-1"]
)
def test_nobody_is_not_found(office: Office, number: str) -> None:
    assert office.get(f"{LIST}/{number}").status_code == 404


# --- changing -------------------------------------------------------------------------


def test_names_and_address_are_changed(office: Office, gustav: str) -> None:
    typed = {"given_name": "Gösta", "email": "gosta@example.se"}
    answer = office.submit(f"{gustav}/andra", typed)
    assert answer.headers["Location"] == f"{gustav}?klart=andrad"
    text = text_of(office.get(answer.headers["Location"]))
    assert "Uppgifterna om Gösta Zakarias är sparade." in text
    assert "gosta@example.se" in text


def test_the_form_has_the_words_of_the_manual(office: Office, gustav: str) -> None:
    page = office.get(f"{gustav}/andra")
    for words in ("Ändra användare", "Spara", "Avbryt"):
        assert words in text_of(page)
    assert html.fromstring(page.text).get_element_by_id("hsa_id").get("value") == GUSTAV


def test_a_field_that_was_emptied_is_refused_and_kept(
    office: Office, gustav: str
) -> None:
    answer = office.submit(f"{gustav}/andra", {"surname": "", "given_name": "Göte"})
    assert answer.status_code == 422
    assert "Fyll i efternamnet." in text_of(answer)
    assert html.fromstring(answer.text).get_element_by_id("given_name").get(
        "value"
    ) == ("Göte")


def test_another_hsa_id_is_confirmed_first(office: Office, gustav: str) -> None:
    new = "SE2321000016-B999"
    asked = office.submit(f"{gustav}/andra", {"hsa_id": new})
    assert asked.status_code == 200
    assert (
        f"Användaren kan inte längre logga in med {GUSTAV} utan bara med {new}."
    ) in text_of(asked)
    assert GUSTAV in office.members()
    answer = office.submit(f"{gustav}/andra", {"hsa_id": new, "confirmed": new})
    assert answer.status_code == 303
    assert office.address(new) == gustav
    assert "Asylsökande i förskola" in text_of(office.get(gustav))


def test_a_confirmation_is_for_one_hsa_id(office: Office, gustav: str) -> None:
    typed = {"hsa_id": "SE2321000016-B998", "confirmed": "SE2321000016-B999"}
    answer = office.submit(f"{gustav}/andra", typed)
    assert answer.status_code == 200
    assert GUSTAV in office.members()


def test_an_hsa_id_of_somebody_else_is_refused(office: Office, gustav: str) -> None:
    answer = office.submit(f"{gustav}/andra", {"hsa_id": ALICE, "confirmed": ALICE})
    assert answer.status_code == 422
    assert "Det finns redan en användare med detta HSA-id: Åsa Öberg." in text_of(
        answer
    )


def test_two_who_change_the_same_user_lose_nothing(office: Office, gustav: str) -> None:
    form = office.fields(f"{gustav}/andra")
    other = office.another_browser()
    other.log_in(ANNA)
    other.submit(f"{gustav}/andra", {"surname": "Annas"})
    answer = office.post(f"{gustav}/andra", {**form, "email": "min@example.se"})
    assert answer.status_code == 409
    text = text_of(answer)
    assert "Gustav Annas ändrades av Anna Admin kl. 13.00" in text
    assert "Dina ändringar är inte sparade." in text
    tree = html.fromstring(answer.text)
    assert tree.get_element_by_id("email").get("value") == "min@example.se"
    mine = {
        str(one.name): str(one.value or "") for one in tree.forms[-1].inputs if one.name
    }
    assert office.post(f"{gustav}/andra", mine).status_code == 303
    assert "min@example.se" in text_of(office.get(gustav))


@pytest.mark.parametrize("version", ["", "x", "9" * 40, "-", "\u0663"])
def test_a_form_without_its_version_changes_nothing(
    office: Office, gustav: str, version: str
) -> None:
    answer = office.submit(f"{gustav}/andra", {"surname": "Ny", "version": version})
    assert answer.status_code == 409
    assert "Zakarias" in text_of(office.get(gustav))


# --- removing -------------------------------------------------------------------------


def test_the_control_question_is_the_manuals(office: Office, gustav: str) -> None:
    page = office.get(f"{gustav}/ta-bort")
    text = text_of(page)
    assert "Är du säker på att du vill ta bort denna användare?" in text
    assert "Användaren förlorar 2 behörigheter i 2 e-tjänster." in text
    assert "Ärenden i e-tjänsterna påverkas inte." in text
    tree = html.fromstring(page.text)
    (focused,) = tree.xpath("//*[@autofocus]")
    assert (focused.text, focused.get("href")) == ("Avbryt", gustav)
    assert tree.xpath("//main//button")[0].text == "OK"


def test_looking_at_the_question_removes_nobody(office: Office, gustav: str) -> None:
    office.get(f"{gustav}/ta-bort")
    assert GUSTAV in office.members()


def test_a_removed_user_is_gone_and_can_be_brought_back(
    office: Office, gustav: str
) -> None:
    member = office.members()[GUSTAV]
    answer = office.submit(f"{gustav}/ta-bort")
    assert answer.headers["Location"] == f"{LIST}?borttagen={member}"
    page = office.get(answer.headers["Location"])
    assert "Gustav" not in rows_of(page)
    assert "Gustav Zakarias är borttagen och kan inte längre logga in i" in text_of(
        page
    )
    text = text_of(office.get(gustav))
    assert "Borttagen 2026-11-23 av Berit Bok" in text
    assert "Ändra användaruppgifter" not in text
    restored = _restore(office, gustav)
    assert restored == f"{gustav}?klart=aterstalld"
    text = text_of(office.get(restored))
    assert "Gustav Zakarias är återställd." in text
    assert "Rapportera hälsoundersökning" in text


def _restore(office: Office, address: str) -> str:
    form = {"csrf_token": office.token()}
    return office.post(f"{address}/aterstall", form).headers["Location"]


def test_whoever_is_removed_does_not_get_in(office: Office) -> None:
    office.submit(f"{office.address(ALICE)}/ta-bort")
    service = office.parts.authz.service_of_code("landsting")
    decision = office.parts.authz.decide(
        ALICE, service, organisation_numbers=(), now=office.clock()
    )
    assert decision.released == ()


def test_nobody_comes_back_after_a_month(office: Office, gustav: str) -> None:
    office.submit(f"{gustav}/ta-bort")
    member = int(gustav.rpartition("/")[2])
    assert office.user(member).removed is not None
    office.clock.advance(timedelta(days=31))
    with pytest.raises(NotFoundError):
        office.user(member)


def test_restoring_somebody_who_is_there_says_so(office: Office) -> None:
    address = office.address(BOB)
    answer = office.post(f"{address}/aterstall", {"csrf_token": office.token()})
    assert answer.status_code == 409
    assert "Användaren är redan återställd." in text_of(answer)


def test_removing_twice_is_removing_once(office: Office, gustav: str) -> None:
    form = office.fields(f"{gustav}/ta-bort")
    assert office.post(f"{gustav}/ta-bort", form).status_code == 303
    written = list(office.parts.authz.export_audit())
    assert office.post(f"{gustav}/ta-bort", form).status_code == 303
    assert list(office.parts.authz.export_audit()) == written


@pytest.mark.parametrize("number", ["9" * 30, "-1", "x", "999999", "\u0663", ""])
@pytest.mark.parametrize("page", [f"{LIST}?borttagen=", f"{LIST}/ny?tillagd="])
def test_an_address_that_names_nobody_says_nothing(
    office: Office, page: str, number: str
) -> None:
    answer = office.get(page + number)
    assert answer.status_code == 200
    assert "är borttagen" not in text_of(answer)
    assert "är tillagd" not in text_of(answer)


def test_a_user_is_seen_with_the_day_of_the_last_login_to_each_service(
    office: Office, gustav: str
) -> None:
    assert text_of(office.get(gustav)).count("Senast inloggad: aldrig") == 2
    authz, now = office.parts.authz, office.clock()
    service = authz.service_of_code("landsting")
    facts = authz.decide(GUSTAV, service, organisation_numbers=(), now=now).facts
    authz.note_login(facts.last_login, now=now)
    text = text_of(office.get(gustav))
    assert "Senast inloggad: 2026-11-23" in text
    assert text.count("Senast inloggad: aldrig") == 1
    with office.parts.engine.begin() as connection:
        since = date(2026, 11, 24)
        connection.execute(update(OrganisationRow).values(logins_since=since))
    assert "Senast inloggad: inte sedan 2026-11-24" in text_of(office.get(gustav))


def test_the_list_marks_who_has_not_come_for_half_a_year(office: Office) -> None:
    assert "Ej inloggad" not in text_of(office.get(LIST))
    with office.parts.engine.begin() as connection:
        began = office.clock() - timedelta(days=180)
        connection.execute(update(MembershipRow).values(started_at=began))
    listed = text_of(office.get(LIST))
    assert listed.count("Ej inloggad på 180 dagar") == 2
    assert listed.count("Inga behörigheter") == 2
