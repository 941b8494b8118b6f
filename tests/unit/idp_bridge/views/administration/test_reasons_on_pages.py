"""Every page that gives or takes asks why when the e-tjänst wants to know."""

from io import BytesIO
from pathlib import Path

import pytest

from tests.support.administration_pages import (
    BERIT,
    FIELDS,
    GUSTAV,
    Office,
    make_office,
    text_of,
)
from tests.support.change_pages import (
    Pairs,
    follow,
    held,
    pairs_of,
    permission_numbers,
    send,
    setting,
)
from tests.support.permission_world import ALICE, BOB, REGION

GRANSKA = "landsting:granska"
MATRIX = f"/o/{REGION}/behorighet/landsting/granska"
EVENTS = f"/o/{REGION}/handelser"
WHY = "Ny tjänst <i>"
ASKED = "Skriv en anledning. Det krävs för E-tjänst för landsting."
HINT = "Krävs när du ändrar behörigheter i E-tjänst för landsting."
WANTS_TO_KNOW = """
[[services]]
code = "landsting"
name = "E-tjänst för landsting"
needs_reason = true
"""


@pytest.fixture
def office(tmp_path: Path) -> Office:
    office = make_office(tmp_path)
    office.load(WANTS_TO_KNOW)
    office.log_in(BERIT)
    return office


def has_it(office: Office, hsa_id: str) -> bool:
    return GRANSKA in held(office, office.members()[hsa_id], REGION)


def test_the_form_of_one_user_asks(office: Office) -> None:
    path = f"{office.address(BOB)}/behorigheter"
    first = office.get(path)
    assert HINT in text_of(first)
    number = permission_numbers(office, REGION)[GRANSKA]
    pairs: Pairs = [*pairs_of(first), ("after", str(number))]
    refused = send(office, path, pairs)
    assert refused.status_code == 422
    assert ASKED in text_of(refused)
    assert not has_it(office, BOB)
    follow(office, send(office, path, setting(pairs_of(refused), skal=WHY)))
    assert has_it(office, BOB)
    assert f"Anledning: {WHY}" in text_of(office.get(EVENTS))


def test_a_selection_is_asked_before_the_summary(office: Office) -> None:
    path = f"/o/{REGION}/flera"
    mine = ("markerad", str(office.members()[BOB]))
    chosen = [("csrf_token", office.token()), mine, ("atgard", "ge")]
    first = send(office, path, chosen)
    number = str(permission_numbers(office, REGION)[GRANSKA])
    pairs = setting(pairs_of(first), behorighet=number)
    refused = send(office, path, pairs)
    assert (refused.status_code, ASKED in text_of(refused)) == (422, True)
    summary = send(office, path, setting(pairs, skal=WHY))
    assert f"Anledning: {WHY}" in text_of(summary)
    follow(office, send(office, path, pairs_of(summary)))
    assert f"Anledning: {WHY}" in text_of(office.get(EVENTS))
    late = send(office, path, setting(pairs_of(summary), skal=""))
    assert late.status_code == 422


def test_the_matrix_asks(office: Office) -> None:
    mine = ("markerad", str(office.members()[BOB]))
    pairs = [*pairs_of(office.get(MATRIX)), mine]
    refused = send(office, MATRIX, pairs)
    assert (refused.status_code, ASKED in text_of(refused)) == (422, True)
    summary = send(office, MATRIX, setting(pairs, skal=WHY))
    assert f"Anledning: {WHY}" in text_of(summary)
    follow(office, send(office, MATRIX, pairs_of(summary)))
    assert has_it(office, BOB)
    assert f"Anledning: {WHY}" in text_of(office.get(EVENTS))


def test_copying_asks(office: Office) -> None:
    path = f"{office.address(BOB)}/kopiera"
    colleague = ("kollega", str(office.members()[ALICE]))
    pairs = [*pairs_of(office.get(path)), colleague]
    check = send(office, path, pairs)
    assert HINT in text_of(check)
    refused = send(office, path, pairs_of(check))
    assert (refused.status_code, ASKED in text_of(refused)) == (422, True)
    follow(office, send(office, path, setting(pairs_of(refused), skal=WHY)))
    assert "landsting:rapportera" in held(office, office.members()[BOB], REGION)


def test_a_file_asks_when_it_changes_the_e_tjanst(office: Office) -> None:
    sheet = (
        "Förnamn;Efternamn;HSA-id;E-post;E-tjänst för landsting: Granska\n"
        f"{FIELDS['given_name']};{FIELDS['surname']};{FIELDS['hsa_id']};"
        f"{FIELDS['email']};Ja\n"
    )
    path = f"/o/{REGION}/import"
    file = {
        "csrf_token": office.token(),
        "fil": (BytesIO(sheet.encode()), "fil.csv"),
    }
    checked = office.post(path, file, content_type="multipart/form-data")
    shown = office.get(checked.headers["Location"])
    assert HINT in text_of(shown)
    here = checked.headers["Location"]
    refused = send(office, here, pairs_of(shown))
    assert (refused.status_code, ASKED in text_of(refused)) == (422, True)
    assert FIELDS["hsa_id"] not in office.members()
    follow(office, send(office, here, setting(pairs_of(refused), skal=WHY)))
    assert has_it(office, FIELDS["hsa_id"])


def test_others_may_say_why(office: Office) -> None:
    path = f"{office.address(GUSTAV)}/behorigheter"
    office.load(WANTS_TO_KNOW.replace("true", "false"))
    page = office.get(path)
    assert "Anledning (valfritt)" in text_of(page)
    assert "Krävs" not in text_of(page)
