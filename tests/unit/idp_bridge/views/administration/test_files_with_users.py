"""Users leave as a file and come back; nothing is saved before somebody read it."""

import csv
from datetime import timedelta
from hashlib import sha256
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from lxml import html
from werkzeug.test import TestResponse

from authz.sheets import MAX_BYTES, MAX_ROWS
from tests.support.administration_pages import (
    BERIT,
    FIA,
    GUSTAV,
    KURT,
    Office,
    make_office,
    text_of,
)
from tests.support.change_pages import follow, held, pairs_of, send, setting
from tests.support.permission_world import ALICE, ANNA, CHARLIE, KOMMUN, REGION
from tests.support.saml.world import BRIDGE

IMPORT = f"/o/{REGION}/import"
EXPORT = f"/o/{REGION}/export.csv"
NEW = "SE2321000016-B900"
RAPPORTERA = "landsting:rapportera"
GRANSKA = "landsting:granska"
FORSKOLA = "statlig-ersattning:forskola"
FIELDS = "Förnamn;Efternamn;HSA-id;E-post"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    office = make_office(tmp_path)
    office.log_in(BERIT)
    return office


def rows_of(answer: TestResponse) -> list[dict[str, str]]:
    text = answer.get_data().decode("utf-8-sig")
    return list(csv.DictReader(StringIO(text, newline=""), delimiter=";"))


def upload(office: Office, data: bytes | str, **more: str) -> TestResponse:
    """Send a file as a browser does; the body is made here and stays in memory."""
    file = data if isinstance(data, bytes) else data.encode("utf-8-sig")
    fields = {"csrf_token": office.token(), **more}
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    head = '--x\r\nContent-Disposition: form-data; name="fil"; filename="x.csv"\r\n\r\n'
    body = "".join([*parts, head]).encode() + file + b"\r\n--x--\r\n"
    kind = "multipart/form-data; boundary=x"
    return office.client.post(IMPORT, base_url=BRIDGE, data=body, content_type=kind)


def check(office: Office, data: bytes | str, **more: str) -> TestResponse:
    return follow(office, upload(office, data, **more))


def confirm(office: Office, checked: TestResponse, **more: str) -> TestResponse:
    return send(office, checked.request.path, setting(pairs_of(checked), **more))


def mailbox(number: int) -> str:
    """Make a name that no compression makes short."""
    return sha256(str(number).encode()).hexdigest()[:60]


class TestOut:
    def test_everybody_is_in_it_with_every_permission(self, office: Office) -> None:
        answer = office.get(EXPORT)
        assert answer.get_data().startswith(b"\xef\xbb\xbf")
        assert answer.headers["Content-Disposition"] == (
            f'attachment; filename="anvandare-{REGION}-2026-11-23.csv"'
        )
        rows = {row["HSA-id"]: row for row in rows_of(answer)}
        assert set(rows) == {*office.members()} - {FIA}
        heading = "E-tjänst för landsting: Rapportera hälsoundersökning"
        assert rows[GUSTAV][f"{heading} ({RAPPORTERA})"] == "Ja"
        assert rows[CHARLIE][f"{heading} ({RAPPORTERA})"] == ""

    def test_the_filter_of_the_list_counts(self, office: Office) -> None:
        rows = rows_of(office.get(f"{EXPORT}?sok=gustav"))
        assert [row["HSA-id"] for row in rows] == [GUSTAV]

    def test_it_is_logged(self, office: Office) -> None:
        office.get(EXPORT)
        events = text_of(office.get(f"/o/{REGION}/handelser"))
        assert "Berit Bok exporterade användare till en fil" in events
        assert "Antal 4" in events

    def test_a_formula_is_only_text(self, office: Office) -> None:
        office.submit(
            f"/o/{REGION}/anvandare/ny",
            {
                "given_name": "=1+1",
                "surname": "@SUM(A1)",
                "hsa_id": NEW,
                "email": "x@example.se",
            },
        )
        row = next(row for row in rows_of(office.get(EXPORT)) if row["HSA-id"] == NEW)
        assert (row["Förnamn"], row["Efternamn"]) == ("'=1+1", "'@SUM(A1)")

    def test_another_organisation_is_like_none(self, office: Office) -> None:
        assert office.get(f"/o/{KOMMUN}/export.csv").status_code == 404
        assert office.get("/o/2120000000/export.csv").status_code == 404


