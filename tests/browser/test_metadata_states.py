"""Sources of metadata in every state, in a wide window and in a narrow one."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from idp_bridge.demo.people import MAJA
from metadata.clock import utc_now
from tests.support.chromium import Walk, watch
from tests.support.demo import Demo, demo
from tests.support.keys import KeyPair, rsa_key
from tests.support.metadata_documents import (
    IDP,
    SP,
    SSO,
    endpoint,
    entity,
    group,
    idp,
    idp_role,
    key_descriptor,
    signed,
    sp,
)
from tests.support.operator_walk import FOLDER, log_in, shoot

pytestmark = pytest.mark.browser
SIGNER = rsa_key("federation")
SOURCES = "/operator/metadata"


def idp_with(*keys: KeyPair, address: str) -> str:
    body = "".join(key_descriptor(key, "signing") for key in keys)
    return entity(IDP, idp_role(body + endpoint("SingleSignOnService", address)))


def add(running: Demo, name: str, xml: str, *, is_signed: bool = False) -> Path:
    """Add a source of the demonstration on the command line."""
    folder = running.folder.parent
    file, signer = folder / f"{name}.xml", folder / "signer.pem"
    signer.write_bytes(SIGNER.certificate_pem)
    file.write_bytes(signed(xml, SIGNER) if is_signed else xml.encode())
    trust = ("--certificate", str(signer)) if is_signed else ()
    command(running, "add", name, str(file), *trust)
    return file


def command(running: Demo, *words: str) -> None:
    config = str(running.folder / "bridge.toml")
    subprocess.run(
        [sys.executable, "-m", "idp_bridge", "--config", config, "metadata", *words],
        check=False,
        capture_output=True,
    )


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demonstration of its own, with sources that are not well."""
    week = utc_now() + timedelta(days=7)
    with demo(tmp_path_factory.mktemp("states")) as running:
        before = idp_with(rsa_key("old"), address=SSO)
        inera = add(running, "inera", before)
        add(running, "sambi", group(idp(), sp(), valid_until=week), is_signed=True)
        gone = add(running, "borta", group(sp(), valid_until=week), is_signed=True)
        add(running, "slut", group(sp("urn:x"), valid_until=week), is_signed=True)
        gone.unlink()
        elsewhere = "https://inloggning.example.se/sso"
        inera.write_text(idp_with(rsa_key("new"), rsa_key("old"), address=elsewhere))
        command(running, "refresh", "inera")
        command(running, "refresh", "borta")
        with sqlite3.connect(running.folder / "bridge.db", timeout=30) as database:
            database.execute(
                "UPDATE metadata_sources SET valid_until = 0 WHERE name = 'slut'"
            )
        database.close()
        yield running


@pytest.fixture(params=[1280, 320])
def page(
    request: pytest.FixtureRequest, impatient_browser: Browser, world: Demo
) -> Iterator[Page]:
    """A window of some width, in which an operator has logged in."""
    complaints: list[str] = []
    size = {"width": request.param, "height": 800}
    context = impatient_browser.new_context(viewport=size)  # type: ignore[arg-type]
    context.set_default_timeout(15_000)
    tab = context.new_page()
    watch(tab, complaints)
    yield log_in(Walk(tab, world), MAJA, SOURCES)
    context.close()
    assert complaints == []


def look(page: Page, path: str, name: str) -> None:
    """Go to a page, and keep a picture of it; nothing is wider than the window."""
    page.goto(page.url.partition("/operator/")[0] + path)
    assert page.viewport_size is not None
    width = page.viewport_size["width"]
    shoot(page, f"{name}-{width}", FOLDER / "states")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_every_state_is_said_in_words(page: Page) -> None:
    look(page, SOURCES, "sources")
    for name, state in (
        ("inera", "Väntar på godkännande"),
        ("borta", "Hämtning misslyckades"),
        ("slut", "Utgången"),
        ("sambi", "OK"),
    ):
        row = page.get_by_role("row").filter(has=page.get_by_role("link", name=name))
        assert row.get_by_text(state, exact=True).is_visible()


def test_what_has_changed_is_read_before_it_is_approved(page: Page) -> None:
    look(page, f"{SOURCES}/kallor/inera", "waiting")
    changed = page.locator(".changes")
    assert changed.locator("ins").filter(has_text="inloggning.example.se").is_visible()
    assert changed.locator("del").filter(has_text=SSO).is_visible()
    assert page.get_by_role("button", name="Godkänn").is_visible()


def test_a_source_that_cannot_be_fetched_says_why(page: Page) -> None:
    look(page, f"{SOURCES}/kallor/borta", "failed")
    assert page.get_by_text("cannot be read").is_visible()
    assert page.get_by_role("button", name="Hämta nu").is_visible()


def test_the_order_is_changed_with_the_arrows(page: Page) -> None:
    look(page, f"{SOURCES}/kallor/sambi", "source-that-overlaps")
    look(page, SOURCES, "sources-before-a-move")
    first = page.get_by_role("button", name="Flytta upp: sambi")
    first.click()
    page.get_by_text("Källan sambi står nu på plats").wait_for()
    page.get_by_role("button", name="Flytta ned: sambi").click()
    page.get_by_text("Källan sambi står nu på plats").wait_for()


def test_an_entity_of_two_sources_says_who_decides(page: Page) -> None:
    look(page, f"{SOURCES}/entiteter?sok=example.se", "entities")
    look(page, f"{SOURCES}/entitet?id={IDP}", "entity-of-two")
    assert page.get_by_text("Används inte: en tidigare källa bestämmer").is_visible()
    look(page, f"{SOURCES}/entitet?id={SP}", "entity-sp")
    look(page, f"{SOURCES}/ny-kalla", "form")
