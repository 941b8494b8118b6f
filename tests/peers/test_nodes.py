"""A login that begins on one node of the bridge ends on another."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.support.peers import story
from tests.support.peers.bridge_process import Bridge, second_node
from tests.support.peers.browser import Browser
from tests.support.peers.journey import Journey
from tests.support.peers.network import Network
from tests.support.peers.places import Place
from tests.support.peers.simplesamlphp import log_in
from tests.support.peers.tls import Authority

pytestmark = pytest.mark.peers


@pytest.fixture(scope="module")
def other_node(bridge: Bridge, authority: Authority) -> Iterator[Place]:
    with second_node(bridge, authority) as at:
        yield at


def _move(browser: Browser, bridge: Bridge, to: Place) -> None:
    """Let the load balancer send this browser to another node from now on."""
    usual = urlsplit(bridge.at.url).netloc
    browser.detours[usual] = urlsplit(to.url).netloc


def test_a_login_goes_from_node_to_node(
    visitor: Browser, bridge: Bridge, peers: Network, other_node: Place
) -> None:
    journey = Journey(visitor, bridge, peers.refusing)
    methods = journey.choose()
    _move(visitor, bridge, other_node)
    page = visitor.follow(methods, "Underskrivet")
    _move(visitor, bridge, bridge.at)
    page = log_in(visitor, page, user=story.ASA.user, password=story.PASSWORD)
    _move(visitor, bridge, other_node)
    login = journey.read(visitor.hand_over(page))
    assert login.attributes[story.PERMISSIONS]
    log = bridge.log_of(other_node)
    assert '"/saml/sp/acs"' in log
    assert '"/saml/idp/sso"' not in log


def test_an_answer_that_one_node_has_taken_is_refused_by_the_other(
    visitor: Browser, bridge: Bridge, peers: Network, other_node: Place
) -> None:
    journey = Journey(visitor, bridge, peers.refusing)
    carrier = journey.answer(story.ASA)
    assert journey.read(visitor.hand_over(carrier)).attributes
    _move(visitor, bridge, other_node)
    again = visitor.submit(carrier.form_with("SAMLResponse"))
    assert 400 <= again.status < 500
    assert b"SAMLResponse" not in again.body
