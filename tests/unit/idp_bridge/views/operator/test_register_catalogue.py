"""The system's owner keeps e-tjänster, what everybody reads, and the operators."""

from datetime import timedelta
from pathlib import Path

import pytest

from authz.claims import FORMATS
from authz.models import Outcome
from idp_bridge.texts import register_texts
from metadata.reports import NewSource
from tests.support.keys import rsa_key
from tests.support.metadata_documents import group, sp
from tests.support.metadata_documents import signed as signed_document
from tests.support.operator_pages import OPERATORS, Site, make_site, text_of
from tests.support.permission_world import ALICE, ERSATTNING, MELKER
from tests.support.register_pages import (
    BASE,
    actions,
    done_of,
    follow,
    problems_of,
    rows_of,
    trail,
    tree_of,
)

LIST = f"{BASE}/e-tjanster"
ONE = f"{LIST}/landsting"
REPORT = f"{ONE}/behorigheter/rapportera"
SERVICE = {
    "code": "ensamkommande",
    "name": "Se och ändra ansvar",
    "name_en": "See and change",
    "description": "Rad ett\r\nRad två",
    "kind": "kommun",
    "start_url": "https://ensam.example.se/start",
    "claim_format": "code",
    "without_grant": "release",
    "needs_reason": "yes",
    "first_day": "2026-11-01",
}
NOTICE = {
    "text": "E-tjänsten stängs\nkl. 18",
    "text_en": "The e-service closes",
    "level": "outage",
    "place": "everywhere",
    "begins": "2026-11-23T13:00",
    "ends": "2026-11-23T20:00",
}
NEW_OPERATOR = {
    "given_name": "Örjan",
    "surname": "Ny",
    "hsa_id": "SE2021002163-O200",
    "email": "ny@example.se",
    "role": "reader",
}
SIGNER = rsa_key("federation")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = make_site(tmp_path)
    site.log_in("system")
    return site


def outcome(site: Site) -> Outcome:
    return site.parts.authz.explain(ALICE, "landsting", now=site.clock()).outcome


def test_every_claim_format_has_words_for_people() -> None:
    assert set(register_texts.CLAIM_FORMATS) == set(FORMATS)


# --- e-tjänster -----------------------------------------------------------------------


def test_an_e_service_is_registered(site: Site) -> None:
    page = follow(site, site.send(f"{LIST}/ny", SERVICE))
    assert "E-tjänsten är registrerad" in done_of(page)
    service = site.parts.authz.service_of_code("ensamkommande")
    assert service.description == "Rad ett\nRad två"
    assert (service.claim_format, service.without_grant) == ("code", "release")
    assert service.needs_reason
    assert "service:add" in actions(site)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"code": "Åäö"}, "Skriv en kod"),
        ({"code": "a:b"}, "Skriv en kod"),
        ({"code": "landsting"}, "Koden används redan."),
        ({"code": "ny"}, "Koden används redan."),
        ({"name": ""}, "Fyll i namn."),
        ({"start_url": "javascript:alert(1)"}, "Skriv en adress som börjar"),
        ({"claim_format": "morse"}, "Välj behörigheter skickas som."),
        ({"without_grant": ""}, "Välj utan behörighet."),
        ({"needs_reason": ""}, "Välj när behörigheter ändras."),
        ({"last_day": "2026-10-01"}, "Den sista dagen kan inte"),
    ],
)
def test_an_e_service_with_mistakes_is_not_registered(
    site: Site, change: dict[str, str], problem: str
) -> None:
    answer = site.send(f"{LIST}/ny", {**SERVICE, **change})
    assert answer.status_code == 422
    assert problems_of(answer)[0].startswith(problem)
    assert len(rows_of(site.get(LIST))) == 2


def test_a_code_never_changes(site: Site) -> None:
    form = {**SERVICE, "code": "annan", "first_day": ""}
    follow(site, site.send(f"{ONE}/andra", form))
    service = site.parts.authz.service_of_code("landsting")
    assert service.name == "Se och ändra ansvar"
    assert service.entity_ids == (MELKER,)
    assert site.get(f"{LIST}/annan").status_code == 404


def test_ending_an_e_service_shows_first_who_loses_what(site: Site) -> None:
    assert "1 användare förlorar 1 behörighet." in text_of(site.get(f"{ONE}/avsluta"))
    follow(site, site.send(f"{ONE}/avsluta"))
    assert outcome(site) is Outcome.SERVICE_CLOSED
    assert "service:change" in actions(site)


