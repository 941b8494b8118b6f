"""Are the invented people always the same, as many as asked for, and possible?"""

from collections import Counter
from dataclasses import replace
from itertools import islice

import pytest

from authz.identifiers import parse_hsa_id, parse_organisation_number
from benchmarks.administration.population import (
    FEW,
    GRANTS_EACH,
    LARGEST_ID,
    MOMENT,
    PERMISSION_COUNT,
    SMALL_ID,
    Population,
    Row,
    organisation_name,
    organisation_number,
)
from benchmarks.administration.tables import tables

PEOPLE = Population(users=2000, largest=300)


def rows(population: Population) -> dict[str, list[Row]]:
    return {table.name: list(table.rows) for table in tables(population)}


def test_the_same_numbers_give_the_same_rows() -> None:
    assert rows(PEOPLE) == rows(Population(users=2000, largest=300))


def test_another_seed_gives_other_people() -> None:
    people = rows(PEOPLE)["people"]
    others = rows(replace(PEOPLE, seed=2))["people"]
    assert len(people) == len(others)
    assert people != others


def test_organisations_have_the_sizes_that_were_asked_for() -> None:
    sizes = PEOPLE.sizes
    assert sum(sizes.values()) == 2000
    assert sizes[LARGEST_ID] == 300
    assert sizes[SMALL_ID] == FEW
    assert sorted(sizes) == list(PEOPLE.organisation_ids)


def test_a_country_has_310_organisations_and_one_is_by_far_the_largest() -> None:
    country = Population(users=1_000_000)
    assert country.organisations == 310
    assert country.sizes.most_common(1) == [(LARGEST_ID, 60_000)]


def test_users_of_an_organisation_are_scattered() -> None:
    members = PEOPLE.members_of(LARGEST_ID)
    assert len(members) == 300
    assert members[-1] - members[0] > 1500


def test_too_few_users_are_refused() -> None:
    with pytest.raises(ValueError, match="more users"):
        Population(users=300, largest=300)


def test_everybody_has_ten_different_permissions_on_average() -> None:
    held = [PEOPLE.permissions_of(number) for number in range(1, 2001)]
    assert all(len(set(each)) == len(each) for each in held)
    assert sum(map(len, held)) == 2000 * GRANTS_EACH
    holders = Counter(number for each in held for number in each)
    assert set(holders) == set(range(1, PERMISSION_COUNT + 1))


def test_few_grants_end_and_fewer_have_ended() -> None:
    ends = [
        PEOPLE.end_of(number, permission)
        for number in range(1, 2001)
        for permission in PEOPLE.permissions_of(number)
    ]
    known = [end for end in ends if end is not None]
    assert 0.03 < len(known) / len(ends) < 0.07
    assert 0 < sum(end <= MOMENT for end in known) < len(known) / 5


def test_identifiers_keep_their_grammars() -> None:
    for organisation in range(1, 311):
        parse_organisation_number(organisation_number(organisation))
    for user in PEOPLE.people():
        parse_hsa_id(user.hsa_id, allow_test_ids=False)
        assert user.email.isascii()
        assert " " not in user.email


def test_nobody_shares_a_number_or_an_address_and_no_organisation_a_name() -> None:
    people = list(PEOPLE.people())
    assert len({user.hsa_id for user in people}) == len(people)
    assert len({user.email for user in people}) == len(people)
    assert len({organisation_name(number) for number in range(1, 311)}) == 310


@pytest.mark.parametrize("letter", "ÅÄÖéü-")
def test_names_have_every_letter_that_is_hard_to_sort(letter: str) -> None:
    names = (f"{user.given_name} {user.surname}" for user in PEOPLE.people())
    assert any(letter in name for name in islice(names, 500))
