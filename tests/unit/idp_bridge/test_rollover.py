"""Each step of a rollover waits as long as somebody could still need the last one."""

from datetime import timedelta
from pathlib import Path

import pytest

from idp_bridge import keys
from idp_bridge.keys import NOTICED, KeySet, Purpose, Slot, load_keys
from idp_bridge.rollover import (
    ON_THEIR_WAY,
    TooEarlyError,
    check_not_too_early,
    waiting,
)
from tests.support.clock import NOW
from tests.support.installations import new_key, write_keys
from tests.support.keys import rsa_key

VALIDITY = timedelta(days=7)
LONGEST_COPY = timedelta(days=8)
"""A copy that is taken at midnight holds a day longer than the validity."""
SECOND = timedelta(seconds=1)
WAITS = {
    (Purpose.SIGNING, "promote"): NOTICED + LONGEST_COPY,
    (Purpose.SIGNING, "retire"): NOTICED + ON_THEIR_WAY,
    (Purpose.ENCRYPTION, "promote"): NOTICED,
    (Purpose.ENCRYPTION, "retire"): NOTICED,
    (Purpose.ENCRYPTION, "delete"): NOTICED + LONGEST_COPY + ON_THEIR_WAY,
}
STEPS = ("promote", "retire", "delete")


def during(folder: Path, purpose: Purpose, command: str) -> KeySet:
    """Bring a rollover to where a step comes next; the last one was taken at NOW."""
    write_keys(folder)
    key = new_key(rsa_key("next"))
    keys.add_key(folder, purpose, Slot.NEXT, key, now=NOW)
    for step in STEPS[: STEPS.index(command)]:
        take = {"promote": keys.promote, "retire": keys.retire}[step]
        take(folder, purpose, now=NOW)
    return load_keys(folder)


@pytest.mark.parametrize(("step", "wait"), WAITS.items())
def test_a_step_waits_until_the_last_one_is_everywhere(
    tmp_path: Path, step: tuple[Purpose, str], wait: timedelta
) -> None:
    purpose, command = step
    found = during(tmp_path, purpose, command)
    with pytest.raises(TooEarlyError, match=rf"Too early: .*--force to .*{command}"):
        check_not_too_early(
            found, purpose, command, validity=VALIDITY, now=NOW + wait - SECOND
        )
    check_not_too_early(found, purpose, command, validity=VALIDITY, now=NOW + wait)


@pytest.mark.parametrize(("purpose", "command"), WAITS)
def test_a_clock_that_is_set_back_makes_no_step_come_earlier(
    tmp_path: Path, purpose: Purpose, command: str
) -> None:
    found = during(tmp_path, purpose, command)
    with pytest.raises(TooEarlyError):
        check_not_too_early(
            found,
            purpose,
            command,
            validity=VALIDITY,
            now=NOW - 100 * LONGEST_COPY,
        )


def test_partners_matter_for_two_steps(tmp_path: Path) -> None:
    slow = set()
    for purpose, command in WAITS:
        folder = tmp_path / f"{purpose}-{command}"
        found = during(folder, purpose, command)
        (step,) = waiting(found, purpose, validity=VALIDITY)
        assert step.command == command
        if step.needs_partners:
            slow.add((purpose, command))
    assert slow == {(Purpose.SIGNING, "promote"), (Purpose.ENCRYPTION, "delete")}


def test_without_a_rollover_nothing_waits(tmp_path: Path) -> None:
    write_keys(tmp_path)
    for purpose in Purpose:
        assert waiting(load_keys(tmp_path), purpose, validity=VALIDITY) == ()


def test_a_second_key_is_retired_when_the_first_one_may_be_deleted(
    tmp_path: Path,
) -> None:
    """new, promote, retire, new, promote, retire: one after the other at once."""
    purpose = Purpose.ENCRYPTION
    during(tmp_path, purpose, "delete")
    later = NOW + timedelta(hours=1)
    key = new_key(rsa_key("third"))
    keys.add_key(tmp_path, purpose, Slot.NEXT, key, now=later)
    steps = waiting(load_keys(tmp_path), purpose, validity=VALIDITY)
    assert [step.command for step in steps] == ["promote", "delete"]
    keys.promote(tmp_path, purpose, now=later)
    found = load_keys(tmp_path)
    (step,) = waiting(found, purpose, validity=VALIDITY)
    assert step.command == "delete"
    assert step.until == NOW + WAITS[purpose, "delete"]
    for command in ("retire", "delete"):
        with pytest.raises(TooEarlyError, match="until 2026-12-01 12:10:10 UTC"):
            check_not_too_early(
                found, purpose, command, validity=VALIDITY, now=step.until - SECOND
            )
    retired = found.find(purpose, Slot.RETIRED)
    keys.delete_retired(tmp_path, purpose, retired)
    check_not_too_early(
        load_keys(tmp_path), purpose, "retire", validity=VALIDITY, now=step.until
    )


def test_a_key_remembers_since_when_it_has_its_place(tmp_path: Path) -> None:
    write_keys(tmp_path)
    later = NOW + timedelta(days=9)
    keys.add_key(
        tmp_path, Purpose.SIGNING, Slot.NEXT, new_key(rsa_key("next")), now=NOW
    )
    following = load_keys(tmp_path).find(Purpose.SIGNING, Slot.NEXT)
    assert following is not None
    assert following.since == NOW
    keys.promote(tmp_path, Purpose.SIGNING, now=later)
    found = load_keys(tmp_path)
    for slot in (Slot.CURRENT, Slot.PREVIOUS):
        key = found.find(Purpose.SIGNING, slot)
        assert key is not None
        assert key.since == later
