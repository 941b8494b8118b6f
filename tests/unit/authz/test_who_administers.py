"""Who administers what is read from the store, on both kinds of database."""

from datetime import timedelta

import pytest

from authz.errors import BadIdentifierError
from authz.models import Administrator
from authz.service import AuthzService
from tests.support.clock import NOW
from tests.support.permission_world import ALICE, ANNA, CATALOGUE, KOMMUN, REGION

DAY = timedelta(days=1)


def found(authz: AuthzService, hsa_id: str = ANNA) -> Administrator:
    administrator = authz.administrator_of(hsa_id, now=NOW)
    assert administrator is not None
    return administrator


def test_an_administrator_has_organisations_with_all_their_numbers(
    world: AuthzService,
) -> None:
    its = found(world).organisations
    assert [one.numbers for one in its] == [(REGION, "5565594230"), (KOMMUN,)]
    assert [one.name for one in its] == ["Region Stockholm", "Upplands Väsby kommun"]


def test_an_administrator_is_found_by_number_and_in_any_spelling(
    world: AuthzService,
) -> None:
    anna = found(world)
    assert found(world, ANNA.lower()) == anna
    assert world.administrator(anna.person.id, now=NOW) == anna


def test_a_user_and_nobody_are_no_administrators(world: AuthzService) -> None:
    assert world.administrator_of(ALICE, now=NOW) is None
    assert world.administrator_of("SE2321000016-Z1", now=NOW) is None
    assert world.administrator(999_999, now=NOW) is None
    with pytest.raises(BadIdentifierError):
        world.administrator_of("Anna", now=NOW)


def test_an_organisation_that_is_closed_is_left_out(world: AuthzService) -> None:
    closed = CATALOGUE.replace(
        'kind = "kommun"', 'kind = "kommun"\nvalid_until = 2026-11-22', 1
    )
    world.load_catalogue(closed, dry_run=False, actor="test", now=NOW)
    assert [one.numbers[0] for one in found(world).organisations] == [REGION]


def test_an_administrator_who_has_ended_is_nobody(world: AuthzService) -> None:
    anna = found(world)
    ended = CATALOGUE.replace(
        f'hsa_id = "{ANNA}"', f'hsa_id = "{ANNA}"\nvalid_until = 2026-11-22'
    )
    world.load_catalogue(ended, dry_run=False, actor="test", now=NOW)
    assert world.administrator_of(ANNA, now=NOW) is None
    assert world.administrator(anna.person.id, now=NOW) is None


def test_nobody_administers_before_they_began(world: AuthzService) -> None:
    assert world.administrator_of(ANNA, now=NOW - DAY) is None
