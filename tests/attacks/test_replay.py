"""A message that was used is presented again."""

from datetime import timedelta
from pathlib import Path

import pytest

from idp_bridge.errors import (
    LoginLostError,
    ReplayedError,
    StoreUnavailableError,
    UnreadableMessageError,
)
from idp_bridge.saml.times import MAX_AGE
from idp_bridge.state.sql import state_tables
from tests.support.clock import NOW
from tests.support.databases import sqlite_engine
from tests.support.saml.logins import Bridge, answer_to, issued, make_bridge
from tests.support.saml.requests import authn_request, posted, redirected
from tests.support.saml.responses import assertion, bearer, good, response
from tests.support.saml.signing import signed
from tests.support.saml.world import OTHER_SP, sp_key, take_response


@pytest.fixture
def bridge(tmp_path: Path) -> Bridge:
    return make_bridge(tmp_path)


# --- Responses ------------------------------------------------------------------------


def test_an_answer_counts_once(bridge: Bridge) -> None:
    asked = bridge.ask()
    bridge.finish(asked)
    with pytest.raises(LoginLostError):
        bridge.finish(asked)


def test_an_assertion_counts_once_though_the_login_is_still_open(
    bridge: Bridge,
) -> None:
    """The second request of one login is open, and the assertion is the first's."""
    first = bridge.ask()
    other = bridge.ask(posted(authn_request(id="_other")))
    used = answer_to(first, id="_one-assertion")
    bridge.finish(first, used)
    again = answer_to(other, id="_one-assertion")
    with pytest.raises(ReplayedError):
        bridge.finish(other, again)
    assert issued(bridge.finish(other, answer_to(other))) is not None


def test_a_refused_answer_leaves_the_honest_one_its_chance(bridge: Bridge) -> None:
    asked = bridge.ask()
    with pytest.raises(Exception, match="signed"):
        bridge.finish(asked, response(assertion(), in_response_to=asked.request_id))
    bridge.finish(asked)


def test_an_id_is_remembered_as_long_as_the_assertion_could_count() -> None:
    late = NOW + timedelta(minutes=30)
    short = take_response(good())
    long = take_response(
        response(signed(assertion(subject=bearer(not_on_or_after=late))))
    )
    skew = timedelta(seconds=60)
    assert short.remember_until >= NOW + timedelta(minutes=5) + 2 * skew
    assert long.remember_until >= late + skew


def test_an_assertion_without_an_id_is_refused() -> None:
    """It could be presented again and again."""
    take_response(signed(response(assertion())))
    with pytest.raises(UnreadableMessageError):
        take_response(signed(response(assertion(id=None))))


def test_a_store_that_does_not_answer_lets_nobody_in(
    bridge: Bridge, tmp_path: Path
) -> None:
    asked = bridge.ask()
    engine = sqlite_engine(tmp_path / "bridge.db")
    state_tables.drop_all(engine)
    with pytest.raises(StoreUnavailableError):
        bridge.finish(asked)
    with pytest.raises(StoreUnavailableError):
        bridge.begin(posted(authn_request(id="_new")))


# --- requests -------------------------------------------------------------------------


def test_a_request_counts_once(bridge: Bridge) -> None:
    bridge.begin(posted(authn_request(id="_same")))
    bridge.begin(posted(authn_request(id="_another")))
    with pytest.raises(ReplayedError):
        bridge.begin(posted(authn_request(id="_same")))
    with pytest.raises(ReplayedError):
        bridge.begin(redirected(authn_request(id="_same"), by=sp_key()))


def test_two_senders_may_use_one_id(bridge: Bridge) -> None:
    bridge.begin(posted(authn_request(id="_same")))
    bridge.begin(posted(authn_request(id="_same", issuer=OTHER_SP, acs_url=None)))


def test_a_request_is_remembered_as_long_as_it_is_fresh(bridge: Bridge) -> None:
    skew = bridge.parts.settings.saml.clock_skew
    from_the_future = authn_request(id="_same", issued=NOW + skew)
    bridge.begin(posted(from_the_future))
    bridge.clock.now = NOW + skew + MAX_AGE + skew
    with pytest.raises(ReplayedError):
        bridge.begin(posted(from_the_future))


def test_an_id_fits_into_a_memory(bridge: Bridge) -> None:
    bridge.begin(posted(authn_request(id="_" + "a" * 255)))
    for bad in ("_" + "a" * 256, "", None):
        with pytest.raises(UnreadableMessageError):
            bridge.begin(posted(authn_request(id=bad)))
