"""What stood on pages before an upgrade stands there after it."""

import alembic.command
import pytest
from alembic.config import Config
from sqlalchemy import create_engine, exc, text

from tests.support import databases


@pytest.fixture(params=databases.BOTH)
def url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('db') / 'bridge.db'}"
    found: str = request.getfixturevalue("postgres_url")
    return found


def test_notices_are_kept_and_their_rules_too(url: str) -> None:
    engine = create_engine(url)
    config = Config()
    config.set_main_option("script_location", "idp_bridge:migrations")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        alembic.command.upgrade(config, "0016")
        connection.execute(ROW, {"level": "outage", "place": "everywhere"})
        alembic.command.upgrade(config, "0017")
        connection.execute(ROW, {"level": "information", "place": "news"})
        kept = connection.execute(text("SELECT id, place, service_id FROM notices"))
        assert kept.all() == [(1, "everywhere", None), (2, "news", None)]
    for broken in (
        {"level": "loud", "place": "news"},
        {"level": "outage", "place": ""},
    ):
        with pytest.raises(exc.IntegrityError), engine.begin() as connection:
            connection.execute(ROW, broken)
    with pytest.raises(exc.IntegrityError), engine.begin() as connection:
        connection.execute(text("UPDATE notices SET valid_until = valid_from"))
    engine.dispose()


ROW = text(
    "INSERT INTO notices (text, text_en, level, place, valid_from)"
    " VALUES ('Hej', '', :level, :place, '2026-01-01 00:00:00')"
)
