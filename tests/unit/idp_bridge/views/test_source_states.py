"""/readyz and the figures say how sources are, without addresses and reasons."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine

from idp_bridge import database, services
from idp_bridge.app import create_app
from metadata.loader import MetadataAdmin
from metadata.reports import NewSource
from metadata.sources import Kind
from metadata.store import EntityStore
from tests.support.clock import NOW, FrozenClock
from tests.support.installations import install, settings_of
from tests.support.keys import rsa_key
from tests.support.metadata_documents import IDP, group, idp, signed, sp

SIGNER = rsa_key("federation")
HOST = "https://bridge.example.se"
LIFE = timedelta(days=7)
METHOD = f"""
[[upstream]]
entity_id = "{IDP}"
method = "siths"
title = "SITHS"
levels = ["http://id.sambi.se/loa/loa3"]
"""
INSTANT = timedelta(microseconds=1)


def document(*entity_ids: str) -> bytes:
    services = (sp(entity_id) for entity_id in entity_ids)
    return signed(group(idp(), *services, valid_until=NOW + LIFE), SIGNER)


class World:
    """A bridge with one source."""

    def __init__(self, config: Path, clock: FrozenClock) -> None:
        settings = settings_of(config)
        self.clock = clock
        self.engine: Engine = database.open_engine(settings)
        self.app: Flask = create_app(settings, clock=clock)
        self.feed = config.parent / "feed.xml"
        self.feed.write_bytes(document(f"{IDP}/sp"))
        self.admin: MetadataAdmin = services.metadata_admin(
            settings, EntityStore(self.engine), clock
        )
        self.admin.add(
            NewSource(
                name="feed",
                location=str(self.feed),
                certificate_pem=SIGNER.certificate_pem,
            )
        )

    def ready(self) -> tuple[int, dict[str, object], dict[str, str]]:
        response = self.app.test_client().get("/readyz", base_url=HOST)
        assert response.json is not None
        assert str(self.feed.parent) not in response.text
        source: dict[str, object] = response.json["sources"].get("feed", {})
        return response.status_code, source, response.json["methods"]

    def figures(self) -> list[str]:
        response = self.app.test_client().get("/metrics", base_url=HOST)
        mark = "idp_bridge_metadata_"
        lines = response.text.splitlines()
        return [line.removeprefix(mark) for line in lines if line.startswith(mark)]


@pytest.fixture
def world(tmp_path: Path, clock: FrozenClock) -> Iterator[World]:
    world = World(install(tmp_path, more=METHOD), clock)
    yield world
    world.engine.dispose()


def test_a_good_source_is_ok_with_its_age(world: World) -> None:
    world.clock.advance(timedelta(hours=1))
    assert world.ready() == (
        200,
        {
            "state": "ok",
            "problem": None,
            "loaded_seconds_ago": 3600,
            "valid_seconds": 6 * 86400 + 23 * 3600,
        },
        {"siths": "ok"},
    )
    assert world.figures() == [
        "store_up 1.0",
        'source_age_seconds{source="feed"} 3600.0',
        'source_valid_seconds{source="feed"} 601200.0',
        'source_overdue_seconds{source="feed"} 0.0',
        'source_entities{source="feed"} 2.0',
        'source_problem{code="none",source="feed"} 0.0',
        'source_waits{source="feed"} 0.0',
    ]


def test_a_stale_source_does_not_make_us_unready(world: World) -> None:
    world.feed.unlink()
    world.admin.refresh("feed")
    status, source, methods = world.ready()
    assert (status, methods) == (200, {"siths": "ok"})
    assert (source["state"], source["problem"]) == ("stale but valid", "fetch-failed")
    assert 'source_problem{code="fetch-failed",source="feed"} 1.0' in world.figures()


def test_a_version_that_waits_for_somebody_is_named(world: World) -> None:
    world.feed.write_bytes(document())
    world.admin.refresh("feed")
    status, source, _ = world.ready()
    assert status == 200
    assert source["state"] == "stale but valid, waits for approval"
    assert 'source_waits{source="feed"} 1.0' in world.figures()


def test_a_source_that_nobody_looks_at_is_named_an_hour_after_its_time(
    world: World,
) -> None:
    (state,) = world.admin.list()
    assert state.next_check_at is not None
    world.clock.now = state.next_check_at + timedelta(hours=1) - INSTANT
    assert world.ready()[1]["state"] == "ok"
    world.clock.now += INSTANT
    status, source, _ = world.ready()
    assert (status, source["state"]) == (200, "stale but valid, nobody looks")
    assert 'source_overdue_seconds{source="feed"} 3600.0' in world.figures()
    world.admin.refresh("feed")
    assert world.ready()[1]["state"] == "ok"
    assert 'source_overdue_seconds{source="feed"} 0.0' in world.figures()


def test_an_mdq_server_has_no_version_and_so_no_age(world: World) -> None:
    world.admin.add(
        NewSource(
            name="server",
            kind=Kind.MDQ,
            location="https://mdq.example.se",
            certificate_pem=SIGNER.certificate_pem,
        )
    )
    world.clock.advance(timedelta(days=2))
    response = world.app.test_client().get("/readyz", base_url=HOST)
    assert response.json is not None
    assert response.json["sources"]["server"] == {
        "state": "ok",
        "problem": None,
        "loaded_seconds_ago": None,
        "valid_seconds": None,
    }
    assert [line for line in world.figures() if '"server"' in line] == [
        'source_entities{source="server"} 0.0',
        'source_problem{code="none",source="server"} 0.0',
        'source_waits{source="server"} 0.0',
    ]


def test_from_its_end_on_a_source_is_expired_and_so_is_its_method(
    world: World,
) -> None:
    world.clock.advance(LIFE - INSTANT)
    world.admin.refresh("feed")
    status, source, methods = world.ready()
    assert (status, source["state"], methods) == (200, "ok", {"siths": "ok"})
    world.clock.advance(INSTANT)
    status, source, methods = world.ready()
    assert (status, source["state"]) == (503, "expired")
    assert methods == {"siths": "no valid metadata"}
    assert 'source_valid_seconds{source="feed"} 0.0' in world.figures()


def test_a_database_that_is_gone_is_a_figure(world: World) -> None:
    with world.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE metadata_sources RENAME TO gone")
    assert world.figures() == ["store_up 0.0"]
    status, source, _ = world.ready()
    assert (status, source) == (503, {})
