"""Operators see how sources are doing, and order what shall happen to them."""

import json
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from lxml import html
from werkzeug.test import TestResponse

from authz.audit import SYSTEM_CHAIN
from idp_bridge.order_desk import OrderDesk
from idp_bridge.services import order_desk
from idp_bridge.views.operator.status import SourceStatus
from idp_bridge.views.operator.status import status_of as source_status
from metadata.reports import NewSource
from tests.support.clock import NOW
from tests.support.keys import rsa_key
from tests.support.metadata_documents import group, idp, signed, sp
from tests.support.operator_pages import SOURCES, Site, make_site, text_of

SIGNER = rsa_key("federation")
SOON = NOW + timedelta(days=7)
MANY = [f"https://sp{number}.example.se/saml" for number in range(10)]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return make_site(tmp_path)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "federation.xml"
    write(found, *map(sp, MANY), idp())
    return found


@pytest.fixture
def desk(site: Site) -> OrderDesk:
    return order_desk(site.parts)


def write(file: Path, *entities: str, valid_until: datetime = SOON) -> None:
    file.write_bytes(signed(group(*entities, valid_until=valid_until), SIGNER))


def add(site: Site, file: Path) -> None:
    source = NewSource(
        name="sambi", location=str(file), certificate_pem=SIGNER.certificate_pem
    )
    site.admin.add(source)


def actions(site: Site) -> list[tuple[str, str, str]]:
    """Read the latest system entries of the audit trail: actor, action, subject."""
    lines = map(json.loads, site.parts.authz.export_audit())
    return [
        (line["actor"], line["action"], line["subject"])
        for line in lines
        if line["chain"] == SYSTEM_CHAIN and "metadata" in line["action"]
    ]


def status_of(page: TestResponse) -> str:
    found = html.fromstring(page.text).findall(".//span[@class='tag']")
    return str(found[0].get("data-status"))


def test_without_sources_the_page_says_what_to_do(site: Site) -> None:
    site.log_in("system")
    assert "Lägg till den första" in text_of(site.get(SOURCES))


def test_the_start_leads_to_the_sources(site: Site) -> None:
    site.log_in("reader")
    assert f'href="{SOURCES}"' in site.get("/operator/").text
    assert site.get("/operator").status_code == 308


def test_a_good_source_is_shown_with_its_times(site: Site, file: Path) -> None:
    add(site, file)
    site.log_in("reader")
    page = site.get(SOURCES)
    assert status_of(page) == "ok"
    text = text_of(page)
    assert "sambi OK 2026-11-23 kl. 13.00 2026-11-30 kl. 13.00 11" in text


@pytest.mark.parametrize("name", ["missing", "sambi2", "SAMBI", "a%00b", "%F6"])
def test_a_source_that_is_not_there_is_not_found(
    site: Site, file: Path, name: str
) -> None:
    add(site, file)
    site.log_in("system")
    pages = [
        site.get(f"{SOURCES}/kallor/{name}"),
        site.get(f"{SOURCES}/kallor/{name}/ta-bort"),
        site.send(f"{SOURCES}/kallor/{name}/hamta"),
        site.send(f"{SOURCES}/kallor/{name}/ta-bort"),
        site.send(f"{SOURCES}/kallor/{name}/godkann"),
    ]
    assert [page.status_code for page in pages] == [404] * 5


def test_an_expired_source_says_that_logins_stop(site: Site, file: Path) -> None:
    write(file, idp(), valid_until=NOW + timedelta(minutes=10))
    add(site, file)
    site.log_in("reader")
    assert status_of(site.get(SOURCES)) == "ok"
    site.clock.advance(timedelta(minutes=10))
    page = site.get(f"{SOURCES}/kallor/sambi")
    assert status_of(page) == "expired"
    assert "Inloggningar som behöver det fungerar inte" in text_of(page)


def test_a_source_that_nobody_looks_after_is_old_but_valid(
    site: Site, file: Path
) -> None:
    add(site, file)
    (state,) = site.admin.list()
    assert state.next_check_at is not None
    late = state.next_check_at + timedelta(hours=1)
    assert source_status(state, late) is SourceStatus.STALE
    assert source_status(state, late - timedelta(seconds=1)) is SourceStatus.OK


def test_a_source_that_cannot_be_fetched_says_why(site: Site, file: Path) -> None:
    add(site, file)
    file.write_bytes(signed(group(idp(), valid_until=SOON), rsa_key("stranger")))
    site.admin.refresh("sambi")
    site.log_in("reader")
    page = site.get(f"{SOURCES}/kallor/sambi")
    assert status_of(page) == "failed"
    text = text_of(page)
    assert "Den senaste goda versionen används tills den går ut" in text
    assert "Ingen av källans nycklar stämmer med signaturen" in text
    assert "bad-signature" in text


def test_fetching_now_is_an_order_that_is_done_in_the_background(
    site: Site, file: Path, desk: OrderDesk
) -> None:
    add(site, file)
    write(file, *map(sp, MANY), idp(), sp("https://new.example.se/saml"))
    site.log_in("handler")
    answer = site.send(f"{SOURCES}/kallor/sambi/hamta")
    assert (answer.status_code, answer.headers["Location"]) == (
        303,
        f"{SOURCES}/kallor/sambi",
    )
    assert site.admin.state("sambi").entity_count == 11
    assert "väntar på att utföras" in text_of(site.get(f"{SOURCES}/kallor/sambi"))
    assert desk.carry_out(site.admin) == 1
    assert site.admin.state("sambi").entity_count == 12
    text = text_of(site.get(f"{SOURCES}/kallor/sambi"))
    assert "Hämta nu, beställt 2026-11-23 kl. 13.00: klart" in text
    actor = "operator:3"
    assert actions(site) == [
        (actor, "metadata-source:order", "metadata-source:sambi"),
        (actor, "metadata-source:refresh", "metadata-source:sambi"),
    ]


