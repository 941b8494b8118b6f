"""Operators keep organisations and agreements, and see who loses what."""

import csv
import io
from pathlib import Path

import pytest

from authz.models import Outcome
from tests.support.operator_pages import Site, make_site, text_of
from tests.support.permission_world import ALICE, KOMMUN, REGION
from tests.support.register_pages import (
    BASE,
    actions,
    done_of,
    follow,
    organisation_id,
    problems_of,
    rows_of,
    trail,
)

LIST = f"{BASE}/organisationer"
NEW = f"{LIST}/ny"
FREE = "2120001553"
FORM = {"name": "Ängelholms kommun", "kind": "kommun", "number": "212000-1553"}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = make_site(tmp_path)
    site.log_in("handler")
    return site


@pytest.fixture
def region(site: Site) -> str:
    return f"{LIST}/{organisation_id(site, REGION)}"


def outcome(site: Site) -> Outcome:
    return site.parts.authz.explain(ALICE, "landsting", now=site.clock()).outcome


def agreement(site: Site, service: str = "landsting") -> str:
    found = site.parts.office.agreements.list(service_code=service)
    return f"{BASE}/avtal/{found[0].id}"


# --- organisations --------------------------------------------------------------------


def test_the_list_shows_what_each_organisation_has(site: Site) -> None:
    rows = rows_of(site.get(LIST))
    assert [row[0] for row in rows] == ["Region Stockholm", "Upplands Väsby kommun"]
    region = rows[0]
    assert region[1] == "232100-0016 + 1"
    assert region[2:6] == ["Region", "2", "1", "3"]


def test_what_the_list_shows_goes_out_as_a_file(site: Site) -> None:
    answer = site.get(f"{LIST}.csv?typ=region")
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="organisationer-2026-11-23.csv"'
    )
    assert answer.headers["Cache-Control"] == "no-store"
    text = answer.data.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert rows[0][:3] == ["Namn", "Organisationsnummer", "Typ"]
    assert [row[:6] for row in rows[1:]] == [
        ["Region Stockholm", "232100-0016, 556559-4230", "Region", "2", "1", "3"]
    ]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("sok=VÄSBY", ["Upplands Väsby kommun"]),
        ("sok=2321000016", ["Region Stockholm"]),
        ("typ=region", ["Region Stockholm"]),
        ("sortera=-name", ["Upplands Väsby kommun", "Region Stockholm"]),
        ("sortera=users", ["Upplands Väsby kommun", "Region Stockholm"]),
        ("administratorer=0", []),
        ("sok=%25", []),
        ("sok=_", []),
        ("sortera=id;drop table people", ["Region Stockholm", "Upplands Väsby kommun"]),
        ("sida=999999", ["Region Stockholm", "Upplands Väsby kommun"]),
    ],
)
def test_the_list_follows_its_address(site: Site, query: str, names: list[str]) -> None:
    assert [row[0] for row in rows_of(site.get(f"{LIST}?{query}"))] == names


def test_a_header_says_how_the_list_is_sorted(site: Site) -> None:
    page = site.get(f"{LIST}?sortera=-users").text
    assert page.count("aria-sort=") == 1
    assert 'aria-sort="descending"' in page


def test_a_list_without_hits_says_so(site: Site) -> None:
    found = text_of(site.get(f"{LIST}?sok=finns-inte"))
    assert "Ingen organisation matchar" in found


def test_an_organisation_is_registered_with_its_trail(site: Site) -> None:
    page = follow(site, site.send(NEW, FORM))
    assert "Organisationen är registrerad" in done_of(page)
    assert "Ängelholms kommun" in text_of(page)
    assert "212000-1553" in text_of(page)
    added = [one for one in trail(site) if one["action"] == "organisation:add"][-1]
    assert added["actor"].startswith("operator:")
    assert added["chain"] == f"organisation:{organisation_id(site, FREE)}"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"name": ""}, "Fyll i namn."),
        ({"name": " \t "}, "Fyll i namn."),
        ({"kind": "planet"}, "Välj typ."),
        ({"number": ""}, "Fyll i organisationsnummer."),
        ({"number": "212000-1554"}, "Skriv ett organisationsnummer med tio siffror"),
        ({"number": REGION}, "En organisation har redan det organisationsnumret."),
    ],
)
def test_a_form_with_mistakes_is_shown_again(
    site: Site, change: dict[str, str], problem: str
) -> None:
    answer = site.send(NEW, {**FORM, **change})
    assert answer.status_code == 422
    assert [one for one in problems_of(answer) if one.startswith(problem)]
    assert "<title>Fel: " in answer.text
    assert f'value="{change.get("number", "212000-1553")}"' in answer.text
    assert len(rows_of(site.get(LIST))) == 2


