"""Operators find a refusal by its number, and see what fails now."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from idp_bridge.tracing.models import TraceKind
from tests.support import databases
from tests.support.operator_pages import START, Site, make_site, text_of
from tests.support.permission_world import ALICE
from tests.support.register_pages import follow, rows_of, trail, tree_of
from tests.support.traces import TRACE, trace

LIST = "/operator/felkoder"
ONE = f"{LIST}/{TRACE.reference}"


@pytest.fixture(params=databases.BOTH)
def site(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Site]:
    site = make_site(tmp_path, more=databases.setting_of(request))
    site.log_in("reader")
    yield site
    site.close()


def links_on(site: Site, path: str) -> dict[str, str]:
    tree = tree_of(site.get(path))
    return {
        " ".join(link.text_content().split()): link.get("href")
        for link in tree.iter("a")
    }


def test_the_first_page_counts_what_failed_in_the_last_hour(site: Site) -> None:
    site.parts.traces.add(trace("BBBBBBBBB"))
    site.parts.traces.add(trace("CCCCCCCCC", code="bad-signature"))
    site.parts.traces.add(trace("DDDDDDDDD", code="bad-signature"))
    old = site.clock() - timedelta(hours=1)
    site.parts.traces.add(trace("FFFFFFFFF", code="expired", at=old))
    links = links_on(site, START)
    assert links["3 misslyckade inloggningar senaste timmen"] == LIST
    assert links["bad-signature"] == f"{LIST}?orsak=bad-signature"
    assert "expired" not in links
    text = text_of(site.get(START))
    assert text.index("2 bad-signature") < text.index("1 no-permission")


def test_a_quiet_hour_says_nothing_about_causes(site: Site) -> None:
    assert "0 misslyckade inloggningar" in text_of(site.get(START))
    assert "Misslyckade inloggningar senaste timmen" not in text_of(site.get(START))


def test_refusals_are_listed_by_cause_and_time(site: Site) -> None:
    site.parts.traces.add(trace("BBBBBBBBB"))
    site.parts.traces.add(trace("CCCCCCCCC", code="bad-signature"))
    yesterday = site.clock() - timedelta(hours=20)
    site.parts.traces.add(trace("DDDDDDDDD", at=yesterday))
    site.parts.traces.add(trace("FFFFFFFFF", kind=TraceKind.PAGE))
    assert [row[0] for row in rows_of(site.get(LIST))] == ["BBBBBBBBB", "CCCCCCCCC"]
    found = rows_of(site.get(f"{LIST}?orsak=no-permission&tid=dygn"))
    assert [row[0] for row in found] == ["BBBBBBBBB", "DDDDDDDDD"]
    assert [row[0] for row in rows_of(site.get(f"{LIST}?orsak=finns-inte"))] == [
        *("BBBBBBBBB", "CCCCCCCCC")
    ]


def test_a_long_list_has_pages(site: Site) -> None:
    for number in range(51):
        site.parts.traces.add(trace(f"R{number}"))
    assert len(rows_of(site.get(LIST))) == 50
    assert len(rows_of(site.get(f"{LIST}?sida=2"))) == 1


def test_one_refusal_is_shown_step_by_step_and_the_look_is_noted(site: Site) -> None:
    site.parts.traces.add(TRACE)
    page = site.get(ONE)
    text = text_of(page)
    assert page.status_code == 200
    assert "E-tjänstens begäran togs emot och klarade kontrollerna: signerad" in text
    assert "Stopp: no-permission" in text
    assert str(TRACE.second_status) in text
    noted = [each for each in trail(site) if each["action"] == "trace:look-up"]
    assert [each["subject"] for each in noted] == [f"trace:{TRACE.reference}"]
    assert noted[0]["actor"].startswith("operator:")
    assert "Såg vad som hände före en felkod" in text_of(site.get("/operator/logg"))


def test_a_number_is_found_however_it_is_written_in_the_address(site: Site) -> None:
    site.parts.traces.add(TRACE)
    assert site.get(f"{LIST}/bcd-234-fgh").status_code == 200
    assert site.get(f"{LIST}/BBBBBBBBB").status_code == 404
    assert site.get(f"{LIST}/%00").status_code == 404


@pytest.mark.parametrize("typed", ["BCD234FGH", " bcd 234 fgh "])
def test_the_field_for_all_finds_a_refusal(site: Site, typed: str) -> None:
    site.parts.traces.add(TRACE)
    answer = site.send("/operator/sok", {"sok": typed})
    assert answer.headers["Location"] == ONE
    assert "Steg för steg" in text_of(follow(site, answer))


def test_the_field_for_all_says_when_a_number_is_unknown(site: Site) -> None:
    page = follow(site, site.send("/operator/sok", {"sok": "BBB BBB BBB"}))
    assert "ingenting sparat om felkoden BBBBBBBBB" in text_of(page)


def test_the_field_for_all_finds_a_person_without_an_address_that_names_them(
    site: Site,
) -> None:
    page = site.send("/operator/sok", {"sok": f" {ALICE.lower()} "})
    assert page.status_code == 200
    assert "Åsa" in text_of(page) or "Alice" in text_of(page)
    assert [each["action"] for each in trail(site)].count("person:look-up") == 1


def test_the_field_for_all_finds_organisations(site: Site) -> None:
    answer = site.send("/operator/sok", {"sok": "stockholm"})
    assert answer.headers["Location"] == "/operator/organisationer?sok=stockholm"
    assert "Region Stockholm" in text_of(follow(site, answer))
    page = follow(site, site.send("/operator/sok", {"sok": "232100-0016"}))
    assert "Region Stockholm" in text_of(page)


def test_what_a_partner_wrote_is_text_on_the_page(site: Site) -> None:
    hostile = "<script>alert(1)</script>\u202e"
    site.parts.traces.add(
        trace("BBBBBBBBB", sp_entity_id=hostile, reason=hostile, request_id=hostile)
    )
    for path in (LIST, f"{LIST}/BBBBBBBBB"):
        page = site.get(path).text
        assert "<script>alert" not in page
        assert "\u202e" not in page
        assert "&lt;script&gt;" in page
