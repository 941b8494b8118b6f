"""Short pages tell how things are done, one click from where they are done."""

from pathlib import Path

import pytest
from lxml import html

from idp_bridge.texts.help_texts import CHAPTERS
from tests.support.administration_pages import (
    BERIT,
    GUSTAV,
    LIST,
    NEW,
    Office,
    make_office,
    text_of,
)
from tests.support.permission_world import KOMMUN, REGION

HELP = f"/o/{REGION}/hjalp"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    office = make_office(tmp_path)
    office.log_in(BERIT)
    return office


def test_every_chapter_is_a_page_that_leads_to_the_others(office: Office) -> None:
    index = text_of(office.get(HELP))
    for word, title in CHAPTERS.items():
        assert title in index
        page = office.get(f"{HELP}/{word}")
        assert html.fromstring(page.text).findtext(".//h1") == title
        others = [each for each in CHAPTERS.values() if each != title]
        assert [each for each in others if each not in text_of(page)] == []


@pytest.mark.parametrize(
    ("path", "chapter"),
    [
        (LIST, "hitta-anvandare"),
        (NEW, "lagg-till"),
        (f"/o/{REGION}/import", "lagg-till"),
        (f"/o/{REGION}/handelser", "handelser"),
        (f"/o/{REGION}/upphor", "behorigheter"),
        (f"/o/{REGION}/genomgang", "handelser"),
    ],
)
def test_help_leads_to_what_the_page_is_about(
    office: Office, path: str, chapter: str
) -> None:
    assert link_to_help(office, path) == f"{HELP}/{chapter}"


def test_help_leads_from_a_user_to_what_is_done_with_users(office: Office) -> None:
    user = office.address(GUSTAV)
    assert link_to_help(office, user) == f"{HELP}/behorigheter"
    assert link_to_help(office, f"{user}/andra") == f"{HELP}/andra"
    assert link_to_help(office, f"{user}/ta-bort") == f"{HELP}/ta-bort"


def link_to_help(office: Office, path: str) -> str:
    tree = html.fromstring(office.get(path).text)
    (link,) = [one for one in tree.findall(".//nav//a") if one.text == "Hjälp"]
    return str(link.get("href"))


def test_only_chapters_are_pages_and_only_for_ones_own_organisation(
    office: Office,
) -> None:
    assert office.get(f"{HELP}/finns-inte").status_code == 404
    assert office.get(f"/o/{KOMMUN}/hjalp").status_code == 404


def test_every_page_knows_for_whom_it_is_printed(office: Office) -> None:
    page = html.fromstring(office.get(f"{LIST}?sok=gustav").text)
    (note,) = page.find_class("print-note")
    assert " ".join(str(note.text_content()).split()) == (
        "Region Stockholm, 232100-0016. Utskriven 2026-11-23 kl. 13.00 av Berit Bok."
    )
    (searched,) = page.find_class("print-only")
    assert str(searched.text_content()) == "Sökning: ”gustav”."
    (button,) = [one for one in page.iter("button") if one.text == "Skriv ut"]
    assert button.get("hidden") is not None, "no script, no button that does nothing"