def test_a_permission_gets_a_new_name_and_keeps_its_holders(site: Site) -> None:
    form = {"name": "Rapportera", "name_en": "Report", "description": "Ny text"}
    page = follow(site, site.send(f"{REPORT}/andra", form))
    row = next(row for row in rows_of(page) if "rapportera" in row)
    assert row[0].startswith("Rapportera")
    assert row[3] == "2"  # one of the two has run out
    assert outcome(site) is Outcome.ALLOWED


def test_a_permission_is_added_once(site: Site) -> None:
    form = {"code": "attestera", "name": "Attestera", "first_day": "2027-01-01"}
    page = follow(site, site.send(f"{ONE}/ny-behorighet", form))
    assert "Behörigheten är registrerad" in done_of(page)
    assert "Kommande" in text_of(page)
    answer = site.send(f"{ONE}/ny-behorighet", form)
    assert answer.status_code == 422
    assert problems_of(answer) == ["Koden används redan."]


def test_ending_a_permission_shows_first_who_loses_it(site: Site) -> None:
    assert "1 användare förlorar" in text_of(site.get(f"{REPORT}/avsluta"))
    follow(site, site.send(f"{REPORT}/avsluta"))
    assert outcome(site) is Outcome.NO_PERMISSION


def test_a_permission_is_not_made_shorter_by_the_way(site: Site) -> None:
    form = {"name": "Rapportera", "last_day": "2026-12-31"}
    answer = site.send(f"{REPORT}/andra", form)
    assert answer.status_code == 422
    assert "Här kan du bara förlänga" in problems_of(answer)[0]


def test_entity_ids_are_chosen_from_the_metadata_we_trust(
    site: Site, tmp_path: Path
) -> None:
    entity_id = "https://sp9.example.se/saml"
    file = tmp_path / "federation.xml"
    until = site.clock() + timedelta(days=7)
    file.write_bytes(signed_document(group(sp(entity_id), valid_until=until), SIGNER))
    site.admin.add(
        NewSource(
            name="sambi", location=str(file), certificate_pem=SIGNER.certificate_pem
        )
    )
    assert entity_id in text_of(site.get(f"{ONE}/entiteter?sok=sp9"))
    follow(site, site.send(f"{ONE}/entiteter", {"entity_id": entity_id}))
    service = site.parts.authz.service_of_code("landsting")
    assert set(service.entity_ids) == {MELKER, entity_id}
    form = {"entity_id": entity_id}
    follow(site, site.send(f"{ONE}/entiteter/ta-bort", form))
    assert site.parts.authz.service_of_code("landsting").entity_ids == (MELKER,)
    other = site.send(f"{LIST}/statlig-ersattning/entiteter", form)
    follow(site, other)
    answer = site.send(f"{ONE}/entiteter", form)
    assert problems_of(answer) == ["En annan e-tjänst har redan det entityID:t."]


@pytest.mark.parametrize("entity_id", ["https://unknown.example.se/sp", "", "\x00"])
def test_an_entity_id_that_we_do_not_trust_cannot_be_chosen(
    site: Site, entity_id: str
) -> None:
    answer = site.send(f"{ONE}/entiteter", {"entity_id": entity_id})
    assert answer.status_code == 404
    answer = site.send(f"{ONE}/entiteter/ta-bort", {"entity_id": ERSATTNING})
    assert answer.status_code == 404


# --- notices --------------------------------------------------------------------------


def test_a_notice_stands_on_pages_from_its_beginning_until_its_end(site: Site) -> None:
    follow(site, site.send(f"{BASE}/notiser/ny", NOTICE))
    assert "stängs" in text_of(site.get(f"{BASE}/organisationer"))
    assert "stängs" in text_of(site.another_browser().get("/kommuner"))
    login = site.another_browser()
    request_id = login.begin_login()
    page = login.get(f"/logga-in/{request_id[1:41]}")
    assert "Driftstörning: E-tjänsten stängs" in text_of(page)
    english = tree_of(page).xpath("//section[@class='notices']//p[@lang='en']")
    assert english[0].text_content() == "The e-service closes"
    site.clock.advance(timedelta(hours=8))
    assert "stängs" not in text_of(site.another_browser().get("/kommuner"))


def test_a_notice_that_is_taken_away_stands_nowhere(site: Site) -> None:
    follow(site, site.send(f"{BASE}/notiser/ny", NOTICE))
    row = site.parts.office.notices.list()[0]
    site.clock.advance(timedelta(minutes=1))
    follow(site, site.send(f"{BASE}/notiser/{row.id}/avsluta"))
    assert "stängs" not in text_of(site.another_browser().get("/kommuner"))
    follow(site, site.send(f"{BASE}/notiser/{row.id}/avsluta"))


