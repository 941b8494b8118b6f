"""People who were registered before an upgrade are in the lists after it."""

from collections.abc import Mapping
from typing import Any

import alembic.command
import pytest
from alembic.config import Config
from sqlalchemy import Connection, create_engine, select, text

from authz.tables import OrganisationRow, UserLineRow
from authz.user_lines import UserLines

AT = "2026-01-01 00:00:00"
PEOPLE = (
    (1, "administrator", "Anna", "Admin", None),
    (2, "user", "Åke", "Öst", None),
    (3, "user", "Örjan", "Ängman", None),
    (4, "user", "Bo", "Borta", AT),
)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.peers)])
def url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('db') / 'bridge.db'}"
    found: str = request.getfixturevalue("postgres_url")
    return found


def test_lists_are_filled_with_who_is_there(url: str) -> None:
    engine = create_engine(url)
    config = Config()
    config.set_main_option("script_location", "idp_bridge:migrations")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        alembic.command.upgrade(config, "0006")
        _write_people(connection)
        alembic.command.upgrade(config, "head")
    with engine.begin() as connection:
        by_name = select(UserLineRow.__table__).order_by(UserLineRow.surname_key)
        lines = [dict(row._mapping) for row in connection.execute(by_name)]
        made = UserLines(connection).made_of([1, 2, 3, 4])
        count = connection.scalar(select(OrganisationRow.user_count))
    engine.dispose()
    assert [each["membership_id"] for each in lines] == [3, 2]
    assert lines[1]["search_text"].startswith("åke\nöst\nse2")
    assert lines[1]["held_permissions"] == "|7|"
    assert sorted(lines, key=_number) == sorted(made, key=_number)
    assert count == 2


def _number(line: Mapping[str, Any]) -> int:
    number: int = line["membership_id"]
    return number


def _write_people(connection: Connection) -> None:
    connection.execute(
        text("INSERT INTO organisations (id, name, kind) VALUES (1, 'R', 'region')")
    )
    connection.execute(
        text(
            "INSERT INTO services (id, code, name, description, claim_format,"
            " without_grant) VALUES (3, 'a', 'A', '', 'code', 'refuse')"
        )
    )
    connection.execute(
        text(
            "INSERT INTO permissions (id, service_id, code, name)"
            " VALUES (7, 3, 'b', 'B')"
        )
    )
    for number, role, given_name, surname, ended in PEOPLE:
        values = {
            "id": number,
            "hsa_id": f"SE2321000016-{number}",
            "role": role,
            "given_name": given_name,
            "surname": surname,
            "ended": ended,
            "active": None if ended else role,
            "at": AT,
        }
        connection.execute(
            text(
                "INSERT INTO people (id, hsa_id, hsa_key, role, given_name, surname,"
                " email) VALUES (:id, :hsa_id, :hsa_id, :role, :given_name, :surname,"
                " 'A@example.se')"
            ),
            values,
        )
        connection.execute(
            text(
                "INSERT INTO memberships (id, person_id, person_role, organisation_id,"
                " started_at, ended_at) VALUES (:id, :id, :active, 1, :at, :ended)"
            ),
            values,
        )
    connection.execute(
        text(
            "INSERT INTO grants (membership_id, person_role, permission_id, given_by,"
            " given_at) VALUES (2, 'user', 7, 'test', :at)"
        ),
        {"at": AT},
    )
