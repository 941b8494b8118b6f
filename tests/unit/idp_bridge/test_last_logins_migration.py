"""Whoever was there before an upgrade is not blamed for what nobody wrote down."""

from datetime import date

import alembic.command
import pytest
from alembic.config import Config
from sqlalchemy import create_engine, select, text

from authz.tables import OrganisationRow


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.peers)])
def url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('db') / 'bridge.db'}"
    found: str = request.getfixturevalue("postgres_url")
    return found


def test_logins_are_known_since_the_day_of_the_upgrade(url: str) -> None:
    engine = create_engine(url)
    config = Config()
    config.set_main_option("script_location", "idp_bridge:migrations")
    insert = "INSERT INTO organisations (id, name, kind) VALUES (:id, 'R', 'region')"
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        alembic.command.upgrade(config, "0011")
        connection.execute(text(insert), {"id": 1})
        today = connection.execute(text("SELECT CURRENT_DATE")).scalar_one()
        alembic.command.upgrade(config, "head")
        connection.execute(text(insert), {"id": 2})
    with engine.begin() as connection:
        since = dict(
            connection.execute(
                select(OrganisationRow.id, OrganisationRow.logins_since)
            ).all()
        )
    engine.dispose()
    assert since == {1: date.fromisoformat(str(today)), 2: None}