def test_impatient_fingers_order_once(site: Site, file: Path, desk: OrderDesk) -> None:
    add(site, file)
    site.log_in("handler")
    for _ in range(5):
        site.send(f"{SOURCES}/kallor/sambi/hamta")
    assert desk.carry_out(site.admin) == 1


def test_an_order_that_cannot_be_done_says_why(
    site: Site, file: Path, desk: OrderDesk
) -> None:
    add(site, file)
    file.unlink()
    site.log_in("handler")
    site.send(f"{SOURCES}/kallor/sambi/hamta")
    desk.carry_out(site.admin)
    text = text_of(site.get(f"{SOURCES}/kallor/sambi"))
    assert "gick inte" in text
    assert site.admin.state("sambi").entity_count == 11


def shrink(site: Site, file: Path) -> str:
    """Let a version wait that has lost most entities; answers with its SHA-256."""
    add(site, file)
    write(file, idp(), sp(MANY[0]))
    site.admin.refresh("sambi")
    pending = site.admin.state("sambi").pending
    assert pending is not None
    return pending.sha256


def test_a_version_that_waits_shows_the_difference(site: Site, file: Path) -> None:
    waits = shrink(site, file)
    assert waits == sha256(file.read_bytes()).hexdigest()
    site.log_in("reader")
    page = site.get(f"{SOURCES}/kallor/sambi")
    assert status_of(page) == "waiting"
    text = text_of(page)
    assert "Försvinner: 9" in text
    assert MANY[5] in text
    assert waits in text
    assert "Bara den som är systemansvarig kan godkänna" in text


def test_an_approved_version_is_used(site: Site, file: Path, desk: OrderDesk) -> None:
    waits = shrink(site, file)
    site.log_in("system")
    answer = site.send(f"{SOURCES}/kallor/sambi/godkann", {"sha256": waits})
    assert answer.status_code == 303
    assert site.admin.state("sambi").entity_count == 11
    desk.carry_out(site.admin)
    state = site.admin.state("sambi")
    assert (state.entity_count, state.pending) == (2, None)
    assert ("operator:4", "metadata-source:approve", "metadata-source:sambi") in (
        actions(site)
    )


@pytest.mark.parametrize("sha256", ["", "0" * 64])
def test_only_what_was_looked_at_is_approved(
    site: Site, file: Path, desk: OrderDesk, sha256: str
) -> None:
    shrink(site, file)
    site.log_in("system")
    answer = site.send(f"{SOURCES}/kallor/sambi/godkann", {"sha256": sha256})
    assert answer.status_code == 409
    assert "Det som väntar har ändrats" in text_of(answer)
    assert desk.carry_out(site.admin) == 0


def test_a_document_that_changed_after_the_approval_is_not_taken(
    site: Site, file: Path, desk: OrderDesk
) -> None:
    waits = shrink(site, file)
    site.log_in("system")
    site.send(f"{SOURCES}/kallor/sambi/godkann", {"sha256": waits})
    write(file, sp("https://evil.example/saml"))
    desk.carry_out(site.admin)
    assert site.admin.state("sambi").entity_count == 11
    text = text_of(site.get(f"{SOURCES}/kallor/sambi"))
    assert "the document is another one by now" in text


def test_removing_asks_first_and_says_what_is_lost(
    site: Site, file: Path, desk: OrderDesk
) -> None:
    add(site, file)
    site.log_in("system")
    asked = text_of(site.get(f"{SOURCES}/kallor/sambi/ta-bort"))
    assert "Är du säker på att du vill ta bort sambi?" in asked
    assert "11 entiteter försvinner" in asked
    site.send(f"{SOURCES}/kallor/sambi/ta-bort")
    assert site.get(f"{SOURCES}/kallor/sambi").status_code == 200
    desk.carry_out(site.admin)
    assert site.get(f"{SOURCES}/kallor/sambi").status_code == 404
    assert "Ta bort sambi" in text_of(site.get(SOURCES))


def test_an_order_without_its_audit_entry_is_not_taken(
    site: Site, file: Path, desk: OrderDesk
) -> None:
    add(site, file)
    site.log_in("handler")
    token = site.token()
    with site.parts.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER no_audit BEFORE INSERT ON audit_entries"
            " BEGIN SELECT RAISE(ABORT, 'full'); END"
        )
    answer = site.post(f"{SOURCES}/kallor/sambi/hamta", {"csrf_token": token})
    assert answer.status_code == 500
    assert desk.latest() == ()


def test_a_database_without_metadata_is_said_to_be_silent(site: Site) -> None:
    site.log_in("reader")
    with site.parts.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE metadata_orders")
    answer = site.get(SOURCES)
    assert answer.status_code == 503
    assert "store-unavailable" in answer.text


def test_one_order_that_fails_unexpectedly_does_not_stop_the_next(
    site: Site, file: Path, desk: OrderDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(site, file)
    site.log_in("system")
    site.send(f"{SOURCES}/kallor/sambi/hamta")
    site.send(f"{SOURCES}/kallor/sambi/ta-bort")
    admin = site.admin
    monkeypatch.setattr(admin, "refresh", lambda *_, **__: 1 // 0)
    assert desk.carry_out(admin) == 2
    assert admin.list() == ()
    problems = [one.problem for one in desk.latest()]
    assert problems == [None, "unexpected: ZeroDivisionError"]
