"""Does the permission store answer rightly, and say when it cannot?"""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, insert, select, text, update

from authz import claims
from authz.errors import (
    BadIdentifierError,
    StoreUnavailableError,
    UnknownServiceError,
)
from authz.models import GrantReason, OrganisationKind, Outcome
from authz.service import AuthzService
from authz.tables import AgreementRow, GrantRow, MembershipRow, PersonRow
from tests.support.clock import NOW
from tests.support.databases import (
    create_authz_tables,
    postgresql_engine,
    sqlite_engine,
)
from tests.support.permission_world import (
    ALICE,
    ANNA,
    BOB,
    CHARLIE,
    ERSATTNING,
    KOMMUN,
    MELKER,
    REGION,
)


def outcome_at(world: AuthzService, hsa_id: str, sp: str, *numbers: str) -> Outcome:
    service = world.service_for(sp)
    decision = world.decide(hsa_id, service, organisation_numbers=numbers, now=NOW)
    return decision.outcome


def count_statements(engine: Engine, work: Callable[[], object]) -> int:
    statements: list[str] = []

    def listen(connection: Any, *_: object) -> None:
        connection.set_trace_callback(statements.append)

    def stop(connection: Any, *_: object) -> None:
        connection.set_trace_callback(None)

    event.listen(engine, "checkout", listen)
    event.listen(engine, "checkin", stop)
    work()
    event.remove(engine, "checkout", listen)
    event.remove(engine, "checkin", stop)
    return sum(statement.startswith("SELECT") for statement in statements)


def test_alice_gets_the_permission_that_she_was_given(world: AuthzService) -> None:
    service = world.service_for(MELKER)
    decision = world.decide(ALICE, service, organisation_numbers=(REGION,), now=NOW)
    assert decision.outcome is Outcome.ALLOWED
    assert claims.encode(service.claim_format, decision) == (
        "2321000016:landsting:rapportera",
    )


def test_an_hsa_id_is_found_in_any_case(world: AuthzService) -> None:
    assert outcome_at(world, ALICE.lower(), MELKER) is Outcome.ALLOWED


def test_bob_had_a_permission_until_midnight(world: AuthzService) -> None:
    decision = world.explain(BOB, "landsting", now=NOW)
    assert decision.outcome is Outcome.NO_PERMISSION
    assert [answer.reason for answer in decision.answers] == [GrantReason.ENDED]


def test_charlie_is_refused_or_released_as_the_service_wants(
    world: AuthzService,
) -> None:
    assert outcome_at(world, CHARLIE, MELKER) is Outcome.NO_PERMISSION
    assert outcome_at(world, CHARLIE, ERSATTNING) is Outcome.ALLOWED


def test_a_stranger_is_unknown(world: AuthzService) -> None:
    assert outcome_at(world, "SE2321000016-X", ERSATTNING) is Outcome.UNKNOWN_PERSON


def test_an_assertion_for_another_organisation_is_refused(world: AuthzService) -> None:
    assert outcome_at(world, ALICE, MELKER, KOMMUN) is Outcome.WRONG_ORGANISATION
    assert outcome_at(world, ALICE, MELKER, "556559-4230") is Outcome.ALLOWED


def test_an_administrator_acts_for_the_organisation_in_the_assertion(
    world: AuthzService,
) -> None:
    assert outcome_at(world, ANNA, ERSATTNING, REGION) is Outcome.ALLOWED
    assert outcome_at(world, ANNA, ERSATTNING, KOMMUN) is Outcome.NO_AGREEMENT
    assert outcome_at(world, ANNA, MELKER, REGION) is Outcome.NO_PERMISSION


def test_grants_at_one_service_are_not_released_at_another(world: AuthzService) -> None:
    service = world.service_for(ERSATTNING)
    decision = world.decide(ALICE, service, organisation_numbers=(), now=NOW)
    assert decision.released == ()


def test_a_service_is_found_by_each_of_its_entity_ids(world: AuthzService) -> None:
    assert world.service_for(ERSATTNING) == world.service_for(ERSATTNING + "2")
    assert world.service_for(ERSATTNING).entity_ids == (ERSATTNING, ERSATTNING + "2")
    assert world.service_of_code("landsting") == world.service_for(MELKER)


