"""An administrator ticks boxes, and exactly that is saved; others may tick, too."""

from pathlib import Path

import pytest
from lxml import html

from idp_bridge.sessions import PERSON
from tests.support.administration_pages import (
    ANNA,
    BERIT,
    FIA,
    GUSTAV,
    HOST,
    KURT,
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
    without,
)
from tests.support.permission_world import CHARLIE, KOMMUN, REGION

RAPPORTERA = "landsting:rapportera"
GRANSKA = "landsting:granska"
FORSKOLA = "statlig-ersattning:forskola"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    office = make_office(tmp_path)
    office.log_in(BERIT)
    return office


class Form:
    """The form with permissions of a user, as one browser has it open."""

    def __init__(self, office: Office, hsa_id: str = GUSTAV) -> None:
        self.office = office
        self.membership = office.members()[hsa_id]
        self.path = f"/o/{REGION}/anvandare/{self.membership}/behorigheter"
        self.numbers = permission_numbers(office, REGION)
        self.page = office.get(self.path)
        self.pairs: Pairs = pairs_of(self.page)

    def tick(self, *codes: str) -> "Form":
        self.pairs += [("after", str(self.numbers[code])) for code in codes]
        return self

    def untick(self, *codes: str) -> "Form":
        removed = [("after", str(self.numbers[code])) for code in codes]
        self.pairs = without(self.pairs, *removed)
        return self

    def until(self, code: str, day: str) -> "Form":
        self.pairs = setting(self.pairs, **{f"till_{self.numbers[code]}": day})
        return self

    def send(self, **more: str):  # type: ignore[no-untyped-def]  # noqa: ANN201
        return send(self.office, self.path, setting(self.pairs, **more))

    @property
    def held(self) -> set[str]:
        return held(self.office, self.membership, REGION)


def test_every_e_service_with_an_agreement_is_in_one_form(office: Office) -> None:
    page = html.fromstring(Form(office).page.get_data(as_text=True))
    legends = [each.text_content().strip() for each in page.iter("legend")]
    assert legends == ["Ansök om statlig ersättning", "E-tjänst för landsting"]
    boxes = page.findall(".//input[@name='after']")
    assert len(boxes) == 3
    assert sum(box.get("checked") is not None for box in boxes) == 2


def test_klar_saves_and_returns_to_the_user_with_what_changed(office: Office) -> None:
    form = Form(office).tick(GRANSKA).untick(RAPPORTERA)
    form.until(GRANSKA, "2027-06-30")
    answer = form.send(skal="Ny tjänst")
    page = text_of(follow(office, answer))
    assert "Behörigheterna för Gustav Zakarias är sparade." in page
    assert "Tillagt: Granska i E-tjänst för landsting, till och med 2027-06-30" in page
    assert "Borttaget: Rapportera hälsoundersökning i E-tjänst för landsting" in page
    assert form.held == {GRANSKA, FORSKOLA}
    events = text_of(office.get(f"/o/{REGION}/handelser"))
    assert "Berit Bok gav Granska i E-tjänst för landsting till Gustav" in events
    assert "Anledning: Ny tjänst" in events


def test_a_form_that_nobody_touched_changes_nothing(office: Office) -> None:
    form = Form(office)
    page = text_of(follow(office, form.send()))
    assert "Du har inte ändrat något." in page
    assert form.held == {RAPPORTERA, FORSKOLA}


def test_the_last_permission_may_go_and_the_page_says_so(office: Office) -> None:
    form = Form(office).untick(RAPPORTERA, FORSKOLA)
    page = text_of(follow(office, form.send()))
    assert "Borttaget:" in page
    assert "Användaren har inga behörigheter ännu." in page
    assert form.held == set()


def test_a_change_can_be_undone_once(office: Office) -> None:
    form = Form(office).tick(GRANSKA)
    page = follow(office, form.send())
    undo = html.fromstring(page.get_data(as_text=True)).xpath("//form[button='Ångra']")
    action, pairs = undo[0].get("action"), list(undo[0].fields.items())
    undone = follow(office, send(office, action, pairs))
    assert "Ändringen är ångrad." in text_of(undone)
    assert undone.request.path.endswith(f"/anvandare/{form.membership}")
    assert form.held == {RAPPORTERA, FORSKOLA}
    again = send(office, action, pairs)
    assert again.status_code == 409
    assert "Ändringen är redan ångrad." in text_of(again)


