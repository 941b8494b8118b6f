"""Operators look people up, ask why and read what happened, and leave traces."""

import csv
import io
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from authz.administration.models import Actor, ActorKind, UserQuery
from authz.tables import MembershipRow
from tests.support.operator_pages import Site, make_site, operators, text_of
from tests.support.permission_world import ALICE, ANNA, BOB, CHARLIE, REGION
from tests.support.register_pages import (
    BASE,
    actions,
    follow,
    organisation_id,
    problems_of,
    rows_of,
    trail,
    tree_of,
)

PERSON = f"{BASE}/person"
WHY = f"{BASE}/forklara"
LOG = f"{BASE}/logg"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = make_site(tmp_path)
    site.log_in("reader")
    return site


def explain(site: Site, hsa_id: str, **more: str) -> str:
    form = {"hsa_id": hsa_id, "service_code": "landsting", **more}
    return text_of(site.send(WHY, form))


# --- people ---------------------------------------------------------------------------


def test_a_person_is_found_in_any_spelling(site: Site) -> None:
    page = text_of(site.send(PERSON, {"hsa_id": f" {ALICE.lower()} "}))
    assert "Åsa Öberg" in page
    assert "Region Stockholm" in page
    assert "Rapportera hälsoundersökning" in page


def test_a_look_up_stands_in_the_trail_of_the_organisation(site: Site) -> None:
    site.send(PERSON, {"hsa_id": ALICE})
    chain = f"organisation:{organisation_id(site, REGION)}"
    last = [one for one in trail(site) if one["chain"] == chain][-1]
    assert last["action"] == "person:look-up"
    assert last["actor"].startswith("operator:")
    assert last["subject"].startswith("person:")
    assert ALICE not in str(last)


def test_an_administrator_of_two_organisations_is_shown_with_both(site: Site) -> None:
    page = text_of(site.send(PERSON, {"hsa_id": ANNA}))
    assert "Region Stockholm" in page
    assert "Upplands Väsby kommun" in page


def test_nobody_is_found_and_the_question_is_remembered(site: Site) -> None:
    page = text_of(site.send(PERSON, {"hsa_id": "SE2321000016-ZZZZ"}))
    assert "Ingen är registrerad med det HSA-id:t." in page
    assert actions(site).count("person:look-up") == 1
    assert "ZZZZ" not in str(trail(site))


def test_a_look_up_that_cannot_be_meant_finds_nothing(site: Site) -> None:
    answer = site.send(PERSON, {"hsa_id": "%"})
    assert answer.status_code == 422
    assert problems_of(answer)[0].startswith("HSA-id börjar med SE")
    assert "person:look-up" not in actions(site)


def test_an_hsa_id_never_stands_in_an_address(site: Site) -> None:
    for page in (PERSON, WHY):
        forms = tree_of(site.get(page)).xpath("//main//form[.//*[@name='hsa_id']]")
        assert [form.get("method") for form in forms] == ["post"]
    assert "Åsa" not in text_of(site.get(f"{PERSON}?hsa_id={ALICE}"))


# --- why ------------------------------------------------------------------------------


def test_the_answer_says_why_somebody_got_this(site: Site) -> None:
    page = explain(site, ALICE)
    assert "Personen släpps in." in page
    assert f"{REGION}:landsting:rapportera" in page


@pytest.mark.parametrize(
    ("hsa_id", "reason"),
    [
        (BOB, "Har upphört eller tagits bort"),
        (CHARLIE, "Personen hade ingen behörighet som gällde i e-tjänsten."),
        ("SE2321000016-ZZZZ", "HSA-id:t är inte registrerat hos någon organisation."),
    ],
)
def test_the_answer_says_why_somebody_did_not(
    site: Site, hsa_id: str, reason: str
) -> None:
    assert reason in explain(site, hsa_id)


def test_the_answer_may_be_about_a_moment_in_the_past(site: Site) -> None:
    page = explain(site, ALICE, at="2024-06-01 12:00")
    assert "2024-06-01 kl. 12.00" in page
    assert "Personen släpps in." not in page


def test_every_question_leaves_a_trace(site: Site) -> None:
    explain(site, ALICE)
    assert actions(site).count("person:look-up") == 1


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"service_code": "ingen"}, "Välj e-tjänst."),
        ({"at": "förra veckan"}, "Skriv tidpunkt som datum"),
        ({"hsa_id": ""}, "Fyll i HSA-id."),
    ],
)
def test_a_question_with_mistakes_is_shown_again(
    site: Site, change: dict[str, str], problem: str
) -> None:
    form = {"hsa_id": ALICE, "service_code": "landsting", **change}
    answer = site.send(WHY, form)
    assert answer.status_code == 422
    assert problems_of(answer)[0].startswith(problem)
    assert "person:look-up" not in actions(site)


# --- the trail ------------------------------------------------------------------------


def test_the_newest_stands_first_and_names_people(site: Site) -> None:
    site.clock.advance(timedelta(minutes=1))
    site.send(PERSON, {"hsa_id": ALICE})
    first = rows_of(site.get(LOG))[0]
    assert first[1] == "Olle Ö. reader"
    assert first[2].startswith("Slog upp personen")
    assert first[3] == "Åsa Öberg"
    assert first[4] == "Region Stockholm"


