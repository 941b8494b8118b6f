"""Is deleted what is too old, and nothing else, and does the receipt name nobody?"""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, func, insert, select, update

from authz.database import Base
from authz.models import OperatorRole, Outcome
from authz.office import retention
from authz.office.models import NewOperator
from authz.office.outbox import NewMail, put
from authz.office.service import OfficeService
from authz.office.tables import MailRow
from authz.service import AuthzService
from authz.tables import (
    ChangeRow,
    ChangeStepRow,
    LastLoginRow,
    MembershipRow,
    NameIdRow,
    OperatorRow,
    PersonRow,
)
from tests.support.clock import NOW
from tests.support.office import BY, organisation_of, person, trail_of
from tests.support.permission_world import ALICE, ANNA, BOB, MELKER, REGION

DAY = timedelta(days=1)
SYSTEM = "system:retention"


def keep(_category: str) -> timedelta:
    return 100 * DAY


def run(
    office: OfficeService, now: datetime = NOW, *, dry_run: bool = False
) -> dict[str, int]:
    cleared = office.retention.run(keep, dry_run=dry_run, actor=SYSTEM, now=now)
    return {one.category: one.count for one in cleared if one.count}


def leave(engine: Engine, hsa_id: str, at: datetime) -> int:
    """Let a user leave, as the administration does; answers with the person."""
    with engine.begin() as connection:
        found = select(PersonRow.id).where(PersonRow.hsa_key == hsa_id)
        number: int = connection.scalar(found)  # type: ignore[assignment]
        ended: dict[str, Any] = {"ended_at": at, "person_role": None}
        here = select(MembershipRow.id).where(MembershipRow.person_id == number)
        grants = Base.metadata.tables["grants"]
        connection.execute(
            update(grants)
            .where(grants.c.membership_id.in_(here))
            .values(**ended, ended_by="test")
        )
        connection.execute(
            update(MembershipRow)
            .where(MembershipRow.person_id == number)
            .values(**ended)
        )
    return number


def row_of(engine: Engine, number: int) -> Any:
    table = PersonRow.__table__
    with engine.connect() as connection:
        return connection.execute(select(table).where(table.c.id == number)).one()


def count(engine: Engine, row: type[Base]) -> int:
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(row)) or 0


def test_nothing_is_too_old_in_a_new_world(office: OfficeService) -> None:
    assert run(office) == {}


def test_whoever_left_long_ago_is_emptied_with_pairwise_names(
    office: OfficeService, world: AuthzService, engine: Engine
) -> None:
    world.name_id_for(leave(engine, ALICE, NOW), MELKER, now=NOW)
    number = leave(engine, ALICE, NOW)
    service = world.service_for(MELKER)
    world.remember_shown(number, service.id, {"urn:name"}, now=NOW)
    assert run(office, NOW + 100 * DAY - timedelta(microseconds=1)) == {}
    assert row_of(engine, number).given_name == "Åsa"
    assert run(office, NOW + 100 * DAY) == {"former people": 1}
    row = row_of(engine, number)
    assert (row.hsa_id, row.hsa_key) == (f"DELETED-{number}", f"DELETED-{number}")
    assert (row.given_name, row.surname, row.email) == ("", "", "")
    assert count(engine, NameIdRow) == 0
    assert world.shown_attributes(number, service.id) == frozenset()
    assert run(office, NOW + 100 * DAY) == {}
    world.verify_audit()


def test_the_day_of_the_last_login_goes_after_the_membership(
    office: OfficeService, world: AuthzService, engine: Engine
) -> None:
    service = world.service_for(MELKER)
    decision = world.decide(ALICE, service, organisation_numbers=(), now=NOW)
    world.note_login(decision.facts.last_login, now=NOW)
    assert run(office, NOW + 1000 * DAY) == {}
    leave(engine, ALICE, NOW)
    assert run(office, NOW + 100 * DAY - timedelta(microseconds=1)) == {}
    assert count(engine, LastLoginRow) == 1
    found = run(office, NOW + 100 * DAY)
    assert found == {"last logins": 1, "former people": 1}
    assert count(engine, LastLoginRow) == 0


def test_the_day_of_the_last_login_goes_with_the_person_at_the_latest(
    office: OfficeService, world: AuthzService, engine: Engine
) -> None:
    service = world.service_for(MELKER)
    decision = world.decide(ALICE, service, organisation_numbers=(), now=NOW)
    world.note_login(decision.facts.last_login, now=NOW)
    leave(engine, ALICE, NOW)
    office.retention.run(
        lambda name: (1000 if name == "last_logins" else 100) * DAY,
        dry_run=False,
        actor=SYSTEM,
        now=NOW + 100 * DAY,
    )
    assert count(engine, LastLoginRow) == 0