class TestIn:
    def test_what_went_out_comes_in_unchanged(self, office: Office) -> None:
        page = check(office, office.get(EXPORT).get_data())
        assert "Ny: 0. Ändras: 0. Oförändrad: 4. Fel: 0." in text_of(page)
        assert "Det finns inget att spara." in text_of(page)

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
    def test_nothing_is_saved_before_the_confirmation(
        self, office: Office, encoding: str
    ) -> None:
        file = (
            f"{FIELDS};Granska ({GRANSKA})\r\n"
            f"Örjan;Åkesson;{NEW};o@example.se;Ja till 2027-06-30\r\n"
            f"Gustav;Zakarias;{GUSTAV};ny@example.se;ja\r\n"
        )
        page = check(office, file.encode(encoding))
        text = text_of(page)
        assert "Ny: 1. Ändras: 1. Oförändrad: 0. Fel: 0." in text
        assert "Örjan Åkesson" in text
        assert "till och med 2027-06-30" in text
        assert "Ändrar E-post" in text
        assert NEW not in office.members()
        done = follow(office, confirm(office, page))
        assert "Filen är importerad: 1 ny användare, 1 med ändrade" in text_of(done)
        members = office.members()
        assert held(office, members[NEW], REGION) == {GRANSKA}
        assert GRANSKA in held(office, members[GUSTAV], REGION)
        assert office.user(members[GUSTAV]).email == "ny@example.se"

    def test_all_of_it_can_be_undone_for_a_day(self, office: Office) -> None:
        file = f"{FIELDS};x ({GRANSKA})\nÖ;Å;{NEW};o@example.se;x\n"
        done = follow(office, confirm(office, check(office, file)))
        undo = html.fromstring(done.text).xpath("//form[button='Ångra hela importen']")
        action, pairs = undo[0].get("action"), list(undo[0].fields.items())
        page = follow(office, send(office, action, pairs))
        assert "Ändringen är ångrad." in text_of(page)
        assert NEW not in office.members()

    def test_two_thousand_rows_of_an_old_spreadsheet_go_in_and_out_again(
        self, office: Office
    ) -> None:
        before = office.members()
        rows = "".join(
            f"Åsa {n};Öst;SE2321000016-R{n};{mailbox(n)}@example.se;Ja\r\n"
            for n in range(MAX_ROWS)
        )
        file = f"{FIELDS};x ({GRANSKA})\r\n{rows}".encode("cp1252")
        page = check(office, file)
        assert f"Ny: {MAX_ROWS}. Ändras: 0." in text_of(page)
        assert office.members() == before
        done = follow(office, confirm(office, page))
        members = office.members()
        assert len(members) == len(before) + MAX_ROWS
        assert held(office, members["SE2321000016-R1999"], REGION) == {GRANSKA}
        undo = html.fromstring(done.text).xpath("//form[button='Ångra hela importen']")
        action, pairs = undo[0].get("action"), list(undo[0].fields.items())
        follow(office, send(office, action, pairs))
        assert office.members() == before

    def test_an_empty_cell_takes_only_when_the_box_is_ticked(
        self, office: Office
    ) -> None:
        file = (
            f"{FIELDS};a ({RAPPORTERA});b ({FORSKOLA})\n"
            f"Gustav;Zakarias;{GUSTAV};gruppen@example.se;;Ja\n"
        )
        assert "Oförändrad: 1." in text_of(check(office, file))
        page = check(office, file, **{"ta-bort": "ja"})
        assert "Förlorar: Rapportera hälsoundersökning" in text_of(page)
        follow(office, confirm(office, page))
        assert held(office, office.members()[GUSTAV], REGION) == {FORSKOLA}

    def test_a_row_with_an_error_stops_all_of_it(self, office: Office) -> None:
        file = (
            f"{FIELDS};a ({GRANSKA})\n"
            f"Ö;Å;{NEW};o@example.se;Ja\n"
            f";Å;SE2321000016-B901;o@example.se;kanske\n"
            f"A;B;{ANNA};a@example.se;\n"
            f"F;F;{FIA};f@example.se;\n"
            f"X;Y;12345;inte en adress;Ja till 2020-01-01\n"
        )
        page = check(office, file)
        text = text_of(page)
        assert "4 rader har fel" in text
        assert "Fyll i Förnamn." in text
        assert "Granska: skriv Ja" in text
        assert "Personen är administratör." in text
        assert "HSA-id:t går inte att använda här." in text
        assert "HSA-id börjar med SE" in text
        assert "Spara 1" not in text
        forced = send(
            office, page.request.path, [("csrf_token", office.token()), ("visat", "x")]
        )
        assert forced.status_code == 409
        assert NEW not in office.members()

    def test_the_same_person_twice_is_an_error(self, office: Office) -> None:
        file = f"{FIELDS}\nÖ;Å;{NEW};o@example.se\nÖ;Å;{NEW.lower()};p@example.se\n"
        page = check(office, file)
        assert text_of(page).count("Samma HSA-id står på flera rader.") == 2

    def test_what_changed_since_the_check_is_shown_again(self, office: Office) -> None:
        file = f"{FIELDS}\nGustav;Ny;{GUSTAV};gruppen@example.se\n"
        page = check(office, file)
        office.submit(f"{office.address(GUSTAV)}/andra", {"surname": "Ny"})
        answer = confirm(office, page)
        assert answer.status_code == 409
        assert "Något har ändrats" in text_of(answer)
        assert "Det finns inget att spara." in text_of(answer)

    def test_a_file_is_saved_once(self, office: Office) -> None:
        page = check(office, f"{FIELDS}\nÖ;Å;{NEW};o@example.se\n")
        assert confirm(office, page).status_code == 303
        assert confirm(office, page).status_code == 404

    def test_a_checked_file_is_for_nobody_else(self, office: Office) -> None:
        page = check(office, f"{FIELDS}\nÖ;Å;{NEW};o@example.se\n")
        name = page.request.path.rpartition("/")[2]
        other = office.another_browser()
        other.log_in(ANNA)
        assert other.get(page.request.path).status_code == 404
        stranger = office.another_browser()
        stranger.log_in(KURT)
        assert stranger.get(f"/o/{KOMMUN}/import/{name}").status_code == 404
        assert stranger.send(f"/o/{KOMMUN}/import/{name}").status_code == 404

    def test_a_checked_file_is_forgotten_after_an_hour(self, office: Office) -> None:
        page = check(office, f"{FIELDS}\nÖ;Å;{NEW};o@example.se\n")
        for _ in range(3):
            office.clock.advance(timedelta(minutes=20))
            office.get("/admin/")
        assert office.get(page.request.path).status_code == 404

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            (b"", "Filen är tom."),
            ("Å;b".encode("utf-16"), "CSV UTF-8"),
            (FIELDS.encode(), "Filen har rubriker men inga användare."),
            (b"a;b\n1;2", "Det gäller ”a”."),
            ("Förnamn;Efternamn;HSA-id\n1;2;3", "Det saknas en kolumn."),
            (f"{FIELDS};E-post\n1;2;3;4;5", "Två kolumner har samma rubrik."),
            (f"{FIELDS};x (landsting:finns-inte)\n1;2;3;4;5", "Rubriken är varken"),
            (f"{FIELDS}\n1;2;3;4;5", "Rad 2: Raden har fler celler"),
            (b"a\n" * 2002, "högst 2 000 användare"),
            (b"a" * (MAX_BYTES + 1), "högst 2 MB"),
        ],
    )
    def test_a_file_that_cannot_be_read_says_why(
        self, office: Office, data: bytes | str, words: str
    ) -> None:
        answer = upload(office, data)
        assert answer.status_code == 422
        assert words in text_of(answer)

    def test_without_a_file_nothing_is_checked(self, office: Office) -> None:
        answer = office.send(IMPORT)
        assert answer.status_code == 422
        assert "Välj en fil." in text_of(answer)

    def test_a_request_that_is_far_too_large_is_not_read(self, office: Office) -> None:
        assert upload(office, b"a" * 3_000_000).status_code == 413
        big = {"csrf_token": "x", "surname": "y" * 500_000}
        assert office.post(f"/o/{REGION}/anvandare/ny", big).status_code == 413

    def test_many_foreign_people_are_not_told_apart(self, office: Office) -> None:
        people = "".join(f"F;F;SE2120000142-C{n:03};f@example.se\n" for n in range(11))
        office.load(
            "".join(
                f'[[users]]\norganisation = "{KOMMUN}"\nhsa_id = "SE2120000142-C{n:03}"'
                '\ngiven_name = "F"\nsurname = "F"\nemail = "f@example.se"\n'
                for n in range(11)
            )
        )
        answer = upload(office, f"{FIELDS}\n{people}")
        assert answer.status_code == 422
        assert "för många försök" in text_of(answer)

    @pytest.mark.parametrize("value", ["<b>x</b>", "=1", "a\u2028b", "\u202ea"])
    def test_hostile_cells_are_only_text(self, office: Office, value: str) -> None:
        page = check(office, f"{FIELDS}\n{value};Å;{NEW};o@example.se\n")
        assert b"<b>x</b>" not in page.data
        assert "\u202e" not in page.text

    def test_without_the_token_nothing_is_checked(self, office: Office) -> None:
        form = {"fil": (BytesIO(b"x"), "x.csv")}
        answer = office.post(IMPORT, form, content_type="multipart/form-data")
        assert answer.status_code == 400


def test_the_template_has_the_headings_and_nobody(office: Office) -> None:
    assert rows_of(office.get(f"{IMPORT}/mall.csv")) == []
    assert ALICE not in office.get(f"{IMPORT}/mall.csv").text
