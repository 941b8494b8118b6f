"""Is what the generator wrote what the bridge itself would have written?"""

from datetime import timedelta

import pytest
from sqlalchemy import ForeignKey, Table, func, inspect, or_, select

from authz.administration.models import NewUser, UserQuery
from authz.administration.service import AdministrationService
from authz.database import Base
from authz.models import Outcome
from authz.service import AuthzService
from authz.tables import GrantRow, MembershipRow, OrganisationRow, UserLineRow
from authz.user_lines import UserLines
from benchmarks.administration.measuring import administrator
from benchmarks.administration.population import (
    LARGEST_ID,
    MOMENT,
    PERMISSION_COUNT,
    service_entity_id,
    service_of,
)
from benchmarks.administration.store import Store
from benchmarks.administration.tables import tables
from tests.support.filled_store import PEOPLE

FILLED = [Base.metadata.tables[table.name] for table in tables(PEOPLE)]
REFERENCES = [
    (table, key) for table in FILLED for key in sorted(table.foreign_keys, key=str)
]


@pytest.mark.parametrize(
    ("table", "key"), REFERENCES, ids=lambda one: getattr(one, "name", None)
)
def test_every_reference_leads_somewhere(
    store: Store, table: Table, key: ForeignKey
) -> None:
    there = key.column
    missing = (
        select(func.count())
        .select_from(table)
        .where(
            key.parent.is_not(None),
            ~select(there).where(there == key.parent).correlate(table).exists(),
        )
    )
    with store.reader.connect() as connection:
        assert connection.scalar(missing) == 0


def test_roles_are_the_same_in_all_three_tables(store: Store) -> None:
    wrong = (
        select(func.count())
        .select_from(GrantRow)
        .join(MembershipRow, MembershipRow.id == GrantRow.membership_id)
        .where(
            or_(
                MembershipRow.person_role != GrantRow.person_role,
                MembershipRow.person_role.is_(None),
            )
        )
    )
    with store.reader.connect() as connection:
        assert connection.scalar(wrong) == 0


def test_lines_are_those_that_the_bridge_makes(store: Store) -> None:
    columns = UserLineRow.__table__.columns
    ids = list(range(1, PEOPLE.users + 1))
    with store.reader.connect() as connection:
        rows = connection.execute(select(*columns).order_by("membership_id")).all()
        made = UserLines(connection).made_of(ids)
    assert [dict(row._mapping) for row in rows] == sorted(
        made, key=lambda line: int(line["membership_id"])
    )
    assert len(rows) == PEOPLE.users


def test_users_are_counted_for_every_organisation(store: Store) -> None:
    counts = select(OrganisationRow.id, OrganisationRow.user_count)
    with store.reader.connect() as connection:
        found = {row.id: row.user_count for row in connection.execute(counts)}
    assert found == PEOPLE.sizes


def test_all_indexes_are_back(store: Store) -> None:
    inspector = inspect(store.engine)
    for table in FILLED:
        there = {index["name"] for index in inspector.get_indexes(table.name)}
        assert {index.name for index in table.indexes} <= there


def test_a_login_gets_exactly_what_was_invented(store: Store) -> None:
    authz = AuthzService(store.engine, store.reader)
    user = PEOPLE.user(7)
    service = authz.service_for(service_entity_id(3))
    decision = authz.decide(user.hsa_id, service, organisation_numbers=(), now=MOMENT)
    wanted = {
        f"behorighet-{number}"
        for number in PEOPLE.permissions_of(7)
        if service_of(number) == 3
        and ((end := PEOPLE.end_of(7, number)) is None or end > MOMENT)
    }
    assert {grant.permission.code for grant in decision.released} == wanted
    assert decision.outcome is (Outcome.ALLOWED if wanted else Outcome.NO_PERMISSION)


def test_the_longest_names_with_every_permission_still_fit(store: Store) -> None:
    """A row of an index of PostgreSQL has 2 704 bytes."""
    service = AdministrationService(store.engine, store.reader)
    letters = "".join(chr(0x20000 + number * 7) for number in range(50))
    user = NewUser(
        given_name=letters,
        surname=letters[::-1],
        hsa_id="SE2120000019-" + "A1B2C3" * 3,
        email=f"{letters}@{letters[:10]}.se",
    )
    actor, now = administrator(PEOPLE), MOMENT + timedelta(seconds=1)
    added = service.add_user(LARGEST_ID, user, actor=actor, now=now)
    for number in range(1, PERMISSION_COUNT + 1):
        service.change_many(LARGEST_ID, number, give=[added], actor=actor, now=now)
    page = service.users(LARGEST_ID, UserQuery(search="a1b2c3a1"), now=now)
    assert [line.membership_id for line in page.lines] == [added]
    assert sum(each.count for each in page.lines[0].services) == PERMISSION_COUNT
    service.remove_user(LARGEST_ID, added, actor=actor, now=now)
    assert service.users(LARGEST_ID, UserQuery(), now=now).total == PEOPLE.largest