def test_a_new_name_keeps_numbers_and_history(site: Site, region: str) -> None:
    form = {"name": "Region Mälaren", "kind": "region"}
    page = follow(site, site.send(f"{region}/andra", form))
    assert "Ändringen är sparad" in done_of(page)
    assert "Region Mälaren" in text_of(page)
    assert "556559-4230" in text_of(page)
    assert actions(site).count("organisation:change") == 1


def test_what_was_not_changed_leaves_no_trace(site: Site, region: str) -> None:
    form = {"name": "Region Stockholm", "kind": "region"}
    follow(site, site.send(f"{region}/andra", form))
    assert "organisation:change" not in actions(site)


def test_an_organisation_may_have_more_numbers(site: Site, region: str) -> None:
    page = follow(site, site.send(f"{region}/nummer", {"number": FREE}))
    assert "212000-1553" in text_of(page)
    follow(site, site.send(f"{region}/nummer/{FREE}/huvudnummer"))
    assert rows_of(site.get(LIST))[0][1] == "212000-1553 + 2"
    follow(site, site.send(f"{region}/nummer/{REGION}/ta-bort"))
    assert "232100-0016" not in text_of(site.get(region))


def test_the_number_of_another_organisation_is_refused(site: Site, region: str) -> None:
    answer = site.send(f"{region}/nummer", {"number": KOMMUN})
    assert answer.status_code == 422
    assert problems_of(answer) == ["En organisation har redan det organisationsnumret."]


def test_the_main_number_stays(site: Site) -> None:
    kommun = f"{LIST}/{organisation_id(site, KOMMUN)}"
    answer = site.send(f"{kommun}/nummer/{KOMMUN}/ta-bort")
    assert answer.status_code == 422
    assert "Huvudnumret kan inte tas bort" in problems_of(answer)[0]


def test_an_end_shows_first_who_loses_what(site: Site, region: str) -> None:
    page = text_of(site.get(f"{region}/avsluta"))
    assert "1 användare förlorar 1 behörighet." in page
    assert "Åsa Öberg" in page
    assert outcome(site) is Outcome.ALLOWED
    ended = follow(site, site.send(f"{region}/avsluta"))
    assert "Avslutad" in text_of(ended)
    assert outcome(site) is Outcome.INACTIVE_ORGANISATION
    follow(site, site.send(f"{region}/oppna"))
    assert outcome(site) is Outcome.ALLOWED


def test_an_end_may_be_a_day_that_is_to_come(site: Site, region: str) -> None:
    follow(site, site.send(f"{region}/avsluta", {"last_day": "2026-12-31"}))
    assert "Gäller till 2026-12-31" in text_of(site.get(region))
    assert outcome(site) is Outcome.ALLOWED


@pytest.mark.parametrize("day", ["2026-11-22", "1999-01-01"])
def test_nothing_ends_in_the_past(site: Site, region: str, day: str) -> None:
    answer = site.send(f"{region}/avsluta", {"last_day": day})
    assert answer.status_code == 422
    assert "i dag eller senare" in problems_of(answer)[0]
    assert outcome(site) is Outcome.ALLOWED


@pytest.mark.parametrize("day", ["igår", "2026-02-30", "9999-12-31", "2026-11-22T01"])
def test_a_day_that_is_none_is_refused(site: Site, region: str, day: str) -> None:
    answer = site.send(f"{region}/avsluta", {"last_day": day})
    assert answer.status_code == 422
    assert "2026-12-31" in problems_of(answer)[0]


def test_users_are_shown_and_cannot_be_changed(site: Site, region: str) -> None:
    page = site.get(f"{region}/anvandare")
    assert [row[:2] for row in rows_of(page)] == [
        ["Charlie", "Ask"],
        ["Bo", "Ek"],
        ["Åsa", "Öberg"],
    ]
    assert "Den kan bara ändras av dem." in text_of(page)
    assert page.text.count("<form") == 1  # that to log out
    last = [one for one in trail(site) if one["action"] == "user-list:look-up"]
    assert [one["subject"] for one in last] == [
        region.replace(f"{LIST}/", "organisation:")
    ]
    assert last[0]["chain"] == last[0]["subject"]


def test_what_happened_stands_at_the_organisation(site: Site, region: str) -> None:
    site.send(f"{region}/andra", {"name": "Region Mälaren", "kind": "region"})
    rows = rows_of(site.get(f"{region}/handelser"))
    assert rows[0][1] == "Olle Ö. handler"
    assert rows[0][2].startswith("Ändrade organisation")
    assert "Region Stockholm" in rows[0][2]


