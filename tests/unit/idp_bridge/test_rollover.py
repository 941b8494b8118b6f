"""Each step of a rollover waits as long as somebody could still need the last one."""

from datetime import timedelta
from pathlib import Path

import pytest

from idp_bridge import keys
from idp_bridge.keys import KeySet, Purpose, Slot, load_keys
from idp_bridge.rollover import (
    NOTICED,
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
    (Purpose.SIGNING, "promote"): LONGEST_COPY,
    (Purpose.SIGNING, "retire"): ON_THEIR_WAY,
    (Purpose.ENCRYPTION, "promote"): NOTICED,
    (Purpose.ENCRYPTION, "retire"): LONGEST_COPY,
}


def during(folder: Path, purpose: Purpose, command: str) -> KeySet:
    """Bring a rollover to where a step comes next; the last one was taken at NOW."""
    write_keys(folder)
    key = new_key(rsa_key("next"))
    keys.add_key(folder, purpose, Slot.NEXT, key, now=NOW)
    if command == "retire":
        keys.promote(folder, purpose, now=NOW)
    return load_keys(folder)


@pytest.mark.parametrize(("step", "wait"), WAITS.items())
def test_a_step_waits_until_the_last_one_is_everywhere(
    tmp_path: Path, step: tuple[Purpose, str], wait: timedelta
) -> None:
    purpose, command = step
    found = during(tmp_path, purpose, command)
    with pytest.raises(TooEarlyError, match=r"Too early: .*--force"):
        check_not_too_early(
            found, purpose, command, validity=VALIDITY, now=NOW + wait - SECOND
        )
    check_not_too_early(found, purpose, command, validity=VALIDITY, now=NOW + wait)


def test_partners_matter_for_two_steps(tmp_path: Path) -> None:
    slow = set()
    for purpose, command in WAITS:
        folder = tmp_path / f"{purpose}-{command}"
        step = waiting(during(folder, purpose, command), purpose, validity=VALIDITY)
        assert step is not None
        assert step.command == command
        if step.needs_partners:
            slow.add((purpose, command))
    assert slow == {(Purpose.SIGNING, "promote"), (Purpose.ENCRYPTION, "retire")}


def test_without_a_rollover_nothing_waits(tmp_path: Path) -> None:
    write_keys(tmp_path)
    for purpose in Purpose:
        assert waiting(load_keys(tmp_path), purpose, validity=VALIDITY) is None


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
