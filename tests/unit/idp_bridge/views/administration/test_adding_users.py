"""Lägg till användare: four fields, and a friendly answer to every mistake (6)."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from lxml import html

from tests.support.administration_pages import (
    BERIT,
    FIA,
    FIELDS,
    LIST,
    NEW,
    Office,
    make_office,
    text_of,
)
from tests.support.permission_world import ALICE, REGION

OTHERS_NUMBER = "SE5565594230-X1"
"""An HSA-id of a directory that is the region's, by another number."""


@pytest.fixture
def office(tmp_path: Path) -> Office:
    office = make_office(tmp_path)
    office.log_in(BERIT)
    return office


def test_a_new_user_is_shown_and_has_no_permissions(office: Office) -> None:
    answer = office.submit(NEW, FIELDS)
    member = office.members()[FIELDS["hsa_id"]]
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"{LIST}/{member}?klart=tillagd"
    page = office.get(answer.headers["Location"])
    assert (
        "Örjan Åkesson är tillagd. Användaren har inga behörigheter ännu."
        in text_of(page)
    )
    focused = html.fromstring(page.text).xpath("//*[@autofocus]")
    assert [str(each.text_content()) for each in focused] == [
        "Ändra och lägg till behörigheter"
    ]


def test_the_form_has_the_words_of_the_manual(office: Office) -> None:
    text = text_of(office.get(NEW))
    for words in (
        "Lägg till användare",
        "Det är obligatoriskt att fylla i alla fälten.",
        "Förnamn",
        "Efternamn",
        "HSA-id",
        "E-post",
        "Obs! HSA-id ska inte förväxlas med själva numret på tjänstekortet.",
        "Spara",
        "Avbryt",
        "Tillbaka till användare",
    ):
        assert words in text


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        ("given_name", "Fyll i förnamnet."),
        ("surname", "Fyll i efternamnet."),
        ("hsa_id", "Fyll i HSA-id."),
        ("email", "Fyll i e-postadressen."),
    ],
)
@pytest.mark.parametrize("empty", ["", "   "])
def test_every_field_is_mandatory(
    office: Office, field: str, sentence: str, empty: str
) -> None:
    answer = office.submit(NEW, {**FIELDS, field: empty})
    assert answer.status_code == 422
    tree = html.fromstring(answer.text)
    assert str(tree.findtext(".//title")).startswith("Fel: Lägg till användare")
    (link,) = tree.find_class("error-summary")[0].iter("a")
    assert (link.get("href"), link.text) == (f"#{field}", sentence)
    wrong = tree.get_element_by_id(field)
    assert wrong.get("aria-invalid") == "true"
    assert f"{field}-fel" in str(wrong.get("aria-describedby")).split()
    for name, value in FIELDS.items():
        if name != field:
            assert tree.get_element_by_id(name).get("value") == value
    assert FIELDS["hsa_id"] not in office.members()


@pytest.mark.parametrize(
    "hsa_id",
    [
        "123456",
        "SE2321000016B777",
        "SE2321000016-",
        "SE2321000016-Å1",
        "9752269752" * 2,
    ],
)
def test_the_number_of_a_card_is_no_hsa_id(office: Office, hsa_id: str) -> None:
    answer = office.submit(NEW, {**FIELDS, "hsa_id": hsa_id})
    assert answer.status_code == 422
    assert (
        "HSA-id börjar med SE, sedan organisationsnumret, ett bindestreck och en följd "
        "av siffror och bokstäver. Kontrollera mot kortet \N{EN DASH} "
        "det är inte kortets nummer."
    ) in text_of(answer)


@pytest.mark.parametrize(
    "email", ["anna", "anna@", "@kommunen.se", "a b@c.se", "a@b@c"]
)
def test_an_address_without_a_mailbox_is_refused(office: Office, email: str) -> None:
    answer = office.submit(NEW, {**FIELDS, "email": email})
    assert answer.status_code == 422
    assert (
        "Skriv en e-postadress, till exempel fornamn.efternamn@kommunen.se."
    ) in text_of(answer)


def test_a_mailbox_may_be_shared(office: Office) -> None:
    first = office.submit(NEW, {**FIELDS, "email": "gruppen@example.se"})
    assert first.status_code == 303