def test_an_unknown_service_is_an_error(world: AuthzService) -> None:
    with pytest.raises(UnknownServiceError):
        world.service_for("https://stranger.example.se")
    with pytest.raises(UnknownServiceError):
        world.explain(ALICE, "nothing", now=NOW)


def test_something_that_is_no_hsa_id_is_an_error(world: AuthzService) -> None:
    with pytest.raises(BadIdentifierError):
        outcome_at(world, "SE2321000016-B00\uff11", MELKER)


def test_start_pages_list_services_of_their_kind_and_of_all(
    world: AuthzService,
) -> None:
    for kind, codes in (
        (OrganisationKind.REGION, ["landsting", "statlig-ersattning"]),
        (OrganisationKind.KOMMUN, ["statlig-ersattning"]),
        (None, ["landsting", "statlig-ersattning"]),
    ):
        services = world.services_of_kind(kind, now=NOW)
        assert [service.code for service in services] == codes


def test_a_closed_service_is_on_no_start_page(world: AuthzService) -> None:
    closing = """
[[services]]
code = "landsting"
name = "E-tjänst för landsting"
valid_until = 2026-11-22
"""
    world.load_catalogue(closing, dry_run=False, actor="test", now=NOW)
    services = world.services_of_kind(None, now=NOW)
    assert [service.code for service in services] == ["statlig-ersattning"]
    assert outcome_at(world, ALICE, MELKER) is Outcome.SERVICE_CLOSED


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_decision_takes_two_statements_and_a_service_one(
    world: AuthzService, engine: Engine
) -> None:
    fresh = AuthzService(engine)
    assert count_statements(engine, lambda: fresh.service_for(MELKER)) == 1
    assert count_statements(engine, lambda: fresh.service_for(MELKER)) == 0
    service = world.service_for(MELKER)
    decide = partial(world.decide, ALICE, service, organisation_numbers=(), now=NOW)
    assert count_statements(engine, decide) == 2


def test_a_decision_does_not_wait_for_a_writer(
    world: AuthzService, engine: Engine
) -> None:
    with engine.begin() as connection:
        connection.execute(update(PersonRow).values(email="new@example.se"))
        assert outcome_at(world, ALICE, MELKER) is Outcome.ALLOWED


def end_grants(engine: Engine, at: datetime) -> None:
    with engine.begin() as connection:
        ended = {"ended_at": at, "ended_by": "test", "person_role": None}
        connection.execute(update(GrantRow).values(**ended))


def test_explain_tells_the_past_as_it_was(world: AuthzService, engine: Engine) -> None:
    end = NOW + timedelta(hours=1)
    end_grants(engine, end)
    just_before = world.explain(ALICE, "landsting", now=end - timedelta(microseconds=1))
    at_the_end = world.explain(ALICE, "landsting", now=end)
    assert just_before.outcome is Outcome.ALLOWED
    assert just_before.valid_until == end
    assert at_the_end.outcome is Outcome.NO_PERMISSION
    assert [answer.reason for answer in at_the_end.answers] == [GrantReason.ENDED]


def test_a_grant_that_was_taken_back_does_not_count_from_then_on(
    world: AuthzService, engine: Engine
) -> None:
    end_grants(engine, NOW)
    assert outcome_at(world, ALICE, MELKER) is Outcome.NO_PERMISSION


def test_somebody_who_left_is_inactive(world: AuthzService, engine: Engine) -> None:
    end_grants(engine, NOW)
    with engine.begin() as connection:
        left = {"ended_at": NOW, "person_role": None}
        connection.execute(update(MembershipRow).values(**left))
    assert outcome_at(world, ALICE, ERSATTNING) is Outcome.INACTIVE_PERSON


def person_id_of(engine: Engine, hsa_id: str) -> int:
    with engine.connect() as connection:
        statement = select(PersonRow.id).where(PersonRow.hsa_id == hsa_id)
        return connection.scalars(statement).one()


