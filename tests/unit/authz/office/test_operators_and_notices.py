"""Operators, notices, e-tjänster, look-ups and the trail, as pages use them."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from authz.errors import BadIdentifierError
from authz.models import OperatorRole, OrganisationKind, Validity
from authz.office.errors import (
    AlreadyThereError,
    EndedAlreadyError,
    LastOperatorError,
    NoSuchThingError,
    ValuesError,
)
from authz.office.models import (
    AuditQuery,
    NewNotice,
    NewOperator,
    NewPermission,
    NewService,
    NoticeLevel,
    NoticePlace,
)
from authz.office.service import OfficeService
from authz.service import AuthzService
from tests.support.clock import NOW
from tests.support.office import BY, organisation_of, person, trail_of
from tests.support.permission_world import ALICE, ANNA, KOMMUN, MELKER, REGION

DAY = timedelta(days=1)
NILS = "SE2321000016-N001"


def system_operator(hsa_id: str, **changes: Validity) -> NewOperator:
    return NewOperator(person=person(hsa_id), role=OperatorRole.SYSTEM, **changes)


def notice(text: str, **changes: object) -> NewNotice:
    return NewNotice(**{"text": text, "valid_from": NOW, **changes})  # type: ignore[arg-type]


def test_an_operator_is_let_in_and_out_without_a_name_in_the_trail(
    office: OfficeService, world: AuthzService, engine: Engine
) -> None:
    number = office.operators.add(system_operator(NILS), **BY)
    with pytest.raises(AlreadyThereError):
        office.operators.add(system_operator(NILS.lower()), **BY)
    assert world.operator_of(NILS, now=NOW) is not None
    with pytest.raises(LastOperatorError):
        office.operators.end(number, **BY)
    office.operators.add(system_operator(ANNA), **BY)
    office.operators.end(number, **BY)
    assert world.operator_of(NILS, now=NOW) is None
    with pytest.raises(EndedAlreadyError):
        office.operators.end(number, **BY)
    chain, _, detail = trail_of(engine, "operator:add")[-1]
    assert (chain, detail["after"]["role"]) == ("system", "system")
    assert "Nils" not in str(detail)


def test_the_last_one_of_the_system_keeps_role_and_time(office: OfficeService) -> None:
    number = office.operators.add(system_operator(NILS), **BY)
    reader = NewOperator(person=person(NILS), role=OperatorRole.READER)
    with pytest.raises(LastOperatorError):
        office.operators.change(number, reader, **BY)
    over = system_operator(NILS, validity=Validity(valid_until=NOW))
    with pytest.raises(LastOperatorError):
        office.operators.change(number, over, **BY)
    assert office.operators.get(number).role is OperatorRole.SYSTEM


def test_an_operator_who_has_not_begun_can_be_ended(office: OfficeService) -> None:
    later = system_operator(NILS, validity=Validity(valid_from=NOW + DAY))
    number = office.operators.add(later, **BY)
    office.operators.end(number, **BY)
    assert office.operators.get(number).validity.has_ended(NOW)


def test_notices_stand_where_and_when_they_shall(office: OfficeService) -> None:
    office.notices.add(notice("Nytt", place="administration"), **BY)
    office.notices.add(notice("Avbrott", level="outage"), **BY)
    office.notices.add(notice("Sedan", valid_from=NOW + DAY), **BY)
    login = office.notices.current(NoticePlace.LOGIN, now=NOW)
    assert [one.text for one in login] == ["Avbrott"]
    pages = office.notices.current(NoticePlace.ADMINISTRATION, now=NOW + DAY)
    assert [one.text for one in pages] == ["Avbrott", "Sedan", "Nytt"]
    assert pages[0].level is NoticeLevel.OUTAGE


def test_news_stand_in_their_box_and_nowhere_else(office: OfficeService) -> None:
    office.notices.add(notice("Nytt", place="news"), **BY)
    office.notices.add(notice("Avbrott", level="outage"), **BY)
    found = {
        place: [one.text for one in office.notices.current(place, now=NOW)]
        for place in NoticePlace
    }
    assert found[NoticePlace.NEWS] == ["Nytt"]
    assert {*map(str, found[NoticePlace.LOGIN])} == {"Avbrott"}
    assert found[NoticePlace.EVERYWHERE] == found[NoticePlace.ADMINISTRATION]
    assert office.notices.current(NoticePlace.NEWS, now=NOW - DAY) == ()


def test_a_notice_may_be_about_one_e_service(
    office: OfficeService, engine: Engine
) -> None:
    about = notice("Nytt", place="news", service_code="landsting")
    number = office.notices.add(about, **BY)
    found = office.notices.get(number)
    assert found.service is not None
    assert (found.service.code, found.service.name) == (
        *("landsting", "E-tjänst för landsting"),
    )
    kinds = (None, OrganisationKind.REGION, OrganisationKind.KOMMUN)
    assert [found.concerns(kind) for kind in kinds] == [True, True, False]
    office.notices.change(number, notice("Nytt", place="news"), **BY)
    assert office.notices.get(number).service is None
    (changed,) = trail_of(engine, "notice:change")
    assert changed[2] == {
        "after": {"service": None},
        "before": {"service": "landsting"},
    }
    with pytest.raises(NoSuchThingError):
        office.notices.add(notice("Nytt", service_code="finns-inte"), **BY)
    with pytest.raises(NoSuchThingError):
        office.notices.change(number, notice("Nytt", service_code="borta"), **BY)
    assert len(office.notices.list()) == 1


def test_a_notice_changes_and_ends(office: OfficeService, engine: Engine) -> None:
    number = office.notices.add(notice("Nytt"), **BY)
    office.notices.change(number, notice("Nyare", text_en="Newer"), **BY)
    assert office.notices.get(number).text_en == "Newer"
    later = {"actor": "operator:1", "now": NOW + DAY}
    office.notices.end(number, **later)  # type: ignore[arg-type]
    assert office.notices.current(NoticePlace.LOGIN, now=NOW + DAY) == ()
    with pytest.raises(EndedAlreadyError):
        office.notices.end(number, **later)  # type: ignore[arg-type]
    unseen = office.notices.add(notice("Aldrig", valid_from=NOW + DAY), **BY)
    office.notices.end(unseen, **BY)
    with pytest.raises(NoSuchThingError):
        office.notices.get(unseen)
    assert len(trail_of(engine, "notice:end")) == 2


def test_a_notice_must_say_something(office: OfficeService) -> None:
    with pytest.raises(ValuesError) as caught:
        office.notices.add(notice("", level="loud", valid_until=NOW), **BY)
    problems = caught.value.problems
    assert {one.field for one in problems} == {"text", "level", "valid_until"}


def test_a_code_is_never_used_again_not_even_of_a_closed_service(
    office: OfficeService,
) -> None:
    closed = NewService(name="Gammal", validity=Validity(valid_until=NOW - DAY))
    office.services.add("gammal", closed, **BY)
    with pytest.raises(AlreadyThereError):
        office.services.add("gammal", NewService(name="Ny"), **BY)
    office.services.add_permission("gammal", "a", NewPermission(name="A"), **BY)
    with pytest.raises(AlreadyThereError):
        office.services.add_permission("gammal", "a", NewPermission(name="B"), **BY)


def test_renaming_a_permission_keeps_its_code_and_its_grants(
    office: OfficeService, world: AuthzService, engine: Engine
) -> None:
    new = NewPermission(name="Rapportera", name_en="Report", description="Mer")
    office.services.change_permission("landsting", "rapportera", new, **BY)
    found = world.explain(ALICE, "landsting", now=NOW)
    assert [one.permission.name for one in found.released] == ["Rapportera"]
    view = office.services.get("landsting", now=NOW)
    held = {one.permission.code: one.holders for one in view.permissions}
    assert held == {"rapportera": 2, "granska": 0}
    assert view.agreements == 1
    [(_, subject, detail)] = trail_of(engine, "permission:change")
    assert subject == "permission:landsting:rapportera"
    assert detail["before"]["name"] == "Rapportera hälsoundersökning"


def test_an_entity_id_belongs_to_one_service(
    office: OfficeService, world: AuthzService
) -> None:
    with pytest.raises(AlreadyThereError):
        office.services.add("ny", NewService(name="Ny", entity_ids=(MELKER,)), **BY)
    moved = NewService(name="E-tjänst för landsting", entity_ids=("https://a.se/sp",))
    office.services.change("landsting", moved, **BY)
    assert world.service_for("https://a.se/sp").code == "landsting"
    office.services.add("ny", NewService(name="Ny", entity_ids=(MELKER,)), **BY)


def test_wrong_values_of_a_service_are_named(office: OfficeService) -> None:
    bad = NewService(
        name="", kind="x", start_url="ftp://a", claim_format="x", entity_ids=("a b",)
    )
    with pytest.raises(ValuesError) as caught:
        office.services.add("Å", bad, **BY)
    fields = [one.field for one in caught.value.problems]
    assert fields == ["code", "name", "kind", "start_url", "claim_format", "entity_ids"]


def test_a_look_up_stands_in_the_trail_of_every_organisation_concerned(
    office: OfficeService, engine: Engine
) -> None:
    found = office.people.look_up(ANNA.lower(), **BY)
    assert found is not None
    assert [one.role for one in found.memberships] == ["administrator"] * 2
    chains = [chain for chain, _, _ in trail_of(engine, "person:look-up")]
    ids = (organisation_of(office, REGION), organisation_of(office, KOMMUN))
    assert chains == [f"organisation:{one}" for one in sorted(ids)]


def test_a_look_up_shows_active_permissions(office: OfficeService) -> None:
    found = office.people.look_up(ALICE, **BY)
    assert found is not None
    [membership] = found.memberships
    assert [(one.service_code, one.permission.code) for one in membership.grants] == [
        ("landsting", "rapportera")
    ]


def test_looking_for_nobody_leaves_a_trace_without_the_hsa_id(
    office: OfficeService, engine: Engine
) -> None:
    assert office.people.look_up("SE2321000016-X999", **BY) is None
    assert trail_of(engine, "person:look-up") == [("system", "person:unknown", {})]
    with pytest.raises(BadIdentifierError):
        office.people.look_up("nobody", **BY)


def test_the_trail_is_read_by_page_and_filter_with_names(
    office: OfficeService,
) -> None:
    region = organisation_of(office, REGION)
    later = {"actor": "operator:1", "now": NOW + DAY}
    office.organisations.rename(region, "Region Sthlm", **later)  # type: ignore[arg-type]
    office.administrators.add(region, person(NILS), **later)  # type: ignore[arg-type]
    first = office.trail.page(AuditQuery(organisation_id=region, page_size=2))
    assert first.has_more
    assert [one.event.action for one in first.entries] == [
        "membership:start",
        "person:add",
    ]
    subject = first.entries[0].event.subject
    assert first.names[subject] == "Nils Ny"
    assert first.names["operator:1"] == "Olle Operatör"
    assert first.names[f"organisation:{region}"] == "Region Sthlm"
    second = office.trail.page(AuditQuery(organisation_id=region, page_size=2, page=2))
    assert second.entries[0].event.action == "organisation:change"
    found = office.trail.page(AuditQuery(action="organisation", since=NOW + DAY))
    assert [one.event.action for one in found.entries] == ["organisation:change"]
    assert office.trail.page(AuditQuery(subject=subject)).entries == first.entries
    assert not office.trail.page(AuditQuery(actor="operator:2")).entries
    system = office.trail.page(AuditQuery(only_system=True, until=NOW + DAY))
    assert {one.event.chain for one in system.entries} == {"system"}
    assert not office.trail.page(AuditQuery(action="organi")).entries
