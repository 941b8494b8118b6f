"""An operator sees one user as the user's organisation does, and is seen doing so."""

from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from authz.administration.models import Actor, ActorKind, SortColumn, UserQuery
from tests.support.operator_pages import Site, make_site, text_of
from tests.support.permission_world import ALICE, ANNA, KOMMUN, REGION
from tests.support.register_pages import (
    BASE,
    actions,
    organisation_id,
    rows_of,
    trail,
    tree_of,
)

LIST = f"{BASE}/organisationer"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = make_site(tmp_path)
    site.log_in("reader")
    return site


@pytest.fixture
def administrators(site: Site) -> Site:
    browser = site.another_browser()
    browser.answer(browser.begin_login("/admin/"), ANNA)
    return browser


@pytest.fixture
def membership(site: Site) -> int:
    query = UserQuery(search=ALICE, sort=SortColumn.SURNAME)
    found = site.parts.administration.users(region_of(site), query, now=site.clock())
    return found.lines[0].membership_id


def region_of(site: Site) -> int:
    return organisation_id(site, REGION)


def address(site: Site, membership: int) -> str:
    return f"{LIST}/{region_of(site)}/anvandare/{membership}"


def looks_of(site: Site) -> list[tuple[str, str]]:
    return [
        (one["chain"], one["subject"])
        for one in trail(site)
        if one["action"] == "person:look-up"
    ]


def read_on(page: TestResponse) -> list[str]:
    """Read the facts and the permissions, without what leads to changes."""
    tree = tree_of(page)
    for link in tree.xpath("//section//h3/a"):
        link.drop_tree()
    return [
        " ".join(part.text_content().split())
        for name in ("facts", "service-grants")
        for part in tree.find_class(name)
    ]


def test_the_list_leads_to_each_user(site: Site, membership: int) -> None:
    page = site.get(f"{LIST}/{region_of(site)}/anvandare")
    links = [link.get("href") for link in tree_of(page).iter("a")]
    assert address(site, membership) in links


def test_an_operator_reads_what_the_administrators_read(
    site: Site, administrators: Site, membership: int
) -> None:
    theirs = read_on(administrators.get(f"/o/{REGION}/anvandare/{membership}"))
    ours = site.get(address(site, membership))
    assert read_on(ours) == theirs
    assert len(theirs) == 3
    assert ALICE in theirs[0]
    assert "Rapportera hälsoundersökning given 2026-11-23" in " ".join(theirs)
    assert tree_of(ours).findtext(".//h1") is not None
    assert "Åsa Öberg" in text_of(ours)


def test_nothing_on_the_page_changes_anything(site: Site, membership: int) -> None:
    page = site.get(address(site, membership))
    assert page.text.count("<form") == 1  # that to log out
    assert "Ändra" not in text_of(page)
    assert "Ta bort" not in text_of(page)


def test_the_organisation_sees_that_somebody_looked(
    site: Site, administrators: Site, membership: int
) -> None:
    page = site.get(address(site, membership))
    (look,) = looks_of(site)
    assert look[0] == f"organisation:{region_of(site)}"
    assert rows_of(page)[0][1:3] == ["Olle Ö. reader", "Slog upp personen"]
    told = text_of(administrators.get(f"/o/{REGION}/handelser?typ=look-ups"))
    assert "Olle Ö. reader (operatör) sökte upp Åsa Öberg" in told


def test_a_removed_user_is_shown_as_such(site: Site, membership: int) -> None:
    found = site.parts.administration.user(
        region_of(site), membership, now=site.clock()
    )
    (anna,) = site.parts.administration.administrators(
        region_of(site), now=site.clock()
    )
    site.parts.administration.remove_user(
        region_of(site),
        membership,
        actor=Actor(kind=ActorKind.ADMINISTRATOR, id=anna.person_id, name=anna.name),
        now=site.clock(),
    )
    text = text_of(site.get(address(site, membership)))
    assert found.removed is None
    assert "Borttagen 2026-11-23 av Anna Admin" in text
    assert "Användaren kan inte logga in." in text


def test_a_user_of_another_organisation_is_not_there_and_not_looked_up(
    site: Site, membership: int
) -> None:
    kommun = organisation_id(site, KOMMUN)
    for missing in (
        f"{LIST}/{kommun}/anvandare/{membership}",
        f"{LIST}/999999/anvandare/{membership}",
        address(site, 999_999),
    ):
        assert site.get(missing).status_code == 404
    assert "person:look-up" not in actions(site)


def test_administrators_are_no_users_here(site: Site) -> None:
    found = site.parts.office.administrators.list(region_of(site))
    assert site.get(address(site, found[0].membership_id)).status_code == 404


def test_nobody_looks_without_being_an_operator(
    administrators: Site, membership: int
) -> None:
    theirs = administrators.get(address(administrators, membership))
    assert theirs.status_code == 303
    assert looks_of(administrators) == []
