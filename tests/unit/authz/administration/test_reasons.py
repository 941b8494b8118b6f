"""An e-tjänst that wants to know why hears it, or nothing is changed."""

from collections.abc import Callable

import pytest

from authz.administration.errors import BadFieldsError, NoReasonError
from authz.administration.models import ChangeResult, ImportRow
from authz.errors import CatalogueError
from tests.support.administration_world import (
    BERIT,
    FORSKOLA,
    GRANSKA,
    RAPPORTERA,
    Administration,
    new_user,
)
from tests.support.clock import NOW
from tests.support.permission_world import ALICE, BOB

WANTS_TO_KNOW = """
[[services]]
code = "landsting"
name = "E-tjänst för landsting"
needs_reason = true
"""
WHY = "Börjar i ny tjänst"


@pytest.fixture
def asking(region: Administration) -> Administration:
    """The region, when its e-tjänst wants to know why."""
    region.authz.load_catalogue(WANTS_TO_KNOW, dry_run=False, actor="test", now=NOW)
    return region


def on_the_form(region: Administration, reason: str | None) -> ChangeResult:
    return region.change(region.member(BOB), [], [GRANSKA], reason=reason)


def to_many(region: Administration, reason: str | None) -> ChangeResult:
    return region.service.change_many(
        region.region,
        region.permissions[GRANSKA],
        give=[region.member(BOB)],
        reason=reason,
        actor=region.anna,
        now=region.now,
    )


def from_many(region: Administration, reason: str | None) -> ChangeResult:
    return region.service.change_many(
        region.region,
        region.permissions[RAPPORTERA],
        take=[region.member(ALICE)],
        reason=reason,
        actor=region.anna,
        now=region.now,
    )


def from_a_colleague(region: Administration, reason: str | None) -> ChangeResult:
    return region.service.copy_permissions(
        region.region,
        region.member(ALICE),
        [region.member(BOB)],
        reason=reason,
        actor=region.anna,
        now=region.now,
    )


def from_a_file(region: Administration, reason: str | None) -> ChangeResult:
    row = ImportRow(
        number=2,
        user=new_user("SE2321000016-C001"),
        permissions={region.permissions[GRANSKA]: None},
    )
    return region.service.import_users(
        region.region, [row], reason=reason, actor=region.anna, now=region.now
    )


WAYS = (on_the_form, to_many, from_many, from_a_colleague, from_a_file)
Way = Callable[[Administration, str | None], ChangeResult]


@pytest.mark.parametrize("change", WAYS)
def test_nothing_is_changed_without_a_reason(
    asking: Administration, change: Way
) -> None:
    before = [asking.held(asking.member(each)) for each in (ALICE, BOB)]
    known = len(asking.events(page_size=None))
    with pytest.raises(NoReasonError) as caught:
        change(asking, None)
    assert caught.value.service_name == "E-tjänst för landsting"
    assert [asking.held(asking.member(each)) for each in (ALICE, BOB)] == before
    assert len(asking.events(page_size=None)) == known
    asking.check_lines()


@pytest.mark.parametrize("change", WAYS)
def test_a_reason_stands_at_every_event(asking: Administration, change: Way) -> None:
    result = change(asking, f"  {WHY} ")
    told = [each for each in asking.events() if "change" in each.detail]
    assert told
    mine = [each for each in told if each.detail["change"] == result.change_id]
    assert {each.detail["reason"] for each in mine} == {WHY}


@pytest.mark.parametrize("change", WAYS)
def test_a_reason_that_nobody_can_read_is_none(
    asking: Administration, change: Way
) -> None:
    with pytest.raises(BadFieldsError):
        change(asking, "a\u2028b")
    with pytest.raises(NoReasonError):
        change(asking, "   ")


def test_others_want_no_reason(asking: Administration) -> None:
    asking.change(asking.member(BOB), [], [FORSKOLA])
    assert FORSKOLA in asking.held(asking.member(BOB))


def test_undoing_removing_and_restoring_are_their_own_reason(
    asking: Administration,
) -> None:
    bob = asking.member(BOB)
    given = on_the_form(asking, WHY)
    assert given.change_id is not None
    asking.service.undo(
        asking.region, given.change_id, actor=asking.administrator(BERIT), now=NOW
    )
    on_the_form(asking, WHY)
    asking.service.remove_user(asking.region, bob, actor=asking.anna, now=NOW)
    asking.service.restore_user(asking.region, bob, actor=asking.anna, now=NOW)
    assert GRANSKA in asking.held(bob)


def test_the_catalogue_says_true_or_false(region: Administration) -> None:
    said = WANTS_TO_KNOW.replace("true", '"ja"')
    with pytest.raises(CatalogueError, match="needs_reason must be true or false"):
        region.authz.load_catalogue(said, dry_run=False, actor="test", now=NOW)
