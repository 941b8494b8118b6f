"""Do many rows come out as they went in, on both kinds of database?"""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, delete, func, insert, select

from authz.many import among, insert_many, update_many
from authz.tables import OrganisationRow
from tests.support.clock import NOW

TABLE = OrganisationRow.__table__
AWKWARD = (
    "Å\u0308ö",
    "a'b\"c",
    "{x,NULL}",
    "\\n",
    "\n\t",
    "null",
    "",
    "🙂",
    "%(x)s %s",
)
SOUTH = timezone(timedelta(hours=13))


def row(number: int, **values: Any) -> dict[str, Any]:
    known = {"id": number, "name": f"Region {number}", "kind": "region"}
    return {**known, "valid_from": None, "valid_until": None, "user_count": 0, **values}


def read(connection: Connection) -> list[Any]:
    columns = ("id", "name", "valid_from", "valid_until", "user_count")
    found = select(*(TABLE.c[each] for each in columns)).order_by(TABLE.c.id)
    return [tuple(each) for each in connection.execute(found)]


def test_rows_come_out_as_they_went_in(engine: Engine) -> None:
    rows = [
        row(number, name=name, valid_from=NOW.astimezone(SOUTH), user_count=number)
        for number, name in enumerate(AWKWARD, 1)
    ]
    with engine.begin() as connection:
        insert_many(connection, OrganisationRow, rows)
        assert read(connection) == [
            (number, name, NOW, None, number) for number, name in enumerate(AWKWARD, 1)
        ]


def test_rows_are_changed_by_their_keys_and_others_stay(engine: Engine) -> None:
    end = datetime(2031, 2, 3, 4, 5, 6, 789, tzinfo=UTC)
    with engine.begin() as connection:
        insert_many(connection, OrganisationRow, [row(1), row(2), row(3)])
        changes = [
            {"id": 3, "name": "tre \\ '", "valid_until": end},
            {"id": 1, "name": "ett", "valid_until": None},
            {"id": 99, "name": "nobody", "valid_until": end},
        ]
        update_many(connection, OrganisationRow, changes, key="id")
        assert [each[:4] for each in read(connection)] == [
            (1, "ett", None, None),
            (2, "Region 2", None, None),
            (3, "tre \\ '", None, end),
        ]


def test_nothing_to_do_is_fine(engine: Engine) -> None:
    with engine.begin() as connection:
        insert_many(connection, OrganisationRow, [])
        update_many(connection, OrganisationRow, [], key="id")
        assert read(connection) == []


def test_a_moment_without_time_zone_is_refused(engine: Engine) -> None:
    naive = row(1, valid_from=NOW.replace(tzinfo=None))
    with (
        engine.begin() as connection,
        pytest.raises(Exception, match=r"time zone|not a value"),
    ):
        insert_many(connection, OrganisationRow, [naive])


def test_only_the_wanted_numbers_are_among_them(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(
            insert(OrganisationRow), [row(number) for number in range(1, 6)]
        )

        def found(*numbers: int) -> int | None:
            wanted = among(connection, TABLE.c.id, numbers)
            return connection.scalar(
                select(func.count()).select_from(TABLE).where(wanted)
            )

        assert (found(2, 4, 77), found(), found(-1)) == (2, 0, 0)


@given(names=st.lists(st.text(st.characters(exclude_characters="\0", codec="utf-8"))))
@settings(
    deadline=None,
    max_examples=30,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_no_text_changes_on_its_way(engine: Engine, names: list[str]) -> None:
    short = [name[:100] for name in names]
    with engine.begin() as connection:
        connection.execute(delete(OrganisationRow))
        rows = [row(number, name=name) for number, name in enumerate(short)]
        insert_many(connection, OrganisationRow, rows)
        assert [each[1] for each in read(connection)] == short
