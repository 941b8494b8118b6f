"""Operators find entities by name, source and role, and see what is odd about them."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from lxml import html
from werkzeug.test import TestResponse

from metadata.reports import NewSource
from tests.support.clock import NOW
from tests.support.keys import rsa_key
from tests.support.metadata_documents import IDP, SP, SSO, group, idp, signed, sp
from tests.support.operator_pages import SOURCES, Site, make_site, text_of

SIGNER = rsa_key("federation")
ENTITIES = f"{SOURCES}/entiteter"
ENTITY = f"{SOURCES}/entitet"
MANY = [f"https://sp{number:03}.example.se/saml" for number in range(120)]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder: Path = tmp_path_factory.mktemp("site")
    site = make_site(folder)
    add(site, folder, "many", *map(sp, MANY))
    add(site, folder, "few", idp(), sp(), sp(MANY[7]))
    site.log_in("reader")
    return site


def add(site: Site, folder: Path, name: str, *entities: str) -> None:
    file = folder / f"{name}.xml"
    valid_until = NOW + timedelta(days=7)
    file.write_bytes(signed(group(*entities, valid_until=valid_until), SIGNER))
    source = NewSource(
        name=name, location=str(file), certificate_pem=SIGNER.certificate_pem
    )
    site.admin.add(source)


def listed(page: TestResponse) -> list[str]:
    links = html.fromstring(page.text).findall(".//tbody//th/a")
    return [str(link.text_content()) for link in links]


def cells(page: TestResponse) -> list[list[str]]:
    rows = html.fromstring(page.text).iterfind(".//tbody/tr")
    return [[str(cell.text_content()) for cell in row] for row in rows]


def next_page(page: TestResponse) -> str:
    links = html.fromstring(page.text).findall(".//a[@rel='next']")
    return str(links[0].get("href"))


def test_a_page_holds_fifty_and_the_others_are_a_click_away(site: Site) -> None:
    page = site.get(ENTITIES)
    assert len(listed(page)) == 50
    assert "123 entiteter, sida 1 av 3" in text_of(page)
    second, third = site.get(f"{ENTITIES}?sida=2"), site.get(f"{ENTITIES}?sida=3")
    assert len(listed(second)) == 50
    assert len(listed(third)) == 23
    all_of_them = listed(page) + listed(second) + listed(third)
    assert len(set(all_of_them)) == 122  # one is in both sources


@pytest.mark.parametrize("number", ["0", "-1", "x", "", "\u0662", "99999999999999999"])
def test_a_page_that_is_none_is_harmless(site: Site, number: str) -> None:
    page = site.get(f"{ENTITIES}?sida={quote(number)}")
    assert page.status_code == 200


def test_search_and_filters_stand_in_the_address_and_survive_paging(
    site: Site,
) -> None:
    page = site.get(f"{ENTITIES}?sok=SP0&kalla=many&roll=sp")
    assert len(listed(page)) == 50
    assert "100 entiteter" in text_of(page)
    following = next_page(page)
    assert {"sida=2", "sok=SP0", "kalla=many", "roll=sp"} <= set(
        following.partition("?")[2].split("&")
    )
    assert len(listed(site.get(following))) == 50


def test_roles_and_sources_narrow_the_list(site: Site) -> None:
    assert listed(site.get(f"{ENTITIES}?roll=idp")) == [IDP]
    assert listed(site.get(f"{ENTITIES}?kalla=few&roll=sp")) == sorted([SP, MANY[7]])


@pytest.mark.parametrize("query", ["sok=%25", "sok=_", "sok=<script>alert(1)</script>"])
def test_signs_with_a_meaning_elsewhere_mean_themselves(site: Site, query: str) -> None:
    page = site.get(f"{ENTITIES}?{query}")
    assert page.status_code == 200
    assert listed(page) == []
    assert "<script>alert" not in page.text
    assert "Rensa sökning och filter" in text_of(page)


@pytest.mark.parametrize("query", ["roll=root", "kalla=missing", "sok=" + "a" * 9000])
def test_an_odd_filter_is_no_error(site: Site, query: str) -> None:
    assert site.get(f"{ENTITIES}?{query}").status_code == 200


def test_an_entity_shows_its_addresses_and_certificates(site: Site) -> None:
    page = site.get(f"{ENTITY}?id={quote(IDP, safe='')}")
    assert ["SSO", "HTTP-POST", SSO] in cells(page)
    text = text_of(page)
    assert "signering" in text
    assert "2026-11-30 kl. 13.00" in text
    assert "Används." in text


def test_an_entity_in_two_sources_says_which_one_counts(site: Site) -> None:
    text = text_of(site.get(f"{ENTITY}?id={quote(MANY[7], safe='')}"))
    assert "Entiteten finns i 2 källor" in text
    assert text.index("Används.") < text.index("Används inte")


@pytest.mark.parametrize("entity_id", ["", "https://missing.example", "\u0000", "a"])
def test_an_entity_that_is_not_there_is_not_found(site: Site, entity_id: str) -> None:
    assert site.get(f"{ENTITY}?id={quote(entity_id)}").status_code == 404