def test_a_name_id_stays_and_differs_between_services_and_people(
    world: AuthzService, engine: Engine
) -> None:
    alice, bob = person_id_of(engine, ALICE), person_id_of(engine, BOB)
    first = world.name_id_for(alice, MELKER, now=NOW)
    others = {
        world.name_id_for(alice, ERSATTNING, now=NOW),
        world.name_id_for(bob, MELKER, now=NOW),
    }
    assert world.name_id_for(alice, MELKER, now=NOW) == first
    assert len({first} | others) == 3
    assert len(first) >= 32
    created = [line for line in world.export_audit() if "name-id:create" in line]
    assert len(created) == 3


def test_many_at_once_agree_on_one_name_id(world: AuthzService, engine: Engine) -> None:
    alice = person_id_of(engine, ALICE)
    start = threading.Barrier(8)

    def ask(_: int) -> str:
        start.wait()
        return world.name_id_for(alice, MELKER, now=NOW)

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(ask, range(8)))) == 1
    created = [line for line in world.export_audit() if "name-id:create" in line]
    assert len(created) == 1


def test_a_database_that_is_gone_is_neither_no_nor_yes(tmp_path: Path) -> None:
    engine = sqlite_engine(tmp_path / "missing" / "authz.db")
    store = AuthzService(engine)
    asks: tuple[Callable[[], object], ...] = (
        lambda: store.service_for(MELKER),
        lambda: store.explain(ALICE, "landsting", now=NOW),
        lambda: store.name_id_for(1, MELKER, now=NOW),
        lambda: store.services_of_kind(None, now=NOW),
        lambda: store.load_catalogue("", dry_run=False, actor="test", now=NOW),
        store.verify_audit,
        lambda: list(store.export_audit()),
    )
    for ask in asks:
        with pytest.raises(StoreUnavailableError):
            ask()


def test_a_damaged_database_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "authz.db").write_bytes(b"not a database" * 1000)
    store = AuthzService(sqlite_engine(tmp_path / "authz.db"))
    with pytest.raises(StoreUnavailableError):
        store.service_for(MELKER)


def test_a_locked_database_is_an_error(tmp_path: Path) -> None:
    engine = sqlite_engine(tmp_path / "authz.db", timeout=0)
    create_authz_tables(engine)
    store = AuthzService(engine)
    with engine.begin(), pytest.raises(StoreUnavailableError):
        store.load_catalogue("", dry_run=False, actor="test", now=NOW)
    engine.dispose()


@pytest.mark.peers
def test_a_postgresql_server_that_ends_our_connection_is_an_error(
    postgres_url: str,
) -> None:
    engine = postgresql_engine(postgres_url)
    create_authz_tables(engine)
    store = AuthzService(engine)
    with pytest.raises(UnknownServiceError):
        store.service_for(MELKER)
    other = postgresql_engine(postgres_url)
    with other.begin() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE pid <> pg_backend_pid() AND datname = current_database()"
            )
        )
    with pytest.raises(StoreUnavailableError):
        store.service_for(MELKER)
    other.dispose()
    engine.dispose()


def test_numbers_and_agreements_of_an_organisation_do_not_multiply(
    world: AuthzService, engine: Engine
) -> None:
    service = world.service_for(MELKER)
    with engine.begin() as connection:
        known = select(AgreementRow).where(AgreementRow.service_id == service.id)
        old = connection.execute(known).mappings().first()
        assert old is not None
        fresh = {"valid_from": NOW + timedelta(days=9), "reference": "later"}
        later = {**old, **fresh, "valid_until": None}
        del later["id"]
        connection.execute(insert(AgreementRow).values(later))
    facts = world.decide(ALICE, service, organisation_numbers=(), now=NOW).facts
    assert facts.organisation is not None
    assert facts.organisation.numbers == (REGION, "5565594230")
    assert [each.reference for each in facts.agreements] == [old["reference"], "later"]
    past = world.explain(ALICE, service.code, now=NOW).facts
    assert (past.organisation, past.agreements) == (
        facts.organisation,
        facts.agreements,
    )
