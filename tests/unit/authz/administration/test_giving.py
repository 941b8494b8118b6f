"""Are permissions given and taken as differences, by those who may?"""

from datetime import timedelta

import pytest

from authz.administration.errors import (
    BadFieldsError,
    ConflictError,
    NoAgreementError,
    NotFoundError,
    OwnRightsError,
)
from authz.administration.models import Actor, ActorKind, BoxState
from tests.support.administration_world import (
    ALDRIG,
    FORSKOLA,
    GRANSKA,
    KIM,
    RAPPORTERA,
    STANGD,
    Administration,
)
from tests.support.clock import NOW
from tests.support.permission_world import ALICE, ANNA, BOB, CHARLIE

LATER = NOW + timedelta(days=10)
MUCH_LATER = NOW + timedelta(days=20)


def test_a_change_says_what_it_added_and_removed(region: Administration) -> None:
    alice = region.member(ALICE)
    result = region.change(alice, [RAPPORTERA], {GRANSKA: LATER, FORSKOLA: None})
    assert [each.permission.code for each in result.added] == ["granska", "forskola"]
    assert [each.permission.code for each in result.removed] == ["rapportera"]
    assert region.held(alice) == {GRANSKA: LATER, FORSKOLA: None}
    region.check_lines()


def test_a_change_of_an_end_keeps_the_grant(region: Administration) -> None:
    alice = region.member(ALICE)
    result = region.change(alice, [RAPPORTERA], {RAPPORTERA: LATER})
    assert [(each.before, each.after) for each in result.changed_ends] == [
        (None, LATER)
    ]
    assert not result.added
    assert not result.removed
    assert region.held(alice) == {RAPPORTERA: LATER}


def test_a_form_that_changes_nothing_leaves_no_trace(region: Administration) -> None:
    alice = region.member(ALICE)
    events = region.events()
    assert region.change(alice, [RAPPORTERA], [RAPPORTERA]).is_empty
    assert region.events() == events


def test_two_who_change_different_boxes_both_succeed(region: Administration) -> None:
    alice = region.member(ALICE)
    opened = [RAPPORTERA]
    region.change(alice, opened, [RAPPORTERA, GRANSKA], actor=region.anna)
    region.change(alice, opened, [FORSKOLA], actor=region.berit)
    assert set(region.held(alice)) == {GRANSKA, FORSKOLA}


def test_two_who_change_a_box_in_the_same_way_agree(region: Administration) -> None:
    alice = region.member(ALICE)
    region.change(alice, [RAPPORTERA], [], actor=region.anna)
    assert region.change(alice, [RAPPORTERA], [], actor=region.berit).is_empty


def test_overlapping_changes_meet_with_all_that_a_page_needs(
    region: Administration,
) -> None:
    alice = region.member(ALICE)
    region.later(minutes=1)
    at = region.now
    region.change(alice, [RAPPORTERA], {RAPPORTERA: LATER}, actor=region.berit)
    region.later(minutes=1)
    with pytest.raises(ConflictError) as caught:
        region.change(alice, [RAPPORTERA], [GRANSKA], actor=region.anna)
    (conflict,) = caught.value.conflicts
    assert conflict.permission.code == "rapportera"
    assert conflict.service.name == "E-tjänst för landsting"
    assert conflict.opened == BoxState(is_given=True)
    assert conflict.now == BoxState(is_given=True, valid_until=LATER)
    assert conflict.chosen == BoxState(is_given=False)
    assert conflict.changed_by == "Berit Admin"
    assert conflict.changed_at == at
    assert region.held(alice) == {RAPPORTERA: LATER}, "nothing was written"


def test_an_end_that_has_been_is_refused(region: Administration) -> None:
    with pytest.raises(BadFieldsError) as caught:
        region.change(region.member(CHARLIE), [], {GRANSKA: NOW})
    assert caught.value.problems == {"valid_until": "in-the-past"}


@pytest.mark.parametrize("reason", ["x" * 501, "rad\nrad", "\x00", "a\u2028b"])
def test_a_reason_is_one_line_that_can_be_shown(
    region: Administration, reason: str
) -> None:
    with pytest.raises(BadFieldsError) as caught:
        region.change(region.member(CHARLIE), [], [GRANSKA], reason=reason)
    assert list(caught.value.problems) == ["reason"]


def test_a_reason_stands_in_the_trail(region: Administration) -> None:
    region.change(region.member(CHARLIE), [], [GRANSKA], reason="  Ny uppgift ")
    (event, *_) = region.events()
    assert event.detail["reason"] == "Ny uppgift"


def test_an_e_tjanst_without_an_agreement_cannot_be_touched(
    region: Administration,
) -> None:
    charlie = region.member(CHARLIE)
    with pytest.raises(NoAgreementError):
        region.change(charlie, [], [STANGD])
    with pytest.raises(NotFoundError):
        region.change(charlie, [], [ALDRIG])
    alice = region.member(ALICE)
    region.end_agreement("landsting")
    with pytest.raises(NoAgreementError):
        region.change(alice, [RAPPORTERA], [])
    assert region.held(alice) == {RAPPORTERA: None}


