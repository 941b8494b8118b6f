"""Does the database itself refuse what must never happen?"""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Engine, delete, event, exc, insert, select, text, update

from authz import tables
from authz.database import Base
from authz.service import AuthzService
from authz.tables import (
    AgreementRow,
    AuditEntryRow,
    GrantRow,
    MembershipRow,
    NameIdRow,
    OrganisationRow,
    PermissionRow,
    PersonRow,
    ServiceRow,
)
from tests.support.clock import NOW
from tests.support.permission_world import ALICE, ANNA, CHARLIE


class Ids:
    """The numbers of what ``permission_world`` wrote."""

    def __init__(self, engine: Engine) -> None:
        with engine.connect() as connection:
            people = connection.execute(select(PersonRow.hsa_id, PersonRow.id))
            self.people = {row.hsa_id: row.id for row in people}
            found = connection.execute(
                select(MembershipRow.person_id, MembershipRow.id).order_by(
                    MembershipRow.id
                )
            )
            self.memberships = {row.person_id: row.id for row in found}
            self.permission = connection.scalars(
                select(PermissionRow.id).where(PermissionRow.code == "rapportera")
            ).one()
            self.organisations = connection.scalars(
                select(OrganisationRow.id).order_by(OrganisationRow.id)
            ).all()

    def membership_of(self, hsa_id: str) -> int:
        found: int = self.memberships[self.people[hsa_id]]
        return found


@pytest.fixture
def ids(world: AuthzService, engine: Engine) -> Ids:  # noqa: ARG001
    return Ids(engine)


def run(engine: Engine, statement: object) -> None:
    with engine.begin() as connection:
        connection.execute(statement)  # type: ignore[call-overload]


def grant_to(membership_id: int, ids: Ids, role: str | None = "user") -> object:
    return insert(GrantRow).values(
        membership_id=membership_id,
        person_role=role,
        permission_id=ids.permission,
        given_by="test",
        given_at=NOW,
    )


def membership(person_id: int, role: str | None, organisation_id: int) -> object:
    return insert(MembershipRow).values(
        person_id=person_id,
        person_role=role,
        organisation_id=organisation_id,
        started_at=NOW,
    )


def test_charlie_may_be_given_a_permission(engine: Engine, ids: Ids) -> None:
    run(engine, grant_to(ids.membership_of(CHARLIE), ids))


@pytest.mark.parametrize("role", ["user", "administrator", None])
def test_an_administrator_is_not_given_a_permission(
    engine: Engine, ids: Ids, role: str | None
) -> None:
    with pytest.raises(exc.IntegrityError):
        run(engine, grant_to(ids.membership_of(ANNA), ids, role))


def test_a_permission_is_not_given_twice(engine: Engine, ids: Ids) -> None:
    with pytest.raises(exc.IntegrityError):
        run(engine, grant_to(ids.membership_of(ALICE), ids))


@pytest.mark.usefixtures("world")
def test_a_user_is_not_made_administrator_while_being_a_user(engine: Engine) -> None:
    promote = update(PersonRow).where(PersonRow.hsa_id == ALICE)
    with pytest.raises(exc.IntegrityError):
        run(engine, promote.values(role="administrator"))


def test_a_user_is_not_administrator_somewhere_else(engine: Engine, ids: Ids) -> None:
    other = ids.organisations[1]
    with pytest.raises(exc.IntegrityError):
        run(engine, membership(ids.people[ALICE], "administrator", other))


def test_a_user_belongs_to_one_organisation(engine: Engine, ids: Ids) -> None:
    with pytest.raises(exc.IntegrityError):
        run(engine, membership(ids.people[ALICE], "user", ids.organisations[1]))


def test_an_active_membership_has_a_role(engine: Engine, ids: Ids) -> None:
    with pytest.raises(exc.IntegrityError):
        run(engine, membership(ids.people[CHARLIE], None, ids.organisations[1]))


def test_a_membership_does_not_end_before_its_grants(engine: Engine, ids: Ids) -> None:
    leaving = update(MembershipRow).where(MembershipRow.id == ids.membership_of(ALICE))
    with pytest.raises(exc.IntegrityError):
        run(engine, leaving.values(ended_at=NOW, person_role=None))


def test_history_does_not_keep_a_user_from_becoming_administrator(
    engine: Engine, ids: Ids
) -> None:
    alice, member = ids.people[ALICE], ids.membership_of(ALICE)
    with engine.begin() as connection:
        connection.execute(
            update(GrantRow)
            .where(GrantRow.membership_id == member)
            .values(ended_at=NOW, ended_by="test", person_role=None)
        )
        connection.execute(
            update(MembershipRow)
            .where(MembershipRow.id == member)
            .values(ended_at=NOW, person_role=None)
        )
        connection.execute(
            update(PersonRow).where(PersonRow.id == alice).values(role="administrator")
        )
    run(engine, membership(alice, "administrator", ids.organisations[0]))


