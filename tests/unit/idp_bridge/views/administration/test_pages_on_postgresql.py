"""Every page of administrators once on PostgreSQL; their other tests use SQLite."""

import csv
import io
from collections.abc import Iterator

import pytest

from tests.support.administration_pages import (
    BERIT,
    FIELDS,
    GUSTAV,
    KURT,
    LIST,
    NEW,
    Office,
    make_office,
    rows_of,
    status_of,
    text_of,
)
from tests.support.change_pages import (
    came,
    follow,
    held,
    pairs_of,
    permission_numbers,
    send,
    setting,
)
from tests.support.permission_world import ALICE, BOB, CHARLIE, REGION
from tests.support.postgres import PostgresServer

pytestmark = pytest.mark.peers

HERE = f"/o/{REGION}"
GRANSKA = "landsting:granska"


@pytest.fixture(scope="module")
def office(
    postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    """One office for all pages: each test looks at users of its own."""
    with postgres_server.fresh_database() as url:
        folder = tmp_path_factory.mktemp("office")
        office = make_office(folder, more=f'database_url = "{url}"\n')
        office.log_in(BERIT)
        yield office
        office.close()


def test_the_database_is_postgresql(office: Office) -> None:
    assert office.parts.settings.database_url.startswith("postgresql")


def test_the_list_is_searched_filtered_and_sorted_in_swedish(office: Office) -> None:
    page = office.get(f"{LIST}?sortera=fornamn&visa=25")
    names = rows_of(page)
    assert names[-1] == "Åsa"
    assert rows_of(office.get(f"{LIST}?sok=%C3%85SA")) == ["Åsa"]
    assert rows_of(office.get(f"{LIST}?sok=ås")) == ["Åsa"]
    for sign in ("%25", "_", "%5C", "%3C"):
        assert status_of(office.get(f"{LIST}?sok={sign}")).startswith("0 av"), sign
    narrow = "tjanst=statlig-ersattning&behorighet=statlig-ersattning:forskola"
    assert rows_of(office.get(f"{LIST}?{narrow}")) == ["Gustav"]


def test_a_user_is_added_changed_removed_and_restored(office: Office) -> None:
    added = follow(office, office.submit(NEW, FIELDS))
    assert "Örjan Åkesson är tillagd." in text_of(added)
    user = office.address(FIELDS["hsa_id"])
    changed = follow(office, office.submit(f"{user}/andra", {"surname": "Öst"}))
    assert "Uppgifterna om Örjan Öst är sparade." in text_of(changed)
    gone = follow(office, office.submit(f"{user}/ta-bort"))
    assert "Örjan Öst är borttagen" in text_of(gone)
    token = {"csrf_token": office.token()}
    back = follow(office, office.post(f"{user}/aterstall", token))
    assert "Örjan Öst är återställd." in text_of(back)
    again = office.submit(NEW, FIELDS)
    assert (again.status_code, "Det finns redan" in again.text) == (422, True)


def test_permissions_are_given_and_taken_back_and_conflicts_are_shown(
    office: Office,
) -> None:
    user = office.address(CHARLIE)
    membership = office.members()[CHARLIE]
    path, number = f"{user}/behorigheter", permission_numbers(office, REGION)[GRANSKA]
    opened = pairs_of(office.get(path))
    saved = follow(office, send(office, path, [*opened, ("after", str(number))]))
    assert "Tillagt: Granska" in text_of(saved)
    late = setting(opened, **{f"till_{number}": "2027-01-31"})
    late.append(("after", str(number)))
    conflict = send(office, path, late)
    assert conflict.status_code == 409
    assert "Nu sparat" in conflict.text
    form = dict(pairs_of(saved))
    undone = send(office, f"{HERE}/angra/{saved.request.args['andring']}", form.items())
    assert undone.status_code == 303
    assert GRANSKA not in held(office, membership, REGION)


def test_many_get_a_permission_and_the_matrix_shows_it(office: Office) -> None:
    number = str(permission_numbers(office, REGION)[GRANSKA])
    chosen = [("csrf_token", office.token()), ("atgard", "ge")]
    chosen += [("markerad", str(office.members()[each])) for each in (ALICE, BOB)]
    first = send(office, f"{HERE}/flera", chosen)
    pairs = setting(pairs_of(first), behorighet=number, till="2027-06-30")
    summary = send(office, f"{HERE}/flera", pairs)
    page = follow(office, send(office, f"{HERE}/flera", pairs_of(summary)))
    assert "Behörigheterna för 2 användare är sparade." in text_of(page)
    matrix = office.get(f"{HERE}/behorighet/landsting/granska")
    assert matrix.text.count("2027-06-30") == 2
    assert "2027-06-30" in text_of(office.get(f"{HERE}/upphor?dagar=365"))


def test_a_colleagues_permissions_are_copied(office: Office) -> None:
    path = f"{office.address(GUSTAV)}/kopiera"
    colleague = ("kollega", str(office.members()[ALICE]))
    check = send(office, path, [*pairs_of(office.get(path)), colleague])
    assert "Ingenting är sparat ännu." in text_of(check)
    follow(office, send(office, path, pairs_of(check)))
    assert "landsting:rapportera" in held(office, office.members()[GUSTAV], REGION)


def test_a_list_goes_out_as_a_file_and_comes_in_again(office: Office) -> None:
    answer = office.get(f"{HERE}/export.csv")
    text = answer.data.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert "Åsa" in [row[0] for row in rows]
    lines = [
        *text.splitlines()[:1],
        "Nya;Nyström;SE2321000016-B888;ny@example.se" + ";" * (len(rows[0]) - 4),
    ]
    file = {
        "csrf_token": office.token(),
        "fil": (io.BytesIO("\r\n".join(lines).encode()), "fil.csv"),
    }
    path = f"{HERE}/import"
    checked = office.post(path, file, content_type="multipart/form-data")
    shown = follow(office, checked)
    assert "Ny: 1. Ändras: 0." in text_of(shown)
    saved = send(office, checked.headers["Location"], pairs_of(shown))
    assert "1 ny användare" in text_of(follow(office, saved))


def test_events_are_told_filtered_and_taken_out(office: Office) -> None:
    office.submit(f"{office.address(BOB)}/andra", {"email": "bob2@example.se"})
    page = text_of(office.get(f"{HERE}/handelser?typ=users"))
    assert "Berit Bok ändrade uppgifter om" in page
    assert office.get(f"{office.address(BOB)}/handelser").status_code == 200
    answer = office.get(f"{HERE}/handelser.csv?fran=2026-01-01")
    assert "ändrade uppgifter om" in answer.data.decode("utf-8-sig")


def test_a_review_is_begun_worked_through_and_recorded(office: Office) -> None:
    token = {"csrf_token": office.token()}
    path = f"{HERE}/genomgang"
    page = follow(office, office.post(f"{path}/borja", token))
    everybody = [("csrf_token", token["csrf_token"])]
    everybody += [("markerad", str(each)) for each in office.members().values()]
    assert "0 av" in text_of(page)
    recent = office.get(f"{path}/behall-inloggade")
    assert "Ingen av dem som är kvar har loggat in" in text_of(recent)
    came(office, ALICE, 1)
    recent = office.get(f"{path}/behall-inloggade")
    kept = follow(office, send(office, f"{path}/behall-inloggade", pairs_of(recent)))
    assert "1 användare behåller sina behörigheter." in text_of(kept)
    mine = [
        pair for pair in everybody if pair[0] == "csrf_token" or is_mine(office, pair)
    ]
    follow(office, send(office, f"{path}/behall", mine))
    record = follow(office, office.post(f"{path}/avsluta", token))
    assert "Beslut för varje användare" in text_of(record)


def is_mine(office: Office, pair: tuple[str, str]) -> bool:
    """Tell a user of the region from one of the kommun."""
    return office.get(f"{LIST}/{pair[1]}").status_code == 200


def test_somebody_else_sees_nothing_of_it(office: Office) -> None:
    other = office.another_browser()
    other.log_in(KURT)
    assert other.get(LIST).status_code == 404
    assert other.get(office.address(ALICE)).status_code == 404
