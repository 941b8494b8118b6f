"""Operators see which mail waits, and what it says, as text."""

from datetime import timedelta
from pathlib import Path

import pytest

from authz.office import outbox
from authz.office.outbox import NewMail
from idp_bridge.database import open_engine
from tests.support.clock import NOW
from tests.support.operator_pages import Site, make_site
from tests.support.register_pages import BASE, rows_of, tree_of

HOSTILE = "<script>alert(1)</script>\nrad två \u2028 slut"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = make_site(tmp_path)
    site.log_in("reader")
    return site


def put(site: Site, *subjects: str) -> None:
    mails = [
        NewMail(kind="test", recipient="a@example.se", subject=one, body=HOSTILE)
        for one in subjects
    ]
    engine = open_engine(site.parts.settings)
    with engine.begin() as connection:
        outbox.put(connection, mails, domain="example.se", now=NOW)
    engine.dispose()


def test_an_empty_outbox_says_so(site: Site) -> None:
    page = site.get(f"{BASE}/utskick")
    assert page.status_code == 200
    assert "Inga meddelanden har skrivits." in page.text
    assert "inget skickas" in page.text


def test_mail_is_shown_with_what_became_of_it(site: Site) -> None:
    put(site, "Skickat", "Nekat", "Kvar")
    found = site.parts.office.outbox
    for is_sent in (True, False):
        taken = found.take(now=NOW)
        assert taken is not None
        if is_sent:
            found.note_sent(taken, now=NOW + timedelta(minutes=1))
        else:
            found.note_problem(taken, "550", is_final=True, now=NOW)
    page = site.get(f"{BASE}/utskick")
    states = [row[-1].split()[0] for row in rows_of(page)]
    assert states == ["Väntar", "Gick", "Skickat"]
    assert "1 väntar på att skickas." in page.text


def test_what_a_mail_says_is_never_markup(site: Site) -> None:
    put(site, HOSTILE)
    page = site.get(f"{BASE}/utskick")
    assert "<script>alert" not in page.text
    assert "rad två" in tree_of(page).text_content()