def test_a_notice_for_administrators_stands_on_no_other_page(site: Site) -> None:
    form = {**NOTICE, "place": "administration"}
    follow(site, site.send(f"{BASE}/notiser/ny", form))
    assert "stängs" not in text_of(site.another_browser().get("/kommuner"))


def test_news_about_an_e_service_stand_on_its_start_page(site: Site) -> None:
    form = {**NOTICE, "place": "news", "service_code": "landsting"}
    page = follow(site, site.send(f"{BASE}/notiser/ny", form))
    assert rows_of(page)[0][2:4] == [
        "Aktuellt i e-tjänsterna på startsidorna",
        "E-tjänst för landsting",
    ]
    told = "Aktuellt i e-tjänsterna 2026-11-23 E-tjänst för landsting: E-tjänsten stä"
    assert told in text_of(site.another_browser().get("/regioner"))
    for path in ("/kommuner", "/operator/organisationer"):
        assert "stängs" not in text_of(site.get(path))
    row = site.parts.office.notices.list()[0]
    known = tree_of(site.get(f"{BASE}/notiser/{row.id}/andra"))
    (chosen,) = known.xpath("//select[@name='service_code']/option[@selected]")
    assert chosen.get("value") == "landsting"


def test_a_notice_is_changed(site: Site) -> None:
    follow(site, site.send(f"{BASE}/notiser/ny", NOTICE))
    row = site.parts.office.notices.list()[0]
    page = site.get(f"{BASE}/notiser/{row.id}/andra")
    assert 'value="2026-11-23T20:00"' in page.text
    form = {**NOTICE, "text": "Öppet igen", "ends": ""}
    follow(site, site.send(f"{BASE}/notiser/{row.id}/andra", form))
    assert site.parts.office.notices.get(row.id).text == "Öppet igen"
    assert [one for one in actions(site) if one.startswith("notice:")] == [
        "notice:add",
        "notice:change",
    ]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"text": " "}, "Fyll i text på svenska."),
        ({"text": "x" * 5000}, "Texten i text på svenska är för lång."),
        ({"level": "panic"}, "Välj nivå."),
        ({"service_code": "finns-inte"}, "Välj e-tjänst."),
        ({"begins": "i morgon"}, "Skriv från som datum och klockslag"),
        ({"ends": "2026-11-23T12:59"}, "Slutet kan inte komma före början."),
        ({"ends": "2026-13-23T12:59"}, "Skriv till som datum och klockslag"),
    ],
)
def test_a_notice_with_mistakes_is_not_written(
    site: Site, change: dict[str, str], problem: str
) -> None:
    answer = site.send(f"{BASE}/notiser/ny", {**NOTICE, **change})
    assert answer.status_code == 422
    assert problems_of(answer)[0].startswith(problem)
    assert site.parts.office.notices.list() == ()


# --- operators ------------------------------------------------------------------------


def test_an_operator_is_registered_and_ended(site: Site) -> None:
    page = follow(site, site.send(f"{BASE}/operatorer/ny", NEW_OPERATOR))
    assert "Operatören är registrerad" in done_of(page)
    added = trail(site)[-1]
    assert (added["action"], added["chain"]) == ("operator:add", "system")
    other = site.another_browser()
    request_id = other.begin_login()
    assert other.answer(request_id, NEW_OPERATOR["hsa_id"]).status_code == 303
    assert other.get(f"{BASE}/organisationer").status_code == 200
    number = int(added["subject"].partition(":")[2])
    follow(site, site.send(f"{BASE}/operatorer/{number}/avsluta"))
    assert other.get(f"{BASE}/organisationer").status_code == 303


def test_somebody_with_every_right_remains(site: Site) -> None:
    operators = site.parts.office.operators.list()
    only = next(one for one in operators if one.hsa_id == OPERATORS["system"])
    answer = site.send(f"{BASE}/operatorer/{only.id}/avsluta")
    assert answer.status_code == 422
    assert "systemansvarig" in problems_of(answer)[0]
    form = {**NEW_OPERATOR, "hsa_id": only.hsa_id, "role": "reader"}
    answer = site.send(f"{BASE}/operatorer/{only.id}/andra", form)
    assert answer.status_code == 422
    assert site.get(f"{BASE}/operatorer").status_code == 200


def test_an_operator_is_registered_once(site: Site) -> None:
    form = {**NEW_OPERATOR, "hsa_id": OPERATORS["reader"].lower()}
    answer = site.send(f"{BASE}/operatorer/ny", form)
    assert answer.status_code == 422
    assert problems_of(answer) == ["Det finns redan en operatör med det HSA-id:t."]
