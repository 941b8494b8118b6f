"""One permission to many users: from the list, from the matrix, from a colleague."""

from pathlib import Path

import pytest
from lxml import html

from idp_bridge.views.administration import many
from tests.support.administration_pages import (
    BERIT,
    FIA,
    GUSTAV,
    Office,
    make_office,
    text_of,
)
from tests.support.change_pages import (
    follow,
    held,
    pairs_of,
    permission_numbers,
    send,
    setting,
    without,
)
from tests.support.permission_world import ALICE, BOB, CHARLIE, REGION

SEVERAL = f"/o/{REGION}/flera"
MATRIX = f"/o/{REGION}/behorighet/landsting/granska"
GRANSKA = "landsting:granska"
RAPPORTERA = "landsting:rapportera"
FORSKOLA = "statlig-ersattning:forskola"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    office = make_office(tmp_path)
    office.log_in(BERIT)
    return office


def ticked(office: Office, *hsa_ids: str) -> list[tuple[str, str]]:
    members = office.members()
    token = ("csrf_token", office.token())
    return [token, *(("markerad", str(members[each])) for each in hsa_ids)]


def who_has(office: Office, code: str) -> set[str]:
    people = (ALICE, BOB, CHARLIE, GUSTAV)
    members = office.members()
    return {one for one in people if code in held(office, members[one], REGION)}


def test_a_selection_gets_a_permission_after_a_summary(office: Office) -> None:
    first = send(office, SEVERAL, [*ticked(office, BOB, CHARLIE), ("atgard", "ge")])
    assert "2 användare är valda" in text_of(first)
    number = str(permission_numbers(office, REGION)[GRANSKA])
    pairs = setting(pairs_of(first), behorighet=number, till="2027-06-30")
    summary = send(office, SEVERAL, pairs)
    assert "Du ger behörigheten Granska, till och med 2027-06-30." in text_of(summary)
    assert "Ingenting är sparat ännu." in text_of(summary)
    assert who_has(office, GRANSKA) == set()
    page = follow(office, send(office, SEVERAL, pairs_of(summary)))
    assert "Behörigheterna för 2 användare är sparade." in text_of(page)
    assert "Granska i E-tjänst för landsting, till och med 2027-06-30 (2 a" in text_of(
        page
    )
    assert who_has(office, GRANSKA) == {BOB, CHARLIE}
    undo = html.fromstring(page.text).xpath("//form[button='Ångra']")[0]
    follow(office, send(office, undo.get("action"), list(undo.fields.items())))
    assert who_has(office, GRANSKA) == set()


def test_a_selection_loses_a_permission(office: Office) -> None:
    chosen = [*ticked(office, ALICE, GUSTAV, BOB), ("atgard", "ta")]
    first = send(office, SEVERAL, chosen)
    number = str(permission_numbers(office, REGION)[RAPPORTERA])
    summary = send(office, SEVERAL, setting(pairs_of(first), behorighet=number))
    page = follow(office, send(office, SEVERAL, pairs_of(summary)))
    assert "Behörigheterna för 2 användare är sparade." in text_of(page)
    assert who_has(office, RAPPORTERA) == set()


def test_more_users_than_can_be_changed_at_once_are_told_of(office: Office) -> None:
    others = [("markerad", str(number)) for number in range(1, many.MAX_USERS + 2)]
    answer = send(office, SEVERAL, [*ticked(office, BOB), ("atgard", "ge"), *others])
    assert answer.status_code == 422
    assert "Välj högst 5 000 användare åt gången." in text_of(answer)


def test_nobody_and_nothing_is_told_and_kept(office: Office) -> None:
    nobody = send(office, SEVERAL, [*ticked(office), ("atgard", "ge")])
    assert nobody.status_code == 422
    assert "Välj minst en användare." in text_of(nobody)
    first = send(office, SEVERAL, [*ticked(office, BOB), ("atgard", "ge")])
    for more in ({"behorighet": ""}, {"behorighet": "4711"}):
        wrong = send(office, SEVERAL, setting(pairs_of(first), **more))
        assert wrong.status_code == 422
        assert "Välj en behörighet." in text_of(wrong)
        assert ("markerad", str(office.members()[BOB])) in pairs_of(wrong)