def test_the_trail_follows_its_filters(site: Site) -> None:
    region = organisation_id(site, REGION)
    everything = len(rows_of(site.get(LOG)))
    people = rows_of(site.get(f"{LOG}?handelse=grant"))
    assert 0 < len(people) < everything
    assert {row[2].split(" ")[0] for row in people} == {"Gav"}
    system = rows_of(site.get(f"{LOG}?bara=system"))
    assert {row[4] for row in system} == {"Hela systemet"}
    here = rows_of(site.get(f"{LOG}?organisation={region}"))
    assert {row[4] for row in here} == {"Region Stockholm"}
    assert rows_of(site.get(f"{LOG}?fran=2026-11-24")) == []
    assert rows_of(site.get(f"{LOG}?till=2026-11-22")) == []
    assert len(rows_of(site.get(f"{LOG}?fran=2026-11-23&till=2026-11-23"))) > 0


@pytest.mark.parametrize(
    "query",
    [
        "organisation=99999999999999999999",
        "organisation=-1",
        "organisation=%00",
        "av=%00",
        "av=%C3%85",
        "handelse=%27%3B--",
        "sida=99999999999999999999",
    ],
)
def test_a_filter_that_cannot_be_meant_does_no_harm(site: Site, query: str) -> None:
    assert site.get(f"{LOG}?{query}").status_code == 200
    assert site.get(f"{LOG}.csv?{query}").status_code == 200


def test_a_day_that_is_none_is_told(site: Site) -> None:
    answer = site.get(f"{LOG}?fran=igar")
    assert answer.status_code == 422
    assert problems_of(answer)[0].startswith("Skriv från och med")


def test_the_trail_leaves_as_a_file_that_is_safe_to_open(site: Site) -> None:
    evil = "=HYPERLINK(1)"
    handler = site.another_browser()
    handler.log_in("handler")
    page = f"{BASE}/organisationer/{organisation_id(site, REGION)}/andra"
    follow(handler, handler.send(page, {"name": evil, "kind": "region"}))
    answer = site.get(f"{LOG}.csv?handelse=organisation")
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="logg-2026-11-23.csv"'
    )
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))
    assert rows[0][:3] == ["Tid", "Av", "Händelse"]
    assert len({len(row) for row in rows}) == 1
    assert f"'{evil}" in {row[4] for row in rows}
    assert all(not cell.startswith(("=", "+", "@")) for row in rows for cell in row)


# --- the first page -------------------------------------------------------------------


def test_the_first_page_counts_what_needs_attention(site: Site) -> None:
    tiles = tree_of(site.get(f"{BASE}/")).find_class("tiles")[0]
    counts = {
        " ".join(link.text_content().split()[1:]): link.find("strong").text
        for link in tiles.iter("a")
    }
    assert counts["organisationer utan administratör"] == "0"
    assert counts["organisationer med bara en administratör"] == "2"
    assert counts["avtal som upphör inom 60 dagar"] == "0"


def test_an_organisation_that_has_ended_needs_no_attention(site: Site) -> None:
    office, now = site.parts.office, site.clock()
    region = organisation_id(site, REGION)
    office.organisations.end(region, at=now, actor="test", now=now)
    tiles = tree_of(site.get(f"{BASE}/")).find_class("tiles")[0]
    assert [one.text for one in tiles.iter("strong")] == ["0", "1", *["0"] * 4]


def test_late_reviews_are_counted_and_listed(site: Site) -> None:
    assert rows_of(site.get(f"{BASE}/genomgangar")) == []
    long_ago = site.clock() - timedelta(days=370)
    with site.parts.engine.begin() as connection:
        connection.execute(update(MembershipRow).values(started_at=long_ago))
    rows = rows_of(site.get(f"{BASE}/genomgangar"))
    due = (long_ago + timedelta(days=365)).date().isoformat()
    assert rows == [["Region Stockholm", "Aldrig", due]]
    actor = Actor(kind=ActorKind.ADMINISTRATOR, id=1, name="Anna Admin")
    region, reviews = organisation_id(site, REGION), site.parts.reviews
    now = site.clock()
    users = site.parts.administration.users(region, UserQuery(), now=now).lines
    reviews.start(region, actor=actor, now=now)
    everybody = [one.membership_id for one in users]
    reviews.keep(region, everybody, actor=actor, now=now)
    reviews.finish(region, actor=actor, now=now)
    assert rows_of(site.get(f"{BASE}/genomgangar")) == []
    late = site.clock() + timedelta(days=366)
    assert [one.organisation_id for one in reviews.overdue(now=late)] == [region]


def test_every_tile_leads_to_what_it_counts(site: Site) -> None:
    tiles = tree_of(site.get(f"{BASE}/")).find_class("tiles")[0]
    for link in tiles.iter("a"):
        assert site.get(link.get("href")).status_code == 200


def test_operators_are_listed_for_those_who_decide(site: Site) -> None:
    assert "Operatörer" not in text_of(site.get(f"{BASE}/"))
    assert "/operator/operatorer" not in site.get(f"{BASE}/").text
    site.load(operators())
    assert site.get(f"{BASE}/operatorer").status_code == 403
