"""Administrators log in, choose an organisation, and read whose pages these are."""

from pathlib import Path

import pytest

from metadata import names
from tests.support.administration_pages import (
    ANNA,
    BERIT,
    LIST,
    MORE_PEOPLE,
    Office,
    is_out,
    make_office,
    text_of,
)
from tests.support.permission_world import ALICE, KOMMUN, REGION


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return make_office(tmp_path_factory.mktemp("office"))


@pytest.fixture
def office(shared: Office) -> Office:
    return shared.another_browser()


def test_the_only_organisation_is_opened(office: Office) -> None:
    answer = office.log_in(BERIT)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/admin/")
    answer = office.get("/admin/")
    assert (answer.status_code, answer.headers["Location"]) == (303, LIST)
    assert office.get(LIST).status_code == 200


def test_somebody_with_several_organisations_chooses(office: Office) -> None:
    office.log_in(ANNA)
    page = office.get("/admin/")
    assert page.status_code == 200
    text = text_of(page)
    assert "Välj organisation" in text
    assert "Region Stockholm 232100-0016" in text
    assert "Upplands Väsby kommun 212000-0142" in text
    assert f'href="/o/{KOMMUN}/anvandare"' in page.text


def test_every_page_says_for_whom_it_is_and_lets_out(office: Office) -> None:
    office.log_in(ANNA)
    for number, name in ((REGION, "Region Stockholm"), (KOMMUN, "Upplands Väsby")):
        for path in ("anvandare", "anvandare/ny", "anvandare/999999"):
            page = office.get(f"/o/{number}/{path}")
            header = page.text.partition("<header")[2].partition("</header>")[0]
            assert name in header, path
            assert "Anna Admin" in header
            assert "Logga ut" in header
            assert "Byt organisation" in header


def test_whoever_has_one_organisation_changes_to_no_other(office: Office) -> None:
    office.log_in(BERIT)
    assert "Byt organisation" not in office.get(LIST).text


def test_a_login_leads_to_the_page_that_was_wanted(office: Office) -> None:
    wanted = f"{LIST}?sok=%C3%A5&sida=1"
    assert office.log_in(BERIT, wanted).headers["Location"] == wanted


@pytest.mark.parametrize("hsa_id", [ALICE, "SE2321000016-Z999", "SE2021002163-O101"])
def test_somebody_else_reads_who_they_are_and_that_it_is_not_enough(
    office: Office, hsa_id: str
) -> None:
    answer = office.answer(office.begin_login("/admin/"), hsa_id)
    assert answer.status_code == 403
    text = text_of(answer)
    assert "Du är inloggad som" in text
    assert (
        "men du är inte registrerad som administratör för någon kommun eller region. "
        "Be din organisation anmäla dig till Migrationsverkets kontaktcenter."
    ) in text
    assert "not-administrator" in text
    assert office.session is None
    assert is_out(office.get(LIST))


def test_a_login_of_a_lower_level_is_refused(office: Office) -> None:
    asked = office.begin_login("/admin/")
    answer = office.answer(asked, BERIT, level=names.LOA_SAMBI_2)
    assert answer.status_code in {400, 403}
    assert office.session is None


def test_the_level_is_a_setting(tmp_path: Path) -> None:
    more = f'[web]\nadministrator_level = "{names.LOA_SAMBI_2}"\n'
    office = make_office(tmp_path, more=more)
    asked = office.begin_login("/admin/")
    answer = office.answer(asked, BERIT, level=names.LOA_SAMBI_2)
    assert answer.status_code == 303


def test_an_hsa_id_in_lower_case_is_the_same_administrator(office: Office) -> None:
    assert office.log_in(BERIT.lower()).status_code == 303


def test_an_administrator_is_no_operator_and_an_operator_no_administrator(
    office: Office,
) -> None:
    office.log_in(BERIT)
    assert is_out(office.get("/operator/metadata"))
    operator = office.another_browser()
    operator.log_in("SE2021002163-O103", "/operator/")
    assert is_out(operator.get(LIST))


def test_a_removed_administrator_is_out_at_the_next_click(tmp_path: Path) -> None:
    office = make_office(tmp_path)
    office.log_in(BERIT)
    assert office.get(LIST).status_code == 200
    ended = MORE_PEOPLE.replace(
        f'hsa_id = "{BERIT}"', f'hsa_id = "{BERIT}"\nvalid_until = 2026-11-22'
    )
    office.load(ended)
    answer = office.get(LIST)
    assert answer.status_code == 403
    assert "Du är utloggad" in text_of(answer)
    assert office.session is None
    assert office.log_in(BERIT).status_code == 403


def test_the_page_with_methods_names_the_service(office: Office) -> None:
    request_id = office.begin_login("/admin/")
    text = text_of(office.get(f"/logga-in/{request_id[1:41]}"))
    assert "Administrera behörigheter för e-tjänster" in text
    assert (
        "Hantera registreringar och tilldela behörigheter för kommunens eller "
        "regionens användare."
    ) in text
