"""Can every change be undone, and never one that something was built on?"""

from datetime import timedelta

import pytest

from authz.administration.errors import NotFoundError, UndoRefusedError
from authz.administration.models import ChangeResult
from tests.support.administration_world import (
    FORSKOLA,
    GRANSKA,
    RAPPORTERA,
    Administration,
)
from tests.support.clock import NOW
from tests.support.permission_world import ALICE

LATER = NOW + timedelta(days=10)


def undo(region: Administration, change: ChangeResult) -> ChangeResult:
    assert change.change_id is not None
    return region.service.undo(
        region.region, change.change_id, actor=region.berit, now=region.now
    )


def test_undoing_brings_back_what_was_given_taken_and_moved(
    region: Administration,
) -> None:
    alice = region.member(ALICE)
    region.change(alice, [RAPPORTERA], {RAPPORTERA: None, GRANSKA: LATER})
    before = region.held(alice)
    change = region.change(alice, before, {GRANSKA: None, FORSKOLA: None})
    assert region.held(alice) == {GRANSKA: None, FORSKOLA: None}
    undo(region, change)
    assert region.held(alice) == before
    (event, *_) = region.events()
    assert (event.action, event.subject) == (
        "change:undo",
        f"change:{change.change_id}",
    )
    region.check_lines()


def test_a_change_is_undone_once(region: Administration) -> None:
    change = region.change(region.member(ALICE), [RAPPORTERA], [])
    undo(region, change)
    with pytest.raises(UndoRefusedError, match="undone-already"):
        undo(region, change)


def test_undoing_can_be_undone(region: Administration) -> None:
    alice = region.member(ALICE)
    undone = undo(region, region.change(alice, [RAPPORTERA], [GRANSKA]))
    undo(region, undone)
    assert region.held(alice) == {GRANSKA: None}


@pytest.mark.parametrize(
    "meanwhile",
    [
        ({GRANSKA: None}, {GRANSKA: LATER}),
        ({GRANSKA: None}, {}),
        ({}, {RAPPORTERA: None}),
    ],
)
def test_undoing_is_refused_when_something_changed_since(
    region: Administration,
    meanwhile: tuple[dict[str, None], dict[str, None]],
) -> None:
    alice = region.member(ALICE)
    change = region.change(alice, [RAPPORTERA], [GRANSKA])
    region.change(alice, *meanwhile, actor=region.berit)
    held = region.held(alice)
    with pytest.raises(UndoRefusedError, match="changed-since"):
        undo(region, change)
    assert region.held(alice) == held


def test_undoing_is_refused_when_it_was_given_and_taken_again(
    region: Administration,
) -> None:
    alice = region.member(ALICE)
    change = region.change(alice, [RAPPORTERA], [])
    region.change(alice, [], [RAPPORTERA])
    region.change(alice, [RAPPORTERA], [])
    with pytest.raises(UndoRefusedError, match="changed-since"):
        undo(region, change)


def test_other_permissions_do_not_stand_in_the_way(region: Administration) -> None:
    alice = region.member(ALICE)
    change = region.change(alice, [RAPPORTERA], [])
    region.change(alice, [], [FORSKOLA], actor=region.berit)
    undo(region, change)
    assert set(region.held(alice)) == {RAPPORTERA, FORSKOLA}


def test_undoing_is_refused_when_the_user_is_gone(region: Administration) -> None:
    alice = region.member(ALICE)
    change = region.change(alice, [RAPPORTERA], [])
    region.service.remove_user(region.region, alice, actor=region.anna, now=NOW)
    with pytest.raises(UndoRefusedError, match="user-removed"):
        undo(region, change)


def test_nothing_comes_back_without_an_agreement(region: Administration) -> None:
    change = region.change(region.member(ALICE), [RAPPORTERA], [])
    region.end_agreement("landsting")
    with pytest.raises(UndoRefusedError, match="no-agreement"):
        undo(region, change)


def test_undoing_is_refused_after_thirty_days(region: Administration) -> None:
    change = region.change(region.member(ALICE), [RAPPORTERA], [])
    region.later(days=30)
    with pytest.raises(UndoRefusedError, match="too-late"):
        undo(region, change)


def test_undoing_a_removal_restores(region: Administration) -> None:
    alice = region.member(ALICE)
    removal = region.service.remove_user(
        region.region, alice, actor=region.anna, now=NOW
    )
    undo(region, removal)
    assert region.held(alice) == {RAPPORTERA: None}


def test_somebody_elses_change_is_like_a_missing_one(region: Administration) -> None:
    change = region.change(region.member(ALICE), [RAPPORTERA], [])
    assert change.change_id is not None
    with pytest.raises(NotFoundError):
        region.service.undo(
            region.kommun, change.change_id, actor=region.kalle, now=NOW
        )
    with pytest.raises(NotFoundError):
        region.service.undo(region.region, 4711, actor=region.anna, now=NOW)
