"""Operators decide who administers an organisation, which always has somebody."""

from pathlib import Path

import pytest

from authz.models import Outcome, PersonRole
from tests.support.operator_pages import Site, make_site, text_of
from tests.support.permission_world import ALICE, ANNA, KOMMUN, REGION
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

NEW = {
    "given_name": "Örjan",
    "surname": "Åberg",
    "hsa_id": "SE2321000016-A009",
    "email": "orjan@example.se",
}
PROMOTED = {**NEW, "hsa_id": ALICE}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = make_site(tmp_path)
    site.log_in("handler")
    return site


@pytest.fixture
def page(site: Site) -> str:
    return f"{BASE}/organisationer/{organisation_id(site, REGION)}/administratorer"


def member(site: Site, hsa_id: str, number: str = REGION) -> int:
    found = site.parts.office.administrators.list(organisation_id(site, number))
    return next(one.membership_id for one in found if one.person.hsa_id == hsa_id)


def names(site: Site, page: str) -> list[str]:
    return [row[0] for row in rows_of(site.get(page))]


def test_an_administrator_is_registered_with_a_trail(site: Site, page: str) -> None:
    shown = follow(site, site.send(f"{page}/ny", NEW))
    assert "Administratören är registrerad" in done_of(shown)
    assert names(site, page) == ["Anna Admin", "Örjan Åberg"]
    chain = f"organisation:{organisation_id(site, REGION)}"
    last = [one for one in trail(site) if one["chain"] == chain][-1]
    assert last["action"] == "membership:start"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"given_name": ""}, "Fyll i förnamn."),
        ({"surname": "\u202eAkc"}, "Det finns tecken som inte syns i efternamn."),
        ({"email": "orjan"}, "Skriv en e-postadress"),
        ({"hsa_id": "123456789"}, "HSA-id börjar med SE"),
        ({"hsa_id": "SE2321000016-Å1"}, "HSA-id börjar med SE"),
        ({"hsa_id": ANNA.lower()}, "Personen är redan administratör"),
    ],
)
def test_a_form_with_mistakes_is_shown_again(
    site: Site, page: str, change: dict[str, str], problem: str
) -> None:
    answer = site.send(f"{page}/ny", {**NEW, **change})
    assert answer.status_code == 422
    assert problems_of(answer)[0].startswith(problem)
    assert names(site, page) == ["Anna Admin"]


def test_a_user_becomes_an_administrator_in_one_confirmed_step(
    site: Site, page: str
) -> None:
    asked = site.send(f"{page}/ny", PROMOTED)
    assert asked.status_code == 409
    assert "kan inte vara både administratör och användare" in text_of(asked)
    assert "Åsa Öberg" in text_of(asked)
    assert names(site, page) == ["Anna Admin"]
    shown = follow(site, site.send(f"{page}/gor-om", {"hsa_id": ALICE}))
    assert "Behörigheterna som användare är avslutade" in done_of(shown)
    assert names(site, page) == ["Anna Admin", "Åsa Öberg"]
    decision = site.parts.authz.explain(ALICE, "landsting", now=site.clock())
    assert decision.facts.person is not None
    assert decision.facts.person.role is PersonRole.ADMINISTRATOR
    assert decision.outcome is Outcome.NO_PERMISSION


def test_an_administrator_is_replaced_in_one_step(site: Site, page: str) -> None:
    old = member(site, ANNA)
    shown = follow(site, site.send(f"{page}/{old}/byt-ut", NEW))
    assert "Administratören är utbytt" in done_of(shown)
    assert names(site, page) == ["Örjan Åberg"]
    assert "membership:end" in actions(site)


def test_a_user_replaces_an_administrator_after_a_question(
    site: Site, page: str
) -> None:
    old = member(site, ANNA)
    asked = site.send(f"{page}/{old}/byt-ut", PROMOTED)
    assert asked.status_code == 409
    assert names(site, page) == ["Anna Admin"]
    form = {**PROMOTED, "from_user": "ja"}
    follow(site, site.send(f"{page}/{old}/byt-ut", form))
    assert len(names(site, page)) == 1
    assert names(site, page) != ["Anna Admin"]


def test_the_last_administrator_cannot_end(site: Site, page: str) -> None:
    only = member(site, ANNA)
    shown = site.get(f"{page}/{only}/avsluta")
    assert "måste alltid ha minst en administratör" in text_of(shown)
    assert "OK" not in [one.strip() for one in text_of(shown).split()]
    answer = site.send(f"{page}/{only}/avsluta")
    assert answer.status_code == 422
    assert "måste alltid ha minst en administratör" in text_of(answer)
    assert names(site, page) == ["Anna Admin"]


def test_one_of_two_administrators_ends(site: Site, page: str) -> None:
    follow(site, site.send(f"{page}/ny", NEW))
    one = member(site, ANNA)
    assert "Är du säker" in text_of(site.get(f"{page}/{one}/avsluta"))
    shown = follow(site, site.send(f"{page}/{one}/avsluta"))
    assert "Administratören är avslutad" in done_of(shown)
    assert names(site, page) == ["Örjan Åberg"]
    assert site.get(f"{page}/{one}/andra").status_code == 404


def test_an_administrator_of_two_organisations_ends_in_one(
    site: Site, page: str
) -> None:
    follow(site, site.send(f"{page}/ny", NEW))
    site.send(f"{page}/{member(site, ANNA)}/avsluta")
    found = site.parts.office.administrators.list(organisation_id(site, KOMMUN))
    assert [one.person.hsa_id for one in found] == [ANNA]


def test_an_administrator_gets_another_name(site: Site, page: str) -> None:
    one = member(site, ANNA)
    form = {**NEW, "hsa_id": ANNA}
    follow(site, site.send(f"{page}/{one}/andra", form))
    assert names(site, page) == ["Örjan Åberg"]


def test_the_page_recommends_two(site: Site, page: str) -> None:
    assert "Minst två rekommenderas" in text_of(site.get(page))
    follow(site, site.send(f"{page}/ny", NEW))
    assert "Minst två rekommenderas" not in text_of(site.get(page))