def test_a_foreign_user_in_a_selection_ends_it(office: Office) -> None:
    number = str(permission_numbers(office, REGION)[GRANSKA])
    pairs = [*ticked(office, BOB, FIA), ("atgard", "ge"), ("steg", "spara")]
    answer = send(office, SEVERAL, [*pairs, ("behorighet", number)])
    assert answer.status_code == 404
    assert who_has(office, GRANSKA) == set()


@pytest.mark.parametrize(
    "pair",
    [("atgard", "allt"), ("markerad", "1;2"), ("markerad", "-1"), ("markerad", "")],
)
def test_a_made_up_selection_is_refused(office: Office, pair: tuple[str, str]) -> None:
    usual = [] if pair[0] == "atgard" else [("atgard", "ge")]
    answer = send(office, SEVERAL, [*ticked(office, BOB), *usual, pair])
    assert answer.status_code == 400


def test_the_matrix_gives_and_takes_at_once(office: Office) -> None:
    members = office.members()
    path = f"/o/{REGION}/behorighet/landsting/rapportera"
    page = office.get(path)
    assert "Vilka har Rapportera hälsoundersökning?" in text_of(page)
    pairs = without(pairs_of(page), ("markerad", str(members[ALICE])))
    pairs = [*pairs, ("markerad", str(members[CHARLIE]))]
    summary = send(office, path, pairs)
    assert "Får behörigheten (1)Charlie Ask" in text_of(summary)
    assert "Förlorar behörigheten (1)Åsa Öberg" in text_of(summary)
    assert who_has(office, RAPPORTERA) == {ALICE, GUSTAV}
    done = follow(office, send(office, path, pairs_of(summary)))
    assert "Tillagt:" in text_of(done)
    assert "Borttaget:" in text_of(done)
    assert who_has(office, RAPPORTERA) == {CHARLIE, GUSTAV}


def test_the_matrix_takes_only_from_whom_it_showed(office: Office) -> None:
    path = f"/o/{REGION}/behorighet/landsting/rapportera"
    page = office.get(f"{path}?sok=Charlie")
    assert "1 av 4 användare visas" in text_of(page)
    summary = send(
        office,
        f"{path}?sok=Charlie",
        [*pairs_of(page), ("markerad", str(office.members()[CHARLIE]))],
    )
    follow(office, send(office, f"{path}?sok=Charlie", pairs_of(summary)))
    assert who_has(office, RAPPORTERA) == {ALICE, GUSTAV, CHARLIE}


def test_an_untouched_matrix_changes_nothing(office: Office) -> None:
    page = office.get(MATRIX)
    answer = follow(office, send(office, MATRIX, pairs_of(page)))
    assert "Du har inte ändrat något." in text_of(answer)


@pytest.mark.parametrize(
    "path", ["landsting/finns-inte", "finns-inte/granska", "landsting/%2e%2e"]
)
def test_an_unknown_permission_has_no_matrix(office: Office, path: str) -> None:
    assert office.get(f"/o/{REGION}/behorighet/{path}").status_code == 404


def test_a_user_gets_what_a_colleague_has(office: Office) -> None:
    members = office.members()
    path = f"{office.address(CHARLIE)}/kopiera"
    page = office.get(path)
    assert "Gustav Zakarias, Ansök om statlig ersättning (1)" in text_of(page)
    chosen = setting(pairs_of(page), kollega=str(members[GUSTAV]))
    summary = send(office, path, chosen)
    assert "Charlie Ask får de behörigheter som Gustav Zakarias har." in text_of(
        summary
    )
    done = follow(office, send(office, path, pairs_of(summary)))
    assert "Behörigheterna för Charlie Ask är sparade." in text_of(done)
    assert held(office, members[CHARLIE], REGION) == {RAPPORTERA, FORSKOLA}


@pytest.mark.parametrize("chosen", ["", "self"])
def test_nobody_is_their_own_colleague(office: Office, chosen: str) -> None:
    path = f"{office.address(CHARLIE)}/kopiera"
    me = str(office.members()[CHARLIE])
    pairs = setting(pairs_of(office.get(path)), kollega=me if chosen else "")
    answer = send(office, path, pairs)
    assert answer.status_code == 422
    assert "Välj en kollega." in text_of(answer)


def test_nothing_is_copied_from_somebody_elses_user(office: Office) -> None:
    path = f"{office.address(CHARLIE)}/kopiera"
    foreign = str(office.members()[FIA])
    pairs = setting(pairs_of(office.get(path)), kollega=foreign, steg="spara")
    assert send(office, path, pairs).status_code == 404
