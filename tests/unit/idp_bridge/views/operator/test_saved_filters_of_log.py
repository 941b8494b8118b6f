"""A choice of the log gets a name, and one click brings it back."""

from pathlib import Path

import pytest

from tests.support.operator_pages import Site, make_site, text_of
from tests.support.register_pages import (
    BASE,
    HOSTILE,
    MALFORMED,
    done_of,
    follow,
    problems_of,
    tree_of,
)

LOG = f"{BASE}/logg"
CHOICE = "handelse=organisation&fran=2026-01-01"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = make_site(tmp_path)
    site.log_in("reader")
    return site


def save(site: Site, name: str, choice: str = CHOICE) -> str:
    form = {"namn": name, "filter": choice}
    page = follow(site, site.send(f"{LOG}/filter", form))
    assert choice in page.request.url
    return done_of(page)


def test_a_choice_is_saved_found_and_forgotten(site: Site) -> None:
    assert "Dina sparade filter" not in text_of(site.get(f"{LOG}?{CHOICE}"))
    assert save(site, "Organisationer i år") == "Filtret är sparat."
    tree = tree_of(site.get(LOG))
    (box,) = tree.find_class("saved-filters")
    (link,) = box.iter("a")
    assert link.text_content() == "Organisationer i år"
    assert link.get("href") == f"{LOG}?{CHOICE}"
    (form,) = box.iter("form")
    page = follow(site, site.send(form.get("action")))
    assert done_of(page) == "Filtret är borttaget."
    assert "Organisationer i år" not in text_of(page)


def test_only_what_chooses_entries_is_kept(site: Site) -> None:
    form = {"namn": "x", "filter": f"sida=7&klart=saved&{CHOICE}&//evil.example"}
    answer = site.send(f"{LOG}/filter", form)
    assert answer.headers["Location"] == f"{LOG}?klart=filter-saved&{CHOICE}"


@pytest.mark.parametrize("kind", MALFORMED)
def test_a_name_that_nobody_can_read_is_refused(site: Site, kind: str) -> None:
    form = {"namn": HOSTILE[kind], "filter": CHOICE}
    answer = site.send(f"{LOG}/filter", form)
    assert answer.status_code == 422
    assert problems_of(answer)[0].startswith(("Texten i namn", "Det finns tecken"))
    assert tree_of(site.get(LOG)).find_class("saved-filters") == []


def test_another_operator_has_their_own(site: Site) -> None:
    save(site, "Mitt <b>")
    other = site.another_browser()
    other.log_in("system")
    assert "Mitt <b>" not in text_of(other.get(LOG))
    assert "Mitt <b>" in text_of(site.get(LOG))
