"""Once a year somebody looks at every user, and what was decided can be shown."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from lxml import html
from sqlalchemy import text, update

from authz.tables import MembershipRow, OrganisationRow
from tests.support.administration_pages import (
    BERIT,
    FIA,
    GUSTAV,
    KURT,
    LIST,
    Office,
    make_office,
    text_of,
)
from tests.support.change_pages import (
    came,
    follow,
    pairs_of,
    send,
    setting,
    without,
)
from tests.support.permission_world import ALICE, CHARLIE, KOMMUN, REGION

REVIEW = f"/o/{REGION}/genomgang"
RECENT = f"{REVIEW}/behall-inloggade"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    office = make_office(tmp_path)
    office.log_in(BERIT)
    return office


@pytest.fixture
def begun(office: Office) -> Office:
    follow(office, office.send(f"{REVIEW}/borja"))
    office.clock.advance(timedelta(seconds=1))
    return office


def keep(office: Office, *hsa_ids: str) -> str:
    members = office.members()
    chosen = {"markerad": [str(members[hsa_id]) for hsa_id in hsa_ids]}
    return text_of(follow(office, office.send(f"{REVIEW}/behall", chosen)))


def names_in(page: str) -> list[str]:
    tree = html.fromstring(page)
    return [str(each.text_content()) for each in tree.iterfind(".//tbody//th/a")]


def test_before_the_first_one_the_page_says_when_it_is_due(office: Office) -> None:
    page = text_of(office.get(REVIEW))
    assert "Nästa genomgång ska vara klar senast 23 november 2027." in page


def test_a_late_one_is_told_as_late_where_administrators_begin(office: Office) -> None:
    late = "Genomgången av användare skulle ha varit klar 22 november 2026."
    assert "skulle ha varit klar" not in text_of(office.get(LIST))
    year = timedelta(days=366)
    with office.parts.engine.begin() as connection:
        started = office.clock() - year
        connection.execute(update(MembershipRow).values(started_at=started))
    page = text_of(office.get(REVIEW))
    assert "Genomgången skulle ha varit klar 22 november 2026" in page
    begin = office.get(LIST)
    assert late in text_of(begin)
    links = html.fromstring(begin.text).iterfind(".//main//a")
    assert REVIEW in [link.get("href") for link in links]


def test_everybody_with_a_permission_belongs_to_it(begun: Office) -> None:
    page = begun.get(REVIEW)
    assert "0 av 2 användare är klara." in text_of(page)
    assert names_in(page.text) == ["Gustav Zakarias", "Åsa Öberg"]
    assert "given 2026-11-23" in text_of(page)


def test_only_one_is_open_at_a_time(begun: Office) -> None:
    again = begun.send(f"{REVIEW}/borja")
    assert again.status_code == 409
    assert "Det pågår redan en genomgång." in text_of(again)


def test_each_decision_is_saved_at_once(begun: Office) -> None:
    page = keep(begun, GUSTAV)
    assert "1 användare behåller sina behörigheter." in page
    assert "1 av 2 användare är klara." in page
    assert names_in(begun.get(REVIEW).text) == ["Åsa Öberg"]
    done = text_of(begun.get(f"{REVIEW}?visa=klara"))
    assert "Behåll av Berit Bok" in done


def test_a_change_made_from_the_review_counts(begun: Office) -> None:
    path = f"{begun.address(GUSTAV)}/behorigheter?fran=genomgang"
    pairs = pairs_of(begun.get(path))
    ticked = [pair for pair in pairs if pair[0] == "after"]
    answer = send(begun, path, without(pairs, ticked[0]))
    page = text_of(follow(begun, answer))
    assert "1 av 2 användare är klara." in page
    assert "Ändrad av Berit Bok" in text_of(begun.get(f"{REVIEW}?visa=klara"))


def test_opening_the_form_without_a_change_decides_nothing(begun: Office) -> None:
    path = f"{begun.address(GUSTAV)}/behorigheter?fran=genomgang"
    answer = send(begun, path, pairs_of(begun.get(path)))
    assert "0 av 2 användare är klara." in text_of(follow(begun, answer))


def test_a_removed_user_is_done_and_stays_in_the_record(begun: Office) -> None:
    begun.submit(f"{begun.address(GUSTAV)}/ta-bort")
    assert "1 av 2 användare är klara." in text_of(begun.get(REVIEW))
    keep(begun, ALICE)
    record = text_of(follow(begun, begun.send(f"{REVIEW}/avsluta")))
    assert "Gustav Zakarias SE2321000016-B004 Borttagen, 2026-11-23" in record


def test_it_ends_when_everybody_is_done_and_leaves_a_record(begun: Office) -> None:
    early = begun.send(f"{REVIEW}/avsluta")
    assert early.status_code == 409
    assert "Alla användare är inte genomgångna ännu." in text_of(early)
    keep(begun, GUSTAV, ALICE)
    record = text_of(follow(begun, begun.send(f"{REVIEW}/avsluta")))
    assert "OrganisationRegion Stockholm, 2321000016" in record
    assert "Avslutad2026-11-23 kl. 13.00 av Berit Bok" in record
    assert "Rapportera hälsoundersökning i E-tjänst för landsting" in record
    assert "Protokollet stämmer inte" not in record
    start = text_of(begun.get(REVIEW))
    assert "Nästa genomgång ska vara klar senast 23 november 2027." in start
    assert "23 november 2026, avslutad av Berit Bok" in start
    events = text_of(begun.get(f"/o/{REGION}/handelser"))
    assert "Berit Bok avslutade en genomgång" in events
    assert "Berit Bok gick igenom Åsa Öberg: behåll" in events


def test_a_record_that_somebody_changed_says_so(begun: Office) -> None:
    keep(begun, GUSTAV, ALICE)
    path = begun.send(f"{REVIEW}/avsluta").headers["Location"]
    with begun.parts.engine.begin() as connection:
        connection.execute(
            text("UPDATE reviews SET record = replace(record, 'keep', 'remove')")
        )
    assert "Protokollet stämmer inte" in text_of(begun.get(path))


def test_nobody_elses_review_can_be_seen_or_decided(begun: Office) -> None:
    other = begun.another_browser()
    other.log_in(KURT)
    here = f"/o/{KOMMUN}/genomgang"
    assert "Börja genomgång" in text_of(other.get(here))
    keep(begun, GUSTAV, ALICE)
    record = begun.send(f"{REVIEW}/avsluta").headers["Location"]
    assert begun.get(record).status_code == 200
    assert other.get(record).status_code == 404
    review = record.rpartition("/")[2]
    assert other.get(f"{here}/{review}").status_code == 404
    member = str(begun.members()[FIA])
    begun.send(f"{REVIEW}/borja")
    assert begun.send(f"{REVIEW}/behall", {"markerad": member}).status_code == 404


def test_without_a_review_nothing_can_be_decided(office: Office) -> None:
    member = str(office.members()[GUSTAV])
    for path in ("behall", "avsluta"):
        answer = office.send(f"{REVIEW}/{path}", {"markerad": member})
        assert answer.status_code == 404


def test_nobody_ticked_is_told_so(begun: Office) -> None:
    answer = begun.send(f"{REVIEW}/behall")
    assert answer.status_code == 422
    assert "Välj minst en användare." in text_of(answer)


def test_whoever_gets_a_permission_during_it_is_added(begun: Office) -> None:
    member = begun.members()[CHARLIE]
    path = f"/o/{REGION}/anvandare/{member}/behorigheter"
    pairs = [*pairs_of(begun.get(path)), ("markera", "landsting")]
    ticked = pairs_of(send(begun, path, pairs))
    follow(begun, send(begun, path, ticked))
    assert "0 av 3 användare är klara." in text_of(begun.get(REVIEW))


def test_everybody_who_came_lately_is_kept_after_a_page_that_says_who(
    begun: Office,
) -> None:
    assert "senaste 90 dagarna" not in text_of(begun.get(REVIEW))
    came(begun, ALICE, 90)
    came(begun, GUSTAV, 91)
    page = begun.get(REVIEW)
    assert "1 av dem som är kvar har loggat in de senaste 90 dagarna." in text_of(page)
    assert "2026-08-25" in text_of(page)
    check = begun.get(RECENT)
    assert names_in(check.text) == ["Åsa Öberg"]
    assert "1 användare som du inte har gått igenom" in text_of(check)
    assert "Ingenting är sparat ännu." in text_of(check)
    assert "Rapportera hälsoundersökning i E-tjänst för landsting" in text_of(check)
    assert "0 av 2 användare är klara." in text_of(begun.get(REVIEW))
    kept = follow(begun, send(begun, RECENT, pairs_of(check)))
    assert "1 användare behåller sina behörigheter." in text_of(kept)
    assert names_in(kept.text) == ["Gustav Zakarias"]
    assert "senaste 90 dagarna" not in text_of(kept)


def test_what_changed_after_the_page_was_opened_is_not_done_silently(
    begun: Office,
) -> None:
    came(begun, ALICE, 1)
    opened = pairs_of(begun.get(RECENT))
    came(begun, GUSTAV, 1)
    refused = send(begun, RECENT, opened)
    assert refused.status_code == 409
    assert "Något har ändrats sedan du öppnade sidan." in text_of(refused)
    assert names_in(refused.text) == ["Gustav Zakarias", "Åsa Öberg"]
    assert "0 av 2 användare är klara." in text_of(begun.get(REVIEW))
    again = pairs_of(refused)
    path = f"{begun.address(ALICE)}/behorigheter"
    send(begun, path, setting_end(begun, path))
    assert send(begun, RECENT, again).status_code == 409
    keep(begun, ALICE, GUSTAV)
    late = send(begun, RECENT, again)
    assert late.status_code == 409
    assert "Ingen av dem som är kvar har loggat in" in text_of(late)


def setting_end(office: Office, path: str) -> list[tuple[str, str]]:
    """Fill the form with permissions so that the first one ends some day."""
    pairs = pairs_of(office.get(path))
    (number,) = {value for name, value in pairs if name == "after"}
    return setting(pairs, **{f"till_{number}": "2027-06-30"})


def test_a_form_that_says_not_who_was_seen_keeps_nobody(begun: Office) -> None:
    came(begun, ALICE, 1)
    for seen in ({}, {"sedda": ""}, {"sedda": "0" * 64}):
        assert begun.send(RECENT, seen).status_code == 409
    assert "0 av 2 användare är klara." in text_of(begun.get(REVIEW))


def test_nobody_is_said_never_to_have_come_when_nobody_knows(begun: Office) -> None:
    assert text_of(begun.get(REVIEW)).count("Aldrig") == 2
    with begun.parts.engine.begin() as connection:
        since = date(2026, 11, 24)
        connection.execute(update(OrganisationRow).values(logins_since=since))
    page = text_of(begun.get(REVIEW))
    assert page.count("Inte sedan 2026-11-24") == 2
    assert "Aldrig" not in page


def test_nobody_is_kept_when_no_review_is_open(office: Office) -> None:
    came(office, ALICE, 1)
    assert office.get(RECENT).status_code == 404
    assert office.send(RECENT).status_code == 404
