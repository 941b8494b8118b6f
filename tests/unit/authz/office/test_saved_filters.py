"""An operator finds choices of the log again: their own, and only so many."""

import pytest

from authz.models import OperatorRole
from authz.office.errors import TooManyFiltersError, ValuesError
from authz.office.models import NewOperator
from authz.office.saved_filters import MOST
from authz.office.service import OfficeService
from tests.support.office import BY, person


@pytest.fixture
def operators(office: OfficeService) -> tuple[int, int]:
    first, second = (
        office.operators.add(
            NewOperator(
                person=person(f"SE2021002163-O10{number}"), role=OperatorRole.SYSTEM
            ),
            **BY,
        )
        for number in (1, 2)
    )
    return first, second


def names(office: OfficeService, operator: int) -> list[str]:
    return [one.name for one in office.saved_filters.list(operator)]


def test_filters_are_listed_by_name_and_are_ones_own(
    office: OfficeService, operators: tuple[int, int]
) -> None:
    mine, theirs = operators
    for name in ("Östra", "Avtal", "Ändrat"):
        office.saved_filters.save(mine, name, "handelse=agreement")
    assert names(office, mine) == ["Avtal", "Ändrat", "Östra"]
    assert names(office, theirs) == []
    first = office.saved_filters.list(mine)[0]
    office.saved_filters.remove(theirs, first.id)
    assert len(names(office, mine)) == 3
    office.saved_filters.remove(mine, first.id)
    assert names(office, mine) == ["Ändrat", "Östra"]


def test_the_same_name_replaces(
    office: OfficeService, operators: tuple[int, int]
) -> None:
    mine, _ = operators
    office.saved_filters.save(mine, "Avtal", "handelse=agreement")
    office.saved_filters.save(mine, " Avtal ", "handelse=organisation")
    (one,) = office.saved_filters.list(mine)
    assert (one.name, one.query) == ("Avtal", "handelse=organisation")


def test_a_name_is_a_line_and_there_is_room_for_some(
    office: OfficeService, operators: tuple[int, int]
) -> None:
    mine, _ = operators
    for name in ("", "a\u2028b"):
        with pytest.raises(ValuesError):
            office.saved_filters.save(mine, name, "")
    for number in range(MOST):
        office.saved_filters.save(mine, f"Filter {number}", "")
    with pytest.raises(TooManyFiltersError):
        office.saved_filters.save(mine, "Ett till", "")
    office.saved_filters.save(mine, "Filter 0", "bara=system")
