"""Operators see which source decides, and change the order."""

import json
from pathlib import Path

import pytest
from lxml import html

from metadata.reports import NewSource
from tests.support.metadata_documents import IDP, group, idp, sp
from tests.support.operator_pages import OPERATORS, SOURCES, Site, make_site, text_of


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = make_site(tmp_path)
    for name in ("inera", "sambi", "egen"):
        file = tmp_path / f"{name}.xml"
        file.write_text(group(idp(), sp(f"https://{name}.example.se/sp")))
        site.admin.add(NewSource(name=name, location=str(file)))
    return site


def names(site: Site) -> list[str]:
    return [state.source.name for state in site.admin.list()]


def press(site: Site, label: str) -> str:
    """Press a button of the list, and read the page that follows."""
    page = html.fromstring(site.get(SOURCES).text)
    [form] = [
        form
        for form in page.findall(".//main//form")
        if label in " ".join(form.text_content().split())
    ]
    before = form.findall(".//input[@name='fore']")[0].get("value")
    answer = site.send(str(form.get("action")), {"fore": before})
    assert answer.status_code == 303
    return text_of(site.get(answer.headers["Location"]))


def test_a_source_is_moved_up_and_down_at_once(site: Site) -> None:
    site.log_in("system")
    assert "Källan egen står nu på plats 2" in press(site, "Flytta upp: egen")
    assert names(site) == ["inera", "egen", "sambi"]
    assert "Källan inera står nu på plats 2" in press(site, "Flytta ned: inera")
    assert names(site) == ["egen", "inera", "sambi"]
    press(site, "Flytta ned: inera")
    assert names(site) == ["egen", "sambi", "inera"]


def test_nothing_is_offered_that_cannot_be_done(site: Site) -> None:
    site.log_in("system")
    text = text_of(site.get(SOURCES))
    assert "Flytta upp: inera" not in text
    assert "Flytta ned: egen" not in text
    for name in ("sambi", "egen"):
        site.admin.remove(name)
    assert "Flytta" not in text_of(site.get(SOURCES))


@pytest.mark.parametrize("role", ["reader", "handler"])
def test_who_may_not_decide_whom_we_trust_moves_nothing(site: Site, role: str) -> None:
    site.log_in(role)
    answer = site.send(f"{SOURCES}/kallor/egen/flytta", {"fore": "inera"})
    assert answer.status_code == 403
    assert names(site) == ["inera", "sambi", "egen"]


@pytest.mark.parametrize(("name", "before"), [("x", "inera"), ("egen", "x")])
def test_a_source_that_is_not_there_is_not_found(
    site: Site, name: str, before: str
) -> None:
    site.log_in("system")
    answer = site.send(f"{SOURCES}/kallor/{name}/flytta", {"fore": before})
    assert answer.status_code == 404
    assert names(site) == ["inera", "sambi", "egen"]


def test_a_move_has_its_entry_in_the_audit_trail(site: Site) -> None:
    site.log_in("system")
    press(site, "Flytta upp: egen")
    last = json.loads(list(site.parts.authz.export_audit())[-1])
    assert (last["action"], last["subject"]) == (
        "metadata-source:move",
        "metadata-source:egen",
    )
    assert "sambi" in str(last["detail"])
    assert last["actor"] not in ("", "operator:command-line")
    assert OPERATORS["system"] not in json.dumps(last)


def test_the_list_and_the_source_say_who_decides(site: Site) -> None:
    site.log_in("reader")
    text = text_of(site.get(SOURCES))
    assert "1 entitet finns också i inera, som bestämmer" in text
    first = text_of(site.get(f"{SOURCES}/kallor/inera"))
    assert "1 entitet finns också i sambi: inera bestämmer" in first
    assert IDP in first
    site.admin.move("sambi", before="inera")
    first = text_of(site.get(f"{SOURCES}/kallor/inera"))
    assert "1 entitet finns också i sambi: sambi bestämmer" in first


def test_a_source_without_such_entities_says_nothing_of_them(site: Site) -> None:
    for name in ("sambi", "egen"):
        site.admin.remove(name)
    site.log_in("reader")
    assert "Samma entiteter" not in text_of(site.get(f"{SOURCES}/kallor/inera"))