def test_somebody_who_is_there_is_linked(office: Office) -> None:
    answer = office.submit(NEW, {**FIELDS, "hsa_id": ALICE.lower()})
    assert answer.status_code == 422
    assert "Det finns redan en användare med detta HSA-id: Åsa Öberg." in text_of(
        answer
    )
    assert f'href="{LIST}/{office.members()[ALICE]}"' in answer.text


def test_the_same_form_sent_twice_adds_one(office: Office) -> None:
    form = {**office.fields(NEW), **FIELDS}
    assert office.post(NEW, form).status_code == 303
    assert office.post(NEW, form).status_code == 422
    assert len([one for one in office.members() if one == FIELDS["hsa_id"]]) == 1


def test_an_administrator_is_no_user(office: Office) -> None:
    answer = office.submit(NEW, {**FIELDS, "hsa_id": BERIT})
    assert answer.status_code == 422
    assert (
        "Personen är administratör. Samma person kan inte vara både administratör och "
        "användare."
    ) in text_of(answer)


def agree(hsa_id: str) -> dict[str, str]:
    return {**FIELDS, "hsa_id": hsa_id, "agreed": hsa_id[2:12]}


def test_the_answer_about_others_is_neutral(office: Office) -> None:
    user = office.submit(NEW, agree(FIA))
    administrator = office.submit(NEW, agree("SE2120000142-A001"))
    assert user.status_code == administrator.status_code == 422
    assert text_of(user).replace(FIA, "") == text_of(administrator).replace(
        "SE2120000142-A001", ""
    )
    assert "Främmande" not in user.text


def test_many_tries_to_find_others_are_stopped(office: Office) -> None:
    for _ in range(10):
        assert office.submit(NEW, agree(FIA)).status_code == 422
    answer = office.submit(NEW, agree(FIA))
    assert answer.status_code == 429
    wait = int(answer.headers["Retry-After"])
    assert 0 < wait <= 3600
    assert f"Du har gjort för många försök. Vänta {wait} sekunder" in text_of(answer)
    assert office.submit(NEW, FIELDS).status_code == 429
    for _ in range(3):
        office.clock.advance(timedelta(seconds=wait / 3))
        office.get(LIST)
    assert office.submit(NEW, FIELDS).status_code == 303


def test_another_organisations_number_is_asked_about(office: Office) -> None:
    hsa_id = "SE2120000290-B1"
    answer = office.submit(NEW, {**FIELDS, "hsa_id": hsa_id})
    assert answer.status_code == 422
    assert (
        "HSA-id:t hör till ett annat organisationsnummer (2120000290). Stämmer det?"
    ) in text_of(answer)
    assert office.submit(NEW, agree(hsa_id)).status_code == 303


def test_a_further_number_of_the_organisation_is_its_own(office: Office) -> None:
    answer = office.submit(NEW, {**FIELDS, "hsa_id": OTHERS_NUMBER})
    assert answer.status_code == 303


def test_somebody_removed_can_be_brought_back_instead(office: Office) -> None:
    member = office.members()[ALICE]
    office.submit(f"{LIST}/{member}/ta-bort")
    answer = office.submit(NEW, {**FIELDS, "hsa_id": ALICE})
    assert answer.status_code == 422
    assert "Återställ Åsa Öberg i stället?" in text_of(answer)
    again = office.submit(NEW, {**FIELDS, "hsa_id": ALICE, "again": "1"})
    assert again.status_code == 303


def test_one_more_can_be_added_at_once(office: Office) -> None:
    answer = office.submit(NEW, {**FIELDS, "en-till": "1"})
    member = office.members()[FIELDS["hsa_id"]]
    assert answer.headers["Location"] == f"{NEW}?tillagd={member}"
    page = office.get(answer.headers["Location"])
    assert "Örjan Åkesson är tillagd." in text_of(page)
    assert html.fromstring(page.text).get_element_by_id("surname").get("value") in {
        None,
        "",
    }


def test_a_new_user_is_written_down(office: Office) -> None:
    office.submit(NEW, FIELDS)
    trail = [json.loads(line) for line in office.parts.authz.export_audit()]
    written = [one for one in trail if one["actor"].startswith("administrator:")]
    assert [one["action"] for one in written] == ["person:add", "membership:start"]
    chain = f"organisation:{office.organisation_id(REGION)}"
    assert {one["chain"] for one in written} == {chain}
    office.parts.authz.verify_audit()
