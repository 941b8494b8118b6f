"""Do agreements begin, change and end, and is it told who loses what?"""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from authz.models import Outcome
from authz.office.errors import (
    AlreadyThereError,
    EndedAlreadyError,
    NoSuchThingError,
    ValuesError,
)
from authz.office.models import NewAgreement
from authz.office.service import OfficeService
from authz.service import AuthzService
from tests.support.clock import NOW
from tests.support.office import BY, organisation_of, trail_of
from tests.support.permission_world import ALICE, KOMMUN, MELKER, REGION

DAY = timedelta(days=1)


def agreement_of(office: OfficeService, number: str, code: str) -> int:
    found = office.agreements.list(
        organisation_id=organisation_of(office, number), service_code=code
    )
    return found[0].id


def outcome(world: AuthzService, moment: datetime) -> Outcome:
    service = world.service_for(MELKER)
    return world.decide(ALICE, service, organisation_numbers=(), now=moment).outcome


def test_an_agreement_is_registered_in_the_organisations_trail(
    office: OfficeService, engine: Engine
) -> None:
    kommun = organisation_of(office, KOMMUN)
    new = NewAgreement(service_code="landsting", valid_from=NOW, reference="D-1")
    number = office.agreements.add(kommun, new, **BY)
    found = office.agreements.get(number)
    assert (found.organisation_name, found.service_name, found.reference) == (
        "Upplands Väsby kommun",
        "E-tjänst för landsting",
        "D-1",
    )
    chain, subject, detail = trail_of(engine, "agreement:add")[-1]
    assert (chain, subject) == (f"organisation:{kommun}", f"agreement:{number}")
    assert detail["after"]["service"] == "landsting"
    with pytest.raises(AlreadyThereError):
        office.agreements.add(kommun, new, **BY)


def test_what_is_not_there_gets_no_agreement(office: OfficeService) -> None:
    new = NewAgreement(service_code="nothing", valid_from=NOW)
    with pytest.raises(NoSuchThingError):
        office.agreements.add(organisation_of(office, KOMMUN), new, **BY)
    with pytest.raises(NoSuchThingError):
        office.agreements.add(
            999, NewAgreement(service_code="landsting", valid_from=NOW), **BY
        )
    backwards = NewAgreement(service_code="landsting", valid_from=NOW, valid_until=NOW)
    with pytest.raises(ValuesError, match="valid_until"):
        office.agreements.add(organisation_of(office, KOMMUN), backwards, **BY)


def test_ending_tells_first_who_loses_and_then_counts_from_its_moment(
    office: OfficeService, world: AuthzService, engine: Engine
) -> None:
    number = agreement_of(office, REGION, "landsting")
    end = NOW + DAY
    lost = office.agreements.consequences(number, at=end)
    assert (lost.users, lost.grants) == (1, 1)
    assert [(one.given_name, one.hsa_id) for one in lost.losers] == [("Åsa", ALICE)]
    office.agreements.end(number, at=end, **BY)
    assert outcome(world, end - timedelta(microseconds=1)) is Outcome.ALLOWED
    assert outcome(world, end) is Outcome.NO_AGREEMENT
    assert [detail for _, _, detail in trail_of(engine, "agreement:end")] == [
        {
            "service": "landsting",
            "before": {"valid_until": None},
            "after": {"valid_until": "2026-11-24 12:00:00+00:00"},
        }
    ]


def test_nobody_loses_anything_when_another_agreement_counts_then(
    office: OfficeService,
) -> None:
    number = agreement_of(office, REGION, "landsting")
    renewed = NewAgreement(service_code="landsting", valid_from=NOW)
    office.agreements.add(organisation_of(office, REGION), renewed, **BY)
    assert office.agreements.consequences(number, at=NOW + DAY).users == 0
    assert office.agreements.consequences(number, at=NOW - DAY).users == 2  # and Bob


def test_few_losers_are_named_and_all_are_counted(office: OfficeService) -> None:
    number = agreement_of(office, REGION, "landsting")
    lost = office.agreements.consequences(number, at=NOW - DAY * 30, limit=1)
    assert (lost.users, lost.grants, len(lost.losers)) == (2, 2, 1)


def test_a_changed_end_and_reference_are_kept(office: OfficeService) -> None:
    number = agreement_of(office, REGION, "landsting")
    end = NOW + DAY
    office.agreements.change(number, reference="D-2", valid_until=end, **BY)
    found = office.agreements.get(number)
    assert (found.reference, found.validity.valid_until) == ("D-2", end)
    with pytest.raises(ValuesError, match="past"):
        office.agreements.change(number, reference="D-2", valid_until=NOW - DAY, **BY)


def test_an_end_only_moves_nearer_and_never_into_the_past(
    office: OfficeService,
) -> None:
    number = agreement_of(office, REGION, "landsting")
    office.agreements.change(number, reference=None, valid_until=NOW + DAY, **BY)
    with pytest.raises(ValuesError, match="not before the end"):
        office.agreements.end(number, at=NOW + 2 * DAY, **BY)
    with pytest.raises(ValuesError, match="past"):
        office.agreements.end(number, at=NOW - DAY, **BY)
    office.agreements.end(number, at=NOW, **BY)
    with pytest.raises(EndedAlreadyError):
        office.agreements.end(number, at=NOW, **BY)
    with pytest.raises(EndedAlreadyError):
        office.agreements.change(number, reference="x", valid_until=None, **BY)


def test_an_agreement_that_has_not_begun_is_withdrawn(
    office: OfficeService, engine: Engine
) -> None:
    kommun = organisation_of(office, KOMMUN)
    later = NewAgreement(service_code="landsting", valid_from=NOW + DAY)
    number = office.agreements.add(kommun, later, **BY)
    office.agreements.end(number, at=NOW, **BY)
    assert office.agreements.list(organisation_id=kommun) == ()
    detail = trail_of(engine, "agreement:end")[-1][2]
    assert detail == {"service": "landsting", "withdrawn": True}


def test_agreements_that_end_soon_are_listed(office: OfficeService) -> None:
    number = agreement_of(office, REGION, "landsting")
    end = datetime(2026, 12, 31, tzinfo=UTC)
    office.agreements.change(number, reference=None, valid_until=end, **BY)
    soon = office.agreements.list(ends_before=end + DAY)
    assert [one.id for one in soon] == [number]
    assert office.agreements.list(ends_before=end) == ()