def test_what_was_left_by_an_ended_agreement_is_read_only(
    region: Administration,
) -> None:
    alice = region.member(ALICE)
    region.end_agreement("landsting")
    form = region.service.permission_form(region.region, alice, now=region.now)
    shown = {each.service.code: each for each in form.services}
    assert shown["landsting"].is_read_only
    assert [each.code for each in shown["landsting"].boxes] == ["rapportera"]
    assert not shown["statlig-ersattning"].is_read_only


def test_a_form_offers_only_e_tjanster_with_an_agreement(
    region: Administration,
) -> None:
    charlie = region.member(CHARLIE)
    form = region.service.permission_form(region.region, charlie, now=NOW)
    codes = [each.service.code for each in form.services]
    assert codes == ["statlig-ersattning", "landsting"]


def test_somebody_elses_user_is_like_a_missing_one(region: Administration) -> None:
    kim = region.member(KIM, region.kommun)
    for number in (kim, 4711):
        with pytest.raises(NotFoundError):
            region.change(number, [], [GRANSKA])
        with pytest.raises(NotFoundError):
            region.service.user(region.region, number, now=NOW)
        with pytest.raises(NotFoundError):
            region.service.permission_form(region.region, number, now=NOW)


def test_an_administrator_of_another_organisation_finds_nothing(
    region: Administration,
) -> None:
    with pytest.raises(NotFoundError):
        region.change(region.member(ALICE), [RAPPORTERA], [], actor=region.kalle)


def test_nobody_changes_their_own_rights(region: Administration) -> None:
    alice = region.member(ALICE)
    herself = Actor(
        kind=ActorKind.OPERATOR, id=region.people[ALICE], name="same number"
    )
    region.change(alice, [RAPPORTERA], [RAPPORTERA, GRANSKA], actor=herself)
    with pytest.raises((OwnRightsError, NotFoundError)):
        region.change(alice, [RAPPORTERA], [], actor=region.administrator(ALICE))
    with pytest.raises(NotFoundError):
        region.change(region.people[ANNA], [], [GRANSKA])


def test_one_permission_is_given_to_many_and_undone_at_once(
    region: Administration,
) -> None:
    members = [region.member(each) for each in (ALICE, BOB, CHARLIE)]
    region.change(members[2], [], {GRANSKA: LATER})
    given = region.service.change_many(
        region.region,
        region.permissions[GRANSKA],
        give=members,
        until=MUCH_LATER,
        actor=region.anna,
        now=region.now,
    )
    assert len(given.added) == 2
    assert region.held(members[2]) == {GRANSKA: LATER}, "keeps the end it had"
    assert given.change_id is not None
    region.service.undo(
        region.region, given.change_id, actor=region.berit, now=region.now
    )
    assert [GRANSKA in region.held(each) for each in members] == [False, False, True]
    region.check_lines()


def test_one_permission_is_taken_from_many(region: Administration) -> None:
    members = [region.member(each) for each in (ALICE, CHARLIE)]
    taken = region.service.change_many(
        region.region,
        region.permissions[RAPPORTERA],
        take=members,
        actor=region.anna,
        now=NOW,
    )
    assert [each.membership_id for each in taken.removed] == [members[0]]
    assert region.held(members[0]) == {}


def test_many_is_all_or_nobody(region: Administration) -> None:
    alice = region.member(ALICE)
    with pytest.raises(NotFoundError):
        region.service.change_many(
            region.region,
            region.permissions[GRANSKA],
            give=[alice, region.member(KIM, region.kommun)],
            actor=region.anna,
            now=NOW,
        )
    assert region.held(alice) == {RAPPORTERA: None}


def test_a_colleagues_permissions_are_copied_with_their_ends(
    region: Administration,
) -> None:
    alice, charlie = region.member(ALICE), region.member(CHARLIE)
    region.change(alice, [RAPPORTERA], {RAPPORTERA: None, GRANSKA: LATER})
    region.change(charlie, [], [FORSKOLA])
    result = region.service.copy_permissions(
        region.region, alice, [charlie], actor=region.anna, now=NOW
    )
    assert len(result.added) == 2
    assert region.held(charlie) == {RAPPORTERA: None, GRANSKA: LATER, FORSKOLA: None}


def test_every_grant_has_its_entry_in_the_trail(region: Administration) -> None:
    alice = region.member(ALICE)
    result = region.change(alice, [RAPPORTERA], {GRANSKA: LATER})
    given, ended = region.events()[:2]
    assert (given.action, ended.action) == ("grant:give", "grant:end")
    assert given.actor == str(region.anna)
    assert given.actor_name == "Anna Admin"
    assert given.subject == f"person:{region.people[ALICE]}"
    assert given.membership_id == alice
    assert given.detail == {
        "permission": GRANSKA,
        "after": {"valid_until": LATER.isoformat()},
        "change": result.change_id,
    }
    assert ended.detail["before"] == {"valid_until": None}
    assert given.permission is not None
    assert given.permission.name == "Granska"
    region.authz.verify_audit()
