"""Is a form compared with what is saved box by box, whatever others do?"""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from authz.administration.differences import difference, state_of
from tests.support.clock import NOW

ENDS = st.one_of(st.none(), st.sampled_from([NOW, NOW + timedelta(days=1)]))
BOXES = st.dictionaries(st.integers(1, 6), ENDS)


@given(BOXES, BOXES, BOXES)
def test_every_box_ends_as_chosen_as_saved_or_in_a_conflict(
    before: dict[int, object], after: dict[int, object], now: dict[int, object]
) -> None:
    found = difference(before=before, after=after, now=now)  # type: ignore[arg-type]
    result = {
        number: end for number, end in now.items() if number not in found.takes
    } | {**found.gives, **found.changes_ends}
    for number in range(1, 7):
        opened, chosen, saved, ends = (
            state_of(boxes, number)  # type: ignore[arg-type]
            for boxes in (before, after, now, result)
        )
        is_conflict = chosen != opened != saved != chosen
        assert (number in found.conflicts) is is_conflict
        if is_conflict or chosen == opened:
            assert ends == saved
        else:
            assert ends == chosen


@given(BOXES, BOXES)
def test_who_is_alone_gets_what_was_chosen(
    before: dict[int, object], after: dict[int, object]
) -> None:
    found = difference(before=before, after=after, now=before)  # type: ignore[arg-type]
    assert not found.conflicts
    assert found.takes == before.keys() - after.keys()
    assert found.gives.keys() == after.keys() - before.keys()
    assert found.touched == {
        number
        for number in before.keys() | after.keys()
        if state_of(before, number) != state_of(after, number)  # type: ignore[arg-type]
    }


@given(BOXES, BOXES, BOXES)
def test_two_who_change_different_boxes_both_succeed(
    opened: dict[int, object], one: dict[int, object], other: dict[int, object]
) -> None:
    mine = {**opened, **{n: end for n, end in one.items() if n % 2}}
    yours = {**opened, **{n: end for n, end in other.items() if not n % 2}}
    found = difference(before=opened, after=yours, now=mine)  # type: ignore[arg-type]
    assert not found.conflicts