@pytest.mark.usefixtures("world")
def test_an_hsa_id_is_registered_once_in_any_case(engine: Engine) -> None:
    again = {
        "hsa_id": ALICE.lower(),
        "hsa_key": ALICE,
        "role": "user",
        "given_name": "Åsa",
        "surname": "Öberg",
        "email": "asa@example.se",
    }
    with pytest.raises(exc.IntegrityError):
        run(engine, insert(PersonRow).values(**again))


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    ("row", "change"),
    [
        (PersonRow, {"role": "both"}),
        (OrganisationRow, {"kind": "county"}),
        (ServiceRow, {"without_grant": "maybe"}),
        (OrganisationRow, {"valid_from": NOW, "valid_until": NOW}),
        (AgreementRow, {"valid_until": datetime(2020, 1, 1, tzinfo=UTC)}),
        (GrantRow, {"ended_at": NOW}),
    ],
)
def test_values_outside_their_range_are_refused(
    engine: Engine, row: type, change: dict[str, object]
) -> None:
    with pytest.raises(exc.IntegrityError):
        run(engine, update(row).values(**change))


def test_two_people_never_have_the_same_name_at_a_service(
    engine: Engine, ids: Ids
) -> None:
    first, second = ids.people[ALICE], ids.people[CHARLIE]
    usual = {"sp_entity_id": "https://sp", "value": "_x", "created_at": NOW}
    run(engine, insert(NameIdRow).values(person_id=first, **usual))
    with pytest.raises(exc.IntegrityError):
        run(engine, insert(NameIdRow).values(person_id=second, **usual))


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    "statement",
    [
        update(AuditEntryRow).values(actor="somebody else"),
        delete(AuditEntryRow),
        text("DELETE FROM audit_entries"),
    ],
)
def test_the_audit_trail_only_grows(engine: Engine, statement: object) -> None:
    with pytest.raises(exc.DBAPIError, match="append-only"):
        run(engine, statement)


@pytest.mark.usefixtures("world")
def test_the_audit_trail_is_not_emptied_or_replaced(engine: Engine) -> None:
    statements = {
        "postgresql": "TRUNCATE audit_entries",
        "sqlite": "INSERT OR REPLACE INTO audit_entries SELECT * FROM audit_entries",
    }
    with pytest.raises(exc.DBAPIError, match="append-only"):
        run(engine, text(statements[engine.dialect.name]))


@pytest.mark.usefixtures("world")
def test_a_moment_comes_back_aware_in_utc_to_the_microsecond(engine: Engine) -> None:
    swedish = timezone(timedelta(hours=2))
    moment = datetime(2026, 7, 1, 1, 2, 3, 456789, tzinfo=swedish)
    run(engine, update(OrganisationRow).values(valid_from=moment))
    with engine.connect() as connection:
        found = connection.scalars(select(OrganisationRow.valid_from)).first()
    assert found == moment
    assert found.tzinfo is UTC


@pytest.mark.usefixtures("world")
def test_moments_compare_by_time_whatever_their_zone(engine: Engine) -> None:
    run(engine, update(OrganisationRow).values(valid_from=NOW))
    zone = timezone(timedelta(hours=-11))
    earlier = (NOW - timedelta(microseconds=1)).astimezone(zone)
    with engine.connect() as connection:
        newer = select(OrganisationRow.id).where(OrganisationRow.valid_from > earlier)
        same = select(OrganisationRow.id).where(
            OrganisationRow.valid_from > NOW.astimezone(zone)
        )
        assert len(connection.scalars(newer).all()) == 2
        assert connection.scalars(same).all() == []


@pytest.mark.usefixtures("world")
def test_a_moment_without_a_zone_is_refused(engine: Engine) -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001
    with pytest.raises(exc.StatementError, match="time zone"):
        run(engine, update(OrganisationRow).values(valid_from=naive))


def test_the_append_only_statements_are_named_for_migrations(engine: Engine) -> None:
    executed: list[str] = []
    event.listen(
        engine,
        "before_cursor_execute",
        lambda *arguments: executed.append(arguments[2]),
    )
    Base.metadata.drop_all(engine, tables=[AuditEntryRow.__table__])  # type: ignore[list-item]
    Base.metadata.create_all(engine, tables=[AuditEntryRow.__table__])  # type: ignore[list-item]
    assert set(tables.APPEND_ONLY[engine.dialect.name]) <= set(executed)
