"""A browser that is sent back and forth is stopped, and nobody else."""

from datetime import timedelta

import pytest

from idp_bridge.errors import LoopError
from idp_bridge.rounds import MOST, WHILE, Rounds
from tests.support.clock import NOW
from tests.support.installations import SECRET
from tests.support.saml.world import OTHER_SP, SECOND, SP

ROUNDS = Rounds(SECRET)


def answered(times: int, *, sp: str = SP, kept: str | None = None) -> str | None:
    for number in range(times):
        now = NOW + number * SECOND
        kept = ROUNDS.one_more(kept, sp_entity_id=sp, now=now)
    return kept


def is_loop(kept: str | None, *, sp: str = SP, after: timedelta = SECOND * 10) -> bool:
    try:
        ROUNDS.check_no_loop(kept, sp_entity_id=sp, now=NOW + after)
    except LoopError:
        return True
    return False


def test_a_few_logins_are_no_loop() -> None:
    assert not is_loop(None)
    assert not is_loop(answered(MOST - 1))
    assert is_loop(answered(MOST))


def test_it_is_over_after_a_while() -> None:
    kept = answered(MOST)
    assert is_loop(kept, after=WHILE - SECOND)
    assert not is_loop(kept, after=WHILE)
    again = ROUNDS.one_more(kept, sp_entity_id=SP, now=NOW + WHILE)
    assert not is_loop(again, after=WHILE + SECOND)


def test_each_e_tjanst_is_counted_by_itself() -> None:
    both = answered(MOST - 1, sp=OTHER_SP, kept=answered(MOST))
    assert is_loop(both)
    assert not is_loop(both, sp=OTHER_SP)


def test_the_cookie_stays_small() -> None:
    kept = None
    for number in range(20):
        kept = answered(1, sp=f"https://sp-{number}.example.se", kept=kept)
    assert kept is not None
    assert len(kept) < 300
    assert SP not in kept


@pytest.mark.parametrize("kept", ["", "x", "e30.x", "\u00e5", "a" * 5000])
def test_a_cookie_that_we_did_not_seal_says_nothing(kept: str) -> None:
    assert not is_loop(kept)
    assert is_loop(answered(MOST, kept=kept))


def test_nobody_else_seals_for_us() -> None:
    stranger = Rounds("another secret than the one that we have")
    kept: str | None = None
    for _ in range(MOST):
        kept = stranger.one_more(kept, sp_entity_id=SP, now=NOW)
    assert not is_loop(kept)