def test_undoing_is_refused_when_something_changed_since(office: Office) -> None:
    form = Form(office).tick(GRANSKA)
    page = follow(office, form.send())
    undo = html.fromstring(page.get_data(as_text=True)).xpath("//form[button='Ångra']")
    follow(office, Form(office).untick(GRANSKA).send())
    refused = send(office, undo[0].get("action"), list(undo[0].fields.items()))
    assert refused.status_code == 409
    assert "Någon har ändrat samma behörigheter" in text_of(refused)
    assert form.held == {RAPPORTERA, FORSKOLA}


def test_two_administrators_with_different_boxes_both_succeed(office: Office) -> None:
    other = office.another_browser()
    other.log_in(ANNA)
    mine, theirs = Form(office).tick(GRANSKA), Form(other).untick(RAPPORTERA)
    assert theirs.send().status_code == 303
    assert mine.send().status_code == 303
    assert mine.held == {GRANSKA, FORSKOLA}


class TestTheSameBox:
    @pytest.fixture
    def conflict(self, office: Office) -> Form:
        """Anna ended it next June, while Berit takes it and gives another one."""
        other = office.another_browser()
        other.log_in(ANNA)
        mine = Form(office).untick(RAPPORTERA).tick(GRANSKA)
        mine.until(GRANSKA, "2027-01-31")
        theirs = Form(other).until(RAPPORTERA, "2027-06-30")
        assert theirs.send().status_code == 303
        mine.page = mine.send(skal="Slutar")
        return mine

    def test_it_meets_a_page_that_shows_all_three(self, conflict: Form) -> None:
        assert conflict.page.status_code == 409
        text = text_of(conflict.page)
        assert "Gustav Zakarias ändrades av Anna Admin kl. 13.00" in text
        assert "Dina ändringar är inte sparade." in text
        tree = html.fromstring(conflict.page.text)
        cells = [
            " ".join(str(cell.text_content()).split())
            for cell in tree.iterfind(".//table/tbody//td")
        ]
        assert cells[0] == "Ja"
        assert "Ja, till och med 2027-06-30 av Anna Admin" in cells[1]
        assert cells[2].endswith("ditt val: Nej")
        assert conflict.held == {RAPPORTERA, FORSKOLA}

    def test_my_choice_can_win(self, conflict: Form) -> None:
        conflict.pairs = pairs_of(conflict.page)
        page = follow(conflict.office, conflict.send(avgor="mitt"))
        assert "Granska i E-tjänst för landsting, till och med 2027-01-31" in text_of(
            page
        )
        assert conflict.held == {GRANSKA, FORSKOLA}

    def test_what_is_saved_can_stay_and_nothing_else_is_lost(
        self, conflict: Form
    ) -> None:
        conflict.pairs = pairs_of(conflict.page)
        follow(conflict.office, conflict.send(avgor="sparat"))
        assert conflict.held == {GRANSKA, RAPPORTERA, FORSKOLA}
        events = text_of(conflict.office.get(f"/o/{REGION}/handelser"))
        assert "Anledning: Slutar" in events

    def test_it_can_be_settled_box_by_box(self, conflict: Form) -> None:
        number = conflict.numbers[RAPPORTERA]
        conflict.pairs = pairs_of(conflict.page)
        chosen = {"avgor": "mitt", f"val_{number}": "sparat"}
        follow(conflict.office, conflict.send(**chosen))
        assert conflict.held == {GRANSKA, RAPPORTERA, FORSKOLA}


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("i sommar", "Skriv datumet som åååå-mm-dd"),
        ("2026-11-22", "Datumet får inte ha passerat"),
    ],
)
def test_a_wrong_end_is_told_and_nothing_is_lost(
    office: Office, day: str, words: str
) -> None:
    form = Form(office).tick(GRANSKA).untick(FORSKOLA).until(GRANSKA, day)
    page = form.send()
    assert page.status_code == 422
    assert words in text_of(page)
    tree = html.fromstring(page.text)
    assert str(tree.findtext(".//title")).startswith("Fel: ")
    assert ("after", str(form.numbers[GRANSKA])) in pairs_of(page)
    assert ("after", str(form.numbers[FORSKOLA])) not in pairs_of(page)
    assert (f"till-{form.numbers[GRANSKA]}", day) in pairs_of(page)
    assert form.held == {RAPPORTERA, FORSKOLA}


