"""Do operators register, rename, number and end organisations as they should?"""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from authz.models import OrganisationKind, Outcome
from authz.office.errors import (
    AlreadyThereError,
    EndedAlreadyError,
    NoSuchThingError,
    ValuesError,
)
from authz.office.models import (
    NewOrganisation,
    OrganisationQuery,
    OrganisationSort,
)
from authz.office.service import OfficeService
from authz.service import AuthzService
from tests.support.clock import NOW
from tests.support.office import BY, organisation_of, trail_of
from tests.support.permission_world import ALICE, KOMMUN, MELKER, REGION

OTHER_NUMBER = "2120002239"
OREBRO = NewOrganisation(name="Örebro kommun", kind="kommun", numbers=("212000-1967",))


def names(office: OfficeService, **query: object) -> list[str]:
    asked = OrganisationQuery(**query)  # type: ignore[arg-type]
    page = office.organisations.page(asked, now=NOW)
    return [line.organisation.name for line in page.lines]


def test_a_new_organisation_is_found_by_its_number_and_stands_in_its_own_trail(
    office: OfficeService, engine: Engine
) -> None:
    number = office.organisations.add(OREBRO, **BY)
    assert organisation_of(office, "162120001967") == number
    assert trail_of(engine, "organisation:add")[-1] == (
        f"organisation:{number}",
        f"organisation:{number}",
        {
            "after": {
                "kind": "kommun",
                "name": "Örebro kommun",
                "numbers": ["2120001967"],
            }
        },
    )


def test_every_field_that_will_not_do_is_named(office: OfficeService) -> None:
    bad = NewOrganisation(name=" ", kind="village", numbers=("123",))
    with pytest.raises(ValuesError) as caught:
        office.organisations.add(bad, **BY)
    assert [one.field for one in caught.value.problems] == ["name", "kind", "numbers"]
    empty = NewOrganisation(name="A", kind="region", numbers=())
    with pytest.raises(ValuesError) as caught:
        office.organisations.add(empty, **BY)
    assert [one.is_empty for one in caught.value.problems] == [True]


def test_a_number_belongs_to_one_organisation(office: OfficeService) -> None:
    taken = NewOrganisation(name="Another", kind="kommun", numbers=(KOMMUN,))
    with pytest.raises(AlreadyThereError):
        office.organisations.add(taken, **BY)
    with pytest.raises(AlreadyThereError):
        office.organisations.add_number(organisation_of(office, REGION), KOMMUN, **BY)
    assert names(office) == ["Region Stockholm", "Upplands Väsby kommun"]


def test_renaming_keeps_numbers_and_writes_before_and_after(
    office: OfficeService, engine: Engine
) -> None:
    number = organisation_of(office, KOMMUN)
    office.organisations.rename(number, "Väsby kommun", **BY)
    office.organisations.rename(number, "Väsby kommun", **BY)
    assert organisation_of(office, KOMMUN) == number
    assert [detail for _, _, detail in trail_of(engine, "organisation:change")] == [
        {
            "before": {"name": "Upplands Väsby kommun"},
            "after": {"name": "Väsby kommun"},
        }
    ]


def test_numbers_come_go_and_change_places(office: OfficeService) -> None:
    number = organisation_of(office, KOMMUN)
    office.organisations.add_number(number, OTHER_NUMBER, **BY)
    with pytest.raises(ValuesError, match="main number"):
        office.organisations.remove_number(number, KOMMUN, **BY)
    office.organisations.make_main(number, OTHER_NUMBER, **BY)
    found = office.organisations.get(number, now=NOW).organisation
    assert found.numbers == (OTHER_NUMBER, KOMMUN)
    office.organisations.remove_number(number, KOMMUN, **BY)
    with pytest.raises(NoSuchThingError):
        organisation_of(office, KOMMUN)


def test_an_ended_organisation_lets_nobody_in_until_it_is_opened_again(
    office: OfficeService, world: AuthzService
) -> None:
    number = organisation_of(office, REGION)
    lost = office.organisations.consequences(number, at=NOW)
    assert [(one.hsa_id, one.grants) for one in lost.losers] == [(ALICE, 1)]
    office.organisations.end(number, at=NOW, **BY)
    assert outcome(world) is Outcome.INACTIVE_ORGANISATION
    with pytest.raises(EndedAlreadyError):
        office.organisations.end(number, at=NOW, **BY)
    office.organisations.reopen(number, **BY)
    assert outcome(world) is Outcome.ALLOWED


def test_an_end_in_the_past_is_refused(office: OfficeService) -> None:
    number = organisation_of(office, REGION)
    with pytest.raises(ValuesError, match="past"):
        office.organisations.end(number, at=NOW - timedelta(seconds=1), **BY)


def test_the_list_is_in_swedish_order_and_found_without_regard_to_case(
    office: OfficeService,
) -> None:
    office.organisations.add(OREBRO, **BY)
    other = NewOrganisation(name="Åre kommun", kind="kommun", numbers=(OTHER_NUMBER,))
    office.organisations.add(other, **BY)
    assert names(office)[-2:] == ["Åre kommun", "Örebro kommun"]
    assert names(office, search="ÖREBRO") == ["Örebro kommun"]
    assert names(office, search="212000-1967") == ["Örebro kommun"]
    assert names(office, search="%") == []
    assert names(office, kind=OrganisationKind.REGION) == ["Region Stockholm"]
    assert names(office, max_administrators=0) == ["Åre kommun", "Örebro kommun"]
    assert names(office, page=2, page_size=3) == ["Örebro kommun"]


def test_lines_count_what_counts_now_and_can_be_sorted_by_it(
    office: OfficeService,
) -> None:
    asked = OrganisationQuery(sort=OrganisationSort.USERS, descending=True)
    page = office.organisations.page(asked, now=NOW)
    assert [
        (one.organisation.name, one.agreements, one.administrators, one.users)
        for one in page.lines
    ] == [("Region Stockholm", 2, 1, 3), ("Upplands Väsby kommun", 0, 1, 0)]
    assert all(one.last_activity == NOW for one in page.lines)
    for sort in OrganisationSort:
        query = OrganisationQuery(sort=sort)
        assert office.organisations.page(query, now=NOW).found == 2


def test_what_is_not_there_is_not_found(office: OfficeService) -> None:
    with pytest.raises(NoSuchThingError):
        office.organisations.get(999, now=NOW)
    with pytest.raises(NoSuchThingError):
        office.organisations.rename(999, "Name", **BY)


def outcome(world: AuthzService) -> Outcome:
    service = world.service_for(MELKER)
    return world.decide(ALICE, service, organisation_numbers=(), now=NOW).outcome
