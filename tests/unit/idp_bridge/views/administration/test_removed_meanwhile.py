"""One administrator changes somebody whom another one removes: nothing comes back."""

from pathlib import Path

import pytest

from tests.support.administration_pages import (
    ANNA,
    BERIT,
    GUSTAV,
    Office,
    make_office,
    text_of,
)
from tests.support.change_pages import held, pairs_of, permission_numbers, send
from tests.support.permission_world import REGION


@pytest.fixture
def office(tmp_path: Path) -> Office:
    office = make_office(tmp_path)
    office.log_in(BERIT)
    return office


def remove_meanwhile(office: Office, path: str) -> None:
    """Let a colleague remove a user."""
    colleague = office.another_browser()
    colleague.log_in(ANNA)
    assert colleague.submit(f"{path}/ta-bort").status_code == 303


@pytest.mark.parametrize("form", ["andra", "behorigheter", "kopiera"])
def test_a_form_about_somebody_removed_changes_nothing_and_says_so(
    office: Office, form: str
) -> None:
    path, member = office.address(GUSTAV), office.members()[GUSTAV]
    number = permission_numbers(office, REGION)["landsting:granska"]
    opened = pairs_of(office.get(f"{path}/{form}"))
    colleague = next(
        one for hsa_id, one in office.members().items() if hsa_id != GUSTAV
    )
    typed = [("after", str(number)), ("kollega", str(colleague)), ("steg", "spara")]
    remove_meanwhile(office, path)
    answer = send(office, f"{path}/{form}", [*opened, *typed])
    assert answer.status_code in {303, 404, 409}
    page = answer if answer.status_code != 303 else office.get(answer.location)
    assert "borttagen" in text_of(page).lower()
    assert held(office, member, REGION) == set()
    assert office.user(member).removed is not None


def test_a_form_about_somebody_who_is_there_is_saved(office: Office) -> None:
    path, member = office.address(GUSTAV), office.members()[GUSTAV]
    number = permission_numbers(office, REGION)["landsting:granska"]
    opened = pairs_of(office.get(f"{path}/behorigheter"))
    send(office, f"{path}/behorigheter", [*opened, ("after", str(number))])
    assert "landsting:granska" in held(office, member, REGION)
