"""Metadata that was loaded before an upgrade stays in use after it."""

import alembic.command
import pytest
from alembic.config import Config
from sqlalchemy import create_engine, text

from metadata.entities import Role
from metadata.mdq_identifiers import sha1_of
from metadata.records import EntityRecord
from metadata.sources import Kind, PinnedFile
from metadata.store import EntityStore

BEFORE = 1_795_000_000_000_000
ENTITY = "https://idp.example.se/SAML"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.peers)])
def url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('db') / 'bridge.db'}"
    found: str = request.getfixturevalue("postgres_url")
    return found


def test_sources_and_entities_survive_the_upgrade(url: str) -> None:
    engine = create_engine(url)
    config = Config()
    config.set_main_option("script_location", "idp_bridge:migrations")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        alembic.command.upgrade(config, "0003")
        connection.execute(
            text(
                "INSERT INTO metadata_sources (name, location, trust_kind, trust,"
                " roles, max_validity_seconds, position, loaded_at, warnings, problem)"
                " VALUES ('inera', '/a.xml', 'pin', :pin, 'idp', 86400, 3, :at, '[]',"
                " 'source-refused: x')"
            ),
            {"pin": "a" * 64, "at": BEFORE},
        )
        connection.execute(
            text(
                "INSERT INTO metadata_entities (source, entity_id, roles, xml, sha256,"
                " display_name) VALUES ('inera', :entity, 'idp', :xml, :sha, 'Å')"
            ),
            {"entity": ENTITY, "xml": b"<x/>", "sha": "b" * 64},
        )
        alembic.command.upgrade(config, "head")
    store = EntityStore(engine)
    (state,) = store.states()
    assert state.source.trust == PinnedFile("a" * 64)
    assert (state.source.kind, state.source.position) == (Kind.FILE, 3)
    assert (state.problem, state.problem_since) == (
        "source-refused: x",
        state.loaded_at,
    )
    assert (state.reading_key, state.next_check_at) == ("", None)
    record = store.find(ENTITY, Role.IDP)
    assert record == EntityRecord(
        entity_id=ENTITY,
        roles=frozenset({Role.IDP}),
        xml=b"<x/>",
        sha256="b" * 64,
        valid_until=None,
        display_name="Å",
    )
    with engine.connect() as connection:
        columns = text("SELECT entity_sha1, search FROM metadata_entities")
        assert connection.execute(columns).one() == (
            sha1_of(ENTITY).value,
            ENTITY.lower(),
        )
    engine.dispose()
