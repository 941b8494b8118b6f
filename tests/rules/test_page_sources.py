"""Pages have no inline code, speak Swedish and load nothing from elsewhere."""

import re
from pathlib import Path

import pytest

from tests.support.pages import TEMPLATES, every_page, parse_page

SOURCES = sorted(TEMPLATES.rglob("*.html"))
RENDERED = every_page()
NAMES = sorted(RENDERED)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_a_template_has_no_inline_code_or_style(path: Path) -> None:
    source = path.read_text()
    assert not re.search(r"\son[a-z]+\s*=", source)
    assert not re.search(r"\sstyle\s*=", source)
    assert "<style" not in source
    assert "javascript:" not in source
    assert "|safe" not in source.replace(" ", "")
    assert "autoescape" not in source
    assert not re.search(r"<script(?![^>]*\ssrc=)", source)


@pytest.mark.parametrize("name", NAMES)
def test_a_page_speaks_swedish_and_has_a_title_and_one_heading(name: str) -> None:
    page = parse_page(RENDERED[name])
    assert page.get("lang") == "sv"
    assert page.findtext(".//title")
    assert len(list(page.find(".//main").iter("h1"))) in {1, 2}
    assert page.find(".//meta[@name='viewport']") is not None


@pytest.mark.parametrize("name", NAMES)
def test_a_page_loads_nothing_from_another_host(name: str) -> None:
    page = parse_page(RENDERED[name])
    loaded = [
        str(node.get(attribute))
        for tag, attribute in (("link", "href"), ("script", "src"), ("img", "src"))
        for node in page.iter(tag)
    ]
    assert loaded
    assert [url for url in loaded if not url.startswith("/static/")] == []
    assert "inera" not in "".join(loaded).lower()


@pytest.mark.parametrize("name", NAMES)
def test_every_page_leads_to_the_pages_of_the_footer(name: str) -> None:
    footer = parse_page(RENDERED[name]).find(".//footer")
    assert [link.get("href") for link in footer.iter("a")] == [
        "/kontakt",
        "/tillganglighet",
        "/personuppgifter",
        "/kakor",
    ]


@pytest.mark.parametrize("name", NAMES)
def test_a_page_begins_with_a_way_past_its_header(name: str) -> None:
    page = parse_page(RENDERED[name])
    first = next(page.find(".//body").iter("a"))
    assert first.text == "Hoppa till innehåll"
    assert page.get_element_by_id(first.get("href")[1:]).tag == "main"


@pytest.mark.parametrize("name", NAMES)
def test_no_two_elements_of_a_page_have_the_same_id(name: str) -> None:
    ids = [
        each.get("id") for each in parse_page(RENDERED[name]).iter() if each.get("id")
    ]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    "part",
    [
        "Migrationsverket",
        "E-tjänster för kommuner och regioner",
        "delvis förenliga",
        "Innehåll som inte är tillgängligt",
        "oskäligt betungande",
        "inte omfattas av lagen",
        "bedömning",
        "Redogörelsen uppdaterades senast den",
        "kontrolleras de mot WCAG",
        "Rapportera brister till oss",
        "https://www.digg.se/tdosanmalan",
    ],
)
def test_the_accessibility_statement_has_every_part_that_is_required(part: str) -> None:
    assert part in RENDERED["/tillganglighet"]