def test_all_of_an_e_service_can_be_ticked_without_a_script(office: Office) -> None:
    form = Form(office, CHARLIE)
    page = form.send(markera="landsting")
    assert page.status_code == 200
    ticked = {value for name, value in pairs_of(page) if name == "after"}
    assert ticked == {str(form.numbers[code]) for code in (RAPPORTERA, GRANSKA)}
    assert form.held == set()
    form.pairs = pairs_of(page)
    none = form.send(markera="-landsting")
    assert "after" not in dict(pairs_of(none))


def test_what_was_ticked_survives_the_end_of_the_session(office: Office) -> None:
    form = Form(office).tick(GRANSKA)
    office.client.delete_cookie(PERSON, domain=HOST)
    assert "Det du skrev är inte sparat" in text_of(form.send())
    office.log_in(BERIT, form.path)
    page = office.get(form.path)
    assert "Det du skrev är inte sparat ännu" in text_of(page)
    form.pairs = pairs_of(page)
    follow(office, form.send())
    assert form.held == {GRANSKA, RAPPORTERA, FORSKOLA}


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("more", ["/behorigheter", "/kopiera"])
def test_somebody_elses_user_is_like_none(
    office: Office, method: str, more: str
) -> None:
    missing = f"/o/{REGION}/anvandare/4711{more}"
    foreign = f"/o/{REGION}/anvandare/{office.members()[FIA]}{more}"
    ask = office.get if method == "get" else office.send
    pages = [ask(path) for path in (missing, foreign)]
    assert [page.status_code for page in pages] == [404, 404]
    assert len({text_of(page).split("Felkod")[0] for page in pages}) == 1


def test_somebody_elses_change_cannot_be_undone(office: Office) -> None:
    form = Form(office).tick(GRANSKA)
    answer = form.send()
    change = answer.headers["Location"].rpartition("=")[2]
    other = office.another_browser()
    other.log_in(KURT)
    refused = other.send(f"/o/{KOMMUN}/angra/{change}")
    assert refused.status_code == 404
    assert other.send(f"/o/{KOMMUN}/angra/99999").status_code == 404
    assert GRANSKA in form.held


def test_a_permission_without_an_agreement_cannot_be_given(office: Office) -> None:
    other = office.another_browser()
    other.log_in(KURT)
    membership = office.members()[FIA]
    path = f"/o/{KOMMUN}/anvandare/{membership}/behorigheter"
    foreign = permission_numbers(office, REGION)[GRANSKA]
    answer = other.send(path, {"after": str(foreign)})
    assert answer.status_code in {404, 409}
    assert held(office, membership, KOMMUN) == {FORSKOLA}


@pytest.mark.parametrize(
    ("name", "value"),
    [("after", "1 OR 1=1"), ("before", "\u2028"), ("mine", "-"), ("after", "-1")],
)
def test_a_made_up_form_is_refused(office: Office, name: str, value: str) -> None:
    form = Form(office)
    form.pairs.append((name, value))
    assert form.send().status_code == 400
    assert form.held == {RAPPORTERA, FORSKOLA}


@pytest.mark.parametrize("value", ["<b>x</b>", "=1+1", "a\u2028b", "å" * 10_000])
def test_a_hostile_reason_is_only_text(office: Office, value: str) -> None:
    form = Form(office).tick(GRANSKA)
    answer = form.send(skal=value)
    assert answer.status_code in {303, 422}
    page = office.get(f"/o/{REGION}/handelser")
    assert b"<b>x</b>" not in page.data
    file = office.get(f"/o/{REGION}/handelser.csv").get_data(as_text=True)
    assert ";=1" not in file
    if answer.status_code == 422:
        assert GRANSKA not in form.held


def test_a_reason_that_cannot_be_shown_is_refused(office: Office) -> None:
    form = Form(office).tick(GRANSKA)
    page = form.send(skal="a\0b")
    assert page.status_code == 422
    assert "Ta bort tecken i anledningen" in text_of(page)
    assert GRANSKA not in form.held


def test_a_reason_that_is_too_long_is_not_cut_but_said(office: Office) -> None:
    form = Form(office).tick(GRANSKA)
    page = form.send(skal="å" * 501)
    assert page.status_code == 422
    assert "Anledningen är för lång. Skriv högst 500 tecken." in text_of(page)
    assert "å" * 501 in page.text
    assert GRANSKA not in form.held
    assert form.send(skal="å" * 500).status_code == 303
