"""An attacker brings his own login into somebody else's browser."""

from pathlib import Path

import pytest

from idp_bridge.errors import LoginLostError
from idp_bridge.login import choose, finish
from idp_bridge.saml.bindings import decode_post
from tests.support.saml.logins import Bridge, answer_to, issued, make_bridge
from tests.support.saml.requests import authn_request, posted
from tests.support.saml.world import encoded


@pytest.fixture
def bridge(tmp_path: Path) -> Bridge:
    return make_bridge(tmp_path)


def test_an_answer_counts_only_in_the_browser_that_asked(bridge: Bridge) -> None:
    """And the honest browser can still use it: nothing was used up."""
    asked = bridge.ask()
    message = decode_post([encoded(answer_to(asked))])
    for secret in (None, "", "another", asked.begun.secret[:-1], "\u00e5"):
        with pytest.raises(LoginLostError):
            finish.find(message, lambda _, held=secret: held, bridge.parts)  # type: ignore[misc]
    assert issued(bridge.finish(asked)) is not None


def test_the_secret_of_another_login_does_not_help(bridge: Bridge) -> None:
    victim = bridge.ask()
    attacker = bridge.ask(posted(authn_request(id="_attacker")))
    with pytest.raises(LoginLostError):
        bridge.finish(victim, secret=attacker.begun.secret)
    bridge.finish(victim)
    bridge.finish(attacker)


def test_an_answer_to_one_login_does_not_finish_another(bridge: Bridge) -> None:
    """Both are open in the same browser; the signed InResponseTo decides."""
    one = bridge.ask()
    other = bridge.ask(posted(authn_request(id="_other")))
    relabelled = answer_to(one).replace(
        f'InResponseTo="{one.request_id}" Destination',
        f'InResponseTo="{other.request_id}" Destination',
    )
    assert relabelled != answer_to(one)
    with pytest.raises(Exception, match="another request"):
        bridge.finish(other, relabelled)
    bridge.finish(one)
    bridge.finish(other)


def test_choosing_a_method_needs_the_secret_too(bridge: Bridge) -> None:
    begun = bridge.begin()
    found = choose.find(begun.pending.login_id, begun.secret, bridge.parts)
    assert found == begun.pending
    for secret in (None, "", "another"):
        with pytest.raises(LoginLostError):
            choose.find(begun.pending.login_id, secret, bridge.parts)


def test_the_store_does_not_know_the_secret(bridge: Bridge) -> None:
    begun = bridge.begin()
    kept = bridge.parts.state.get(begun.pending.key)
    assert kept is not None
    assert begun.secret.encode() not in kept


def test_an_old_login_is_lost(bridge: Bridge) -> None:
    asked = bridge.ask()
    bridge.clock.advance(bridge.parts.settings.saml.login_lifetime)
    with pytest.raises(LoginLostError):
        bridge.finish(asked)