# --- agreements -----------------------------------------------------------------------


def test_an_agreement_is_registered(site: Site) -> None:
    kommun = f"{LIST}/{organisation_id(site, KOMMUN)}"
    form = {
        "service_code": "landsting",
        "first_day": "2026-11-01",
        "last_day": "2027-10-31",
        "reference": "1.2-2026-77",
    }
    page = follow(site, site.send(f"{kommun}/avtal/nytt", form))
    assert "Avtalet är registrerat" in done_of(page)
    assert rows_of(page)[0][1:4] == [
        "2026-11-01 till 2027-10-31",
        "1.2-2026-77",
        "Gäller till 2027-10-31",
    ]
    assert "agreement:add" in actions(site)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"service_code": "ingen"}, "Välj e-tjänst."),
        ({"first_day": ""}, "Fyll i första dag."),
        ({"last_day": "2026-10-01"}, "Den sista dagen kan inte komma före"),
        ({"reference": "x" * 300}, "Texten i diarienummer är för lång."),
    ],
)
def test_an_agreement_with_mistakes_is_not_registered(
    site: Site, change: dict[str, str], problem: str
) -> None:
    kommun = f"{LIST}/{organisation_id(site, KOMMUN)}"
    form = {"service_code": "landsting", "first_day": "2026-11-01", **change}
    answer = site.send(f"{kommun}/avtal/nytt", form)
    assert answer.status_code == 422
    assert problems_of(answer)[0].startswith(problem)
    assert rows_of(site.get(f"{kommun}/avtal")) == []


def test_the_same_agreement_is_registered_once(site: Site, region: str) -> None:
    form = {"service_code": "landsting", "first_day": "2025-01-01"}
    answer = site.send(f"{region}/avtal/nytt", form)
    assert answer.status_code == 422
    assert "redan ett avtal" in problems_of(answer)[0]


def test_an_agreement_is_made_longer_but_not_shorter_by_the_way(
    site: Site, region: str
) -> None:
    one = agreement(site)
    answer = site.send(f"{one}/andra", {"last_day": "2027-01-01"})
    assert answer.status_code == 422
    assert "Här kan du bara förlänga" in problems_of(answer)[0]
    follow(site, site.send(f"{one}/andra", {"reference": "7/2026"}))
    rows = {row[0]: row[2] for row in rows_of(site.get(f"{region}/avtal"))}
    assert rows["E-tjänst för landsting"] == "7/2026"


def test_ending_an_agreement_shows_first_who_loses_what(site: Site) -> None:
    one = agreement(site)
    page = text_of(site.get(f"{one}/avsluta?last_day=2026-12-31"))
    assert "Det här händer efter 2026-12-31" in page
    assert "1 användare förlorar 1 behörighet." in page
    shown = follow(site, site.send(f"{one}/avsluta", {"last_day": "2026-12-31"}))
    assert "Gäller till 2026-12-31" in text_of(shown)
    assert outcome(site) is Outcome.ALLOWED
    follow(site, site.send(f"{one}/avsluta"))
    assert outcome(site) is Outcome.NO_AGREEMENT
    assert actions(site).count("agreement:end") == 2


def test_an_agreement_that_has_not_begun_is_withdrawn(site: Site) -> None:
    kommun = f"{LIST}/{organisation_id(site, KOMMUN)}"
    form = {"service_code": "landsting", "first_day": "2027-01-01"}
    follow(site, site.send(f"{kommun}/avtal/nytt", form))
    found = site.parts.office.agreements.list(
        organisation_id=organisation_id(site, KOMMUN)
    )
    follow(site, site.send(f"{BASE}/avtal/{found[0].id}/avsluta"))
    assert rows_of(site.get(f"{kommun}/avtal")) == []
    assert site.get(f"{BASE}/avtal/{found[0].id}/andra").status_code == 404


def test_an_agreement_is_not_made_longer_by_ending_it(site: Site) -> None:
    one = agreement(site)
    follow(site, site.send(f"{one}/avsluta", {"last_day": "2026-12-31"}))
    answer = site.send(f"{one}/avsluta", {"last_day": "2027-12-31"})
    assert answer.status_code == 422
    assert "Det slutar redan före den dagen." in problems_of(answer)[0]


def test_agreements_that_end_soon_are_found(site: Site) -> None:
    site.send(f"{agreement(site)}/avsluta", {"last_day": "2026-12-31"})
    rows = rows_of(site.get(f"{BASE}/avtal?slutar=snart"))
    assert [row[:2] for row in rows] == [["Region Stockholm", "E-tjänst för landsting"]]
    assert len(rows_of(site.get(f"{BASE}/avtal"))) == 2
