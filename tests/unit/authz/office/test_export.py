"""Does somebody who asks get everything, and only about themselves?"""

import json

from sqlalchemy import Engine, select

from authz.models import OperatorRole
from authz.office.models import NewOperator
from authz.office.outbox import NewMail, put
from authz.office.service import OfficeService
from authz.office.tables import MailRow
from authz.service import AuthzService
from authz.tables import PersonRow
from tests.support.clock import NOW
from tests.support.office import BY, organisation_of, person, trail_of
from tests.support.permission_world import ALICE, ANNA, BOB, KOMMUN, MELKER, REGION

NOT_ABOUT_PEOPLE = {
    "audit_checks",
    "organisations",
    "organisation_numbers",
    "services",
    "service_entity_ids",
    "permissions",
    "agreements",
    "notices",
    "reminders",
    "audit_chains",
    "changes",
    "reviews",
}
"""Tables without a row that is about one person; the last two have parts that are."""


def number_of(engine: Engine, hsa_id: str) -> int:
    with engine.connect() as connection:
        found = connection.scalar(
            select(PersonRow.id).where(PersonRow.hsa_id == hsa_id)
        )
    assert found is not None
    return found


def test_everything_about_a_user_is_in_the_answer(
    office: OfficeService, world: AuthzService, engine: Engine
) -> None:
    number = number_of(engine, ALICE)
    name_id = world.name_id_for(number, MELKER, now=NOW)
    service = world.service_for(MELKER)
    decision = world.decide(ALICE, service, organisation_numbers=(), now=NOW)
    world.note_login(decision.facts.last_login, now=NOW)
    world.remember_shown(number, service.id, {"urn:name"}, now=NOW)
    mail = NewMail(
        kind="test", recipient="asa@example.se", subject="S", body="B", person_id=number
    )
    with engine.begin() as connection:
        put(connection, [mail], domain="example.se", now=NOW)
    found = office.export.of_person(ALICE.lower(), **BY)
    assert found is not None
    tables = found["tables"]
    assert tables["people"][0]["surname"] == "Öberg"
    assert tables["name_ids"][0]["value"] == name_id
    assert tables["shown_attributes"][0]["name"] == "urn:name"
    (login,) = tables["last_logins"]
    assert login["day"].isoformat() == "2026-11-23"
    assert found["meaning"]["service_id"][login["service_id"]] == service.name
    assert tables["mails"][0]["recipient"] == "asa@example.se"
    assert len(tables["memberships"]) == len(tables["grants"]) == 1
    organisation = tables["memberships"][0]["organisation_id"]
    assert found["meaning"]["organisation_id"][organisation] == "Region Stockholm"
    permission = tables["grants"][0]["permission_id"]
    assert "Rapportera" in found["meaning"]["permission_id"][permission]
    actions = {one["action"] for one in tables["audit_entries"]}
    assert {"person:add", "grant:give", "name-id:create"} <= actions


def test_nothing_about_others_is_in_the_answer(office: OfficeService) -> None:
    found = json.dumps(office.export.of_person(ALICE, **BY), default=str)
    assert ALICE in found
    for other in (BOB, ANNA, "bo@example.se", "Olle"):
        assert other not in found


def test_an_operator_gets_what_is_known_too(office: OfficeService) -> None:
    new = NewOperator(person=person("SE2321000016-N009"), role=OperatorRole.READER)
    office.operators.add(new, **BY)
    found = office.export.of_person("SE2321000016-N009", **BY)
    assert found is not None
    assert found["tables"]["operators"][0]["given_name"] == "Nils"
    assert [one["action"] for one in found["tables"]["audit_entries"]] == [
        "operator:add"
    ]


def test_the_organisations_see_that_it_was_asked_for(
    office: OfficeService, engine: Engine
) -> None:
    office.export.of_person(ANNA, **BY)
    chains = [chain for chain, _, _ in trail_of(engine, "person:export")]
    assert chains == sorted(
        f"organisation:{organisation_of(office, one)}" for one in (REGION, KOMMUN)
    )
    assert office.export.of_person("SE2321000016-X999", **BY) is None


def test_every_table_is_about_people_or_known_not_to_be() -> None:
    targets = {"people", "memberships", "operators"}
    about = {"people", "operators", "audit_entries"}
    for table in MailRow.metadata.sorted_tables:
        for key in table.foreign_keys:
            if key.column.table.name in targets:
                about.add(table.name)
    everything = {table.name for table in MailRow.metadata.sorted_tables}
    assert everything - about == NOT_ABOUT_PEOPLE & everything
    assert about & NOT_ABOUT_PEOPLE == set()