def test_whoever_belongs_somewhere_stays(office: OfficeService, engine: Engine) -> None:
    number = leave(engine, ALICE, NOW)
    values = {
        "person_id": number,
        "person_role": "user",
        "organisation_id": organisation_of(office, REGION),
        "started_at": NOW,
    }
    with engine.begin() as connection:
        connection.execute(insert(MembershipRow).values(**values))
    assert run(office, NOW + 1000 * DAY) == {}
    assert row_of(engine, number).given_name == "Åsa"


def test_somebody_who_was_emptied_can_be_registered_again_as_somebody_new(
    office: OfficeService, engine: Engine
) -> None:
    number = leave(engine, ALICE, NOW)
    run(office, NOW + 100 * DAY)
    region = organisation_of(office, REGION)
    office.administrators.add(region, person(ALICE), actor="operator:1", now=NOW)
    found = office.administrators.list(region)[-1].person
    assert (found.hsa_id, found.id != number) == (ALICE, True)


def test_the_receipt_says_how_many_and_not_whom(
    office: OfficeService, engine: Engine
) -> None:
    number = leave(engine, ALICE, NOW)
    office.retention.run(
        keep,
        dry_run=False,
        elsewhere={"orders": 3},
        actor=SYSTEM,
        now=NOW + 100 * DAY,
    )
    [(chain, subject, detail)] = trail_of(engine, "retention:run")
    assert (chain, subject) == ("system", "retention")
    assert detail["counts"]["former people"] == 1
    assert detail["counts"]["orders"] == 3
    assert str(number) not in json.dumps({**detail, "counts": None})


def test_a_dry_run_counts_and_changes_nothing(
    office: OfficeService, engine: Engine
) -> None:
    number = leave(engine, ALICE, NOW)
    found = run(office, NOW + 100 * DAY, dry_run=True)
    assert found == {"former people": 1}
    assert row_of(engine, number).given_name == "Åsa"
    assert trail_of(engine, "retention:run") == []


def test_more_than_one_batch_is_cleared(
    office: OfficeService, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 1)
    leave(engine, ALICE, NOW)
    leave(engine, BOB, NOW)
    assert run(office, NOW + 100 * DAY) == {"former people": 2}


def test_members_of_an_ended_organisation_are_let_go_and_its_trail_says_how_many(
    office: OfficeService, world: AuthzService, engine: Engine
) -> None:
    region = organisation_of(office, REGION)
    office.organisations.end(region, at=NOW, **BY)
    assert run(office, NOW + 99 * DAY) == {}
    later = NOW + 100 * DAY
    assert run(office, later) == {"memberships of ended organisations": 4}
    assert trail_of(engine, "membership:end") == [
        (f"organisation:{region}", f"organisation:{region}", {"memberships": 4})
    ]
    service = world.service_for(MELKER)
    found = world.decide(ALICE, service, organisation_numbers=(), now=later)
    assert found.outcome is Outcome.INACTIVE_PERSON
    assert [one.person.hsa_id for one in office.administrators.list(region)] == []
    promoted = office.administrators.add
    promoted(region, person(ALICE), actor="operator:1", now=later)


def test_old_changes_go_with_their_steps(office: OfficeService, engine: Engine) -> None:
    with engine.begin() as connection:
        membership = connection.scalar(select(MembershipRow.id).limit(1))
        for number, at in ((1, NOW), (2, NOW + DAY)):
            change = {
                "id": number,
                "organisation_id": organisation_of(office, REGION),
                "kind": "permissions",
                "actor": "administrator:1",
                "at": at,
            }
            step = {
                "change_id": number,
                "number": 1,
                "action": "grant:give",
                "membership_id": membership,
                "before": "{}",
                "after": "{}",
            }
            connection.execute(insert(ChangeRow).values(**change))
            connection.execute(insert(ChangeStepRow).values(**step))
    assert run(office, NOW + 100 * DAY) == {"changes": 1}
    assert (count(engine, ChangeRow), count(engine, ChangeStepRow)) == (1, 1)


def test_sent_mail_goes_and_waiting_mail_stays(
    office: OfficeService, engine: Engine
) -> None:
    mail = NewMail(kind="test", recipient="a@b.se", subject="S", body="B")
    with engine.begin() as connection:
        put(connection, [mail, mail], domain="example.se", now=NOW)
    taken = office.outbox.take(now=NOW)
    assert taken is not None
    office.outbox.note_sent(taken, now=NOW)
    assert run(office, NOW + 100 * DAY) == {"mails": 1}
    assert (office.outbox.waiting(), count(engine, MailRow)) == (1, 1)


def test_operators_who_ended_long_ago_are_emptied(
    office: OfficeService, engine: Engine
) -> None:
    new = NewOperator(person=person(ANNA), role=OperatorRole.READER)
    number = office.operators.add(new, **BY)
    office.operators.end(number, **BY)
    assert run(office, NOW + 100 * DAY) == {"former operators": 1}
    table = OperatorRow.__table__
    with engine.connect() as connection:
        row = connection.execute(select(table).where(table.c.id == number)).one()
    assert (row.hsa_id, row.surname) == (f"DELETED-{number}", "")
