"""Are there always administrators, and is nobody administrator and user?"""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, func, select

from authz.models import Outcome, PersonRole
from authz.office.errors import (
    AlreadyThereError,
    IsUserError,
    LastAdministratorError,
    NoSuchThingError,
    ValuesError,
)
from authz.office.service import OfficeService
from authz.service import AuthzService
from authz.tables import UserLineRow
from tests.support.clock import NOW
from tests.support.office import (
    BY,
    administrator_of,
    organisation_of,
    person,
    trail_of,
)
from tests.support.permission_world import ALICE, ANNA, KOMMUN, MELKER, REGION

NILS = "SE2321000016-N001"


def lines_of(engine: Engine, organisation: int) -> int | None:
    """Count the lines of an organisation's list of users."""
    row = UserLineRow
    count = select(func.count(row.membership_id))
    with engine.connect() as connection:
        return connection.scalar(count.where(row.organisation_id == organisation))


def ids_of(office: OfficeService, organisation: int) -> list[str]:
    return [one.person.hsa_id for one in office.administrators.list(organisation)]


def test_a_new_administrator_is_registered_without_personal_data_in_the_trail(
    office: OfficeService, engine: Engine
) -> None:
    region = organisation_of(office, REGION)
    office.administrators.add(region, person(NILS), **BY)
    assert ids_of(office, region) == [ANNA, NILS]
    chain, _, detail = trail_of(engine, "person:add")[-1]
    assert chain == f"organisation:{region}"
    assert detail["after"]["columns"] == ["email", "given_name", "hsa_id", "surname"]
    assert "Nils" not in str(trail_of(engine, "person:add"))


def test_a_user_is_not_made_administrator_by_mistake(office: OfficeService) -> None:
    region = organisation_of(office, REGION)
    with pytest.raises(IsUserError) as caught:
        office.administrators.add(region, person(ALICE.lower()), **BY)
    assert caught.value.organisation_id == region
    assert ids_of(office, region) == [ANNA]


def test_making_a_user_an_administrator_takes_permissions_in_the_same_step(
    office: OfficeService, world: AuthzService, engine: Engine
) -> None:
    region = organisation_of(office, REGION)
    kommun = organisation_of(office, KOMMUN)
    assert lines_of(engine, region) == 3
    promotion = office.administrators.promotion(ALICE)
    assert (promotion.organisation.id, promotion.grants) == (region, 1)
    office.administrators.promote(kommun, ALICE, **BY)
    assert ids_of(office, kommun) == [ANNA, ALICE]
    found = world.decide(
        ALICE, world.service_for(MELKER), organisation_numbers=(), now=NOW
    )
    assert found.facts.person is not None
    assert lines_of(engine, region) == 2
    assert found.facts.person.role is PersonRole.ADMINISTRATOR
    assert found.outcome is not Outcome.ALLOWED
    assert trail_of(engine, "membership:end")[-1][0] == f"organisation:{region}"
    assert trail_of(engine, "membership:end")[-1][2] == {"grants": 1}
    assert trail_of(engine, "membership:start")[-1][0] == f"organisation:{kommun}"
    with pytest.raises(NoSuchThingError):
        office.administrators.promotion(ALICE)


def test_the_last_administrator_stays(office: OfficeService) -> None:
    region = organisation_of(office, REGION)
    with pytest.raises(LastAdministratorError):
        office.administrators.end(administrator_of(office, region), **BY)
    office.administrators.add(region, person(NILS), **BY)
    office.administrators.end(administrator_of(office, region), **BY)
    assert ids_of(office, region) == [NILS]
    with pytest.raises(LastAdministratorError):
        office.administrators.end(administrator_of(office, region), **BY)


def test_two_operators_cannot_end_the_last_two_at_the_same_moment(
    office: OfficeService,
) -> None:
    region = organisation_of(office, REGION)
    office.administrators.add(region, person(NILS), **BY)
    memberships = [one.membership_id for one in office.administrators.list(region)]
    start = threading.Barrier(2)

    def end(membership: int) -> str:
        start.wait()
        try:
            office.administrators.end(membership, **BY)
        except LastAdministratorError as error:
            return error.code
        return "ended"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(end, memberships)) == ["ended", "last-administrator"]
    assert len(office.administrators.list(region)) == 1


def test_replacing_adds_the_new_one_and_ends_the_old_one(
    office: OfficeService,
) -> None:
    region = organisation_of(office, REGION)
    office.administrators.replace(administrator_of(office, region), person(NILS), **BY)
    assert ids_of(office, region) == [NILS]
    with pytest.raises(IsUserError):
        office.administrators.replace(
            administrator_of(office, region), person(ALICE), **BY
        )
    office.administrators.replace(
        administrator_of(office, region), person(ALICE), from_user=True, **BY
    )
    assert ids_of(office, region) == [ALICE]


def test_nobody_administers_an_organisation_twice(office: OfficeService) -> None:
    with pytest.raises(AlreadyThereError):
        office.administrators.add(organisation_of(office, REGION), person(ANNA), **BY)


def test_somebody_whose_membership_ended_can_become_an_administrator_again(
    office: OfficeService,
) -> None:
    region = organisation_of(office, REGION)
    office.administrators.add(region, person(NILS), **BY)
    office.administrators.end(administrator_of(office, region), **BY)
    office.administrators.add(region, person(ANNA, given_name="Ann"), **BY)
    found = office.administrators.list(region)[-1].person
    assert (found.hsa_id, found.given_name) == (ANNA, "Ann")


def test_details_of_an_administrator_are_corrected(
    office: OfficeService, engine: Engine
) -> None:
    region = organisation_of(office, REGION)
    membership = administrator_of(office, region)
    office.administrators.change(membership, person(NILS), **BY)
    assert ids_of(office, region) == [NILS]
    assert trail_of(engine, "person:change")[-1][2]["after"]["columns"] == [
        "email",
        "given_name",
        "hsa_id",
        "hsa_key",
        "surname",
    ]
    with pytest.raises(AlreadyThereError):
        office.administrators.change(membership, person(ALICE), **BY)
    with pytest.raises(ValuesError, match="email"):
        office.administrators.change(membership, person(NILS, email="x"), **BY)
