"""What happened is told in words to those whom it concerns; new things are offered."""

from pathlib import Path

import pytest

from authz.audit import Action
from idp_bridge.texts import event_texts
from tests.support.administration_pages import (
    BERIT,
    FIA,
    GUSTAV,
    KURT,
    Office,
    make_office,
    text_of,
)
from tests.support.permission_world import KOMMUN, REGION

EVENTS = f"/o/{REGION}/handelser"
OF_NO_ORGANISATION = (
    *("catalogue:", "metadata-", "notice:", "operator:", "permission:"),
    *("retention:", "service:", "trace:"),
)
NEW_PERMISSION = """
[[services]]
code = "landsting"
name = "E-tjänst för landsting"
  [[services.permissions]]
  code = "nyhet"
  name = "Nyhet <b>"
  valid_from = 2026-11-01
"""


@pytest.fixture
def office(tmp_path: Path) -> Office:
    office = make_office(tmp_path)
    office.log_in(BERIT)
    return office


def test_the_page_says_when_the_chain_was_checked(office: Office) -> None:
    assert "Kedjan är inte kontrollerad ännu." in text_of(office.get(EVENTS))
    chains = [head.chain for head in office.parts.authz.verify_audit()]
    office.parts.authz.note_audit_check(chains, now=office.clock())
    page = text_of(office.get(EVENTS))
    assert "Kedjan kontrollerad 2026-11-23 kl. 13.00." in page


@pytest.mark.parametrize(
    "action",
    [each for each in Action if not each.startswith(OF_NO_ORGANISATION)],
)
def test_every_action_in_an_organisation_has_words(action: str) -> None:
    assert action in event_texts._SENTENCES


def test_the_newest_is_first_and_says_before_and_after(office: Office) -> None:
    membership = office.members()[GUSTAV]
    office.submit(f"{office.address(GUSTAV)}/andra", {"surname": "Ny"})
    page = text_of(office.get(EVENTS))
    first = page.index("Berit Bok ändrade uppgifter om Gustav Ny")
    assert first < page.index("lade till Gustav Ny")
    assert "23 november 2026" in page
    mine = text_of(office.get(f"/o/{REGION}/anvandare/{membership}/handelser"))
    assert "Händelser för Gustav Ny" in mine
    assert "Åsa" not in mine


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("typ=permissions", True),
        ("typ=look-ups", False),
        ("typ=nothing", True),
        ("fran=2026-11-23&till=2026-11-23", True),
        ("fran=2026-11-24", False),
        ("till=2026-11-22", False),
        ("vem=administrator:4711", False),
        ("vem=", True),
        ("vem=%00", False),
        (f"vem={'a' * 10_000}", False),
        ("sida=99999", True),
        ("sida=-1", True),
    ],
)
def test_events_are_filtered(office: Office, query: str, found: bool) -> None:  # noqa: FBT001
    page = office.get(f"{EVENTS}?{query}")
    assert page.status_code == 200
    assert ("gav Rapportera hälsoundersökning" in text_of(page)) is found


@pytest.mark.parametrize("day", ["9999-99-99", "%00", "i g\u00e5r", "20261123"])
def test_a_day_that_is_none_is_said_and_shows_no_other_list(
    office: Office, day: str
) -> None:
    mine = f"/o/{REGION}/anvandare/{office.members()[GUSTAV]}/handelser"
    for path in (EVENTS, mine):
        page = office.get(f"{path}?fran=2026-11-01&till={day}")
        assert page.status_code == 422
        assert "<title>Fel: Händelser" in page.text
        assert "Skriv datumet som åååå-mm-dd" in text_of(page)
        assert "gav Rapportera" not in text_of(page)
        assert "2026-11-01" in page.text
        file = office.get(f"{path}.csv?fran=2026-11-01&till={day}")
        assert file.status_code == 303
        assert office.get(file.headers["Location"]).status_code == 422


def test_the_file_has_the_events_of_the_filter(office: Office) -> None:
    page = text_of(office.get(f"{EVENTS}?typ=permissions"))
    assert "Filen har samma urval som sidan, högst de 20 000 senaste" in page
    file = office.get(f"{EVENTS}.csv?typ=permissions").get_data(as_text=True)
    lines = file.splitlines()
    assert lines[0] == "\ufefftid;vem;vad;anledning;innan;efter;referens"
    assert all("Rapportera" in line or "Asyl" in line for line in lines[1:])
    assert len(lines) > 3


def test_nobody_reads_of_another_organisation(office: Office) -> None:
    assert office.get(f"/o/{KOMMUN}/handelser").status_code == 404
    assert "Fia" not in office.get(EVENTS).text
    foreign = office.members()[FIA]
    path = f"/o/{REGION}/anvandare/{foreign}/handelser"
    assert office.get(path).status_code == 404
    assert office.get(f"{path}.csv").status_code == 404
    other = office.another_browser()
    other.log_in(KURT)
    assert "Fia Främmande" in other.get(f"/o/{KOMMUN}/handelser").text


def test_a_new_permission_is_offered_on_the_list(office: Office) -> None:
    path = f"/o/{REGION}/anvandare"
    assert "Ny behörighet" not in text_of(office.get(path))
    office.load(NEW_PERMISSION)
    page = office.get(path)
    assert "Ny behörighet: Nyhet <b> i E-tjänst för landsting." in text_of(page)
    assert f"/o/{REGION}/behorighet/landsting/nyhet" in page.text
    assert b"Nyhet <b>" not in page.data


def test_what_ends_soon_is_listed_with_its_last_day(office: Office) -> None:
    office.load(
        f"""
[[users]]
organisation = "{REGION}"
hsa_id = "SE2321000016-B500"
given_name = "Sven"
surname = "Snart"
email = "s@example.se"
permissions = [{{permission = "landsting:rapportera", valid_until = 2026-12-25}}]
"""
    )
    page = text_of(office.get(f"/o/{REGION}/upphor?dagar=90"))
    assert "Sven Snart" in page
    assert "1 behörighet upphör inom 90 dagar" in page
    few = text_of(office.get(f"/o/{REGION}/upphor"))
    assert "Inga behörigheter upphör inom 30 dagar." in few
    assert "inom 30 dagar" in text_of(office.get(f"/o/{REGION}/upphor?dagar=x"))
