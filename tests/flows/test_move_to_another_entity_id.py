"""The portal moves to another entityID: both work at once, each for itself."""

from pathlib import Path

import pytest

from idp_bridge.errors import BridgeError
from idp_bridge.login import choose
from metadata import names
from tests.support.keys import KeyPair, rsa_key
from tests.support.saml.logins import (
    SITHS,
    Asked,
    Bridge,
    issued,
    make_bridge,
    request_id_of,
)
from tests.support.saml.requests import authn_request, posted
from tests.support.saml.responses import assertion, bearer, response
from tests.support.saml.signing import signed
from tests.support.saml.world import IDP, OTHER_IDP, SP, identity_provider, idp_key

OLD, NEW = "siths", "siths-ny"
BOTH = [SITHS, {**SITHS, "entity_id": OTHER_IDP, "method": NEW}]
ENTITIES = {OLD: IDP, NEW: OTHER_IDP}


def new_key() -> KeyPair:
    return rsa_key("the portal after its move")


@pytest.fixture
def bridge(tmp_path: Path) -> Bridge:
    made = make_bridge(tmp_path, upstream=BOTH)
    made.parties.idps[OTHER_IDP] = identity_provider(
        entity_id=OTHER_IDP, signing_keys=(new_key().public,)
    )
    return made


def ask(bridge: Bridge, method: str) -> Asked:
    """Begin a login of its own, and choose a method."""
    begun = bridge.begin(posted(authn_request(id=f"_for-{method}")))
    pending = choose.find(begun.pending.login_id, begun.secret, bridge.parts)
    outbound = choose.send(pending, method, bridge.parts)
    return Asked(begun, outbound, request_id_of(outbound))


def answer(asked: Asked, entity_id: str, key: KeyPair) -> str:
    inner = assertion(
        id=f"_a{asked.request_id}",
        issuer=entity_id,
        subject=bearer(in_response_to=asked.request_id),
    )
    return response(
        signed(inner, by=key), issuer=entity_id, in_response_to=asked.request_id
    )


def test_logins_at_both_end_in_any_order(bridge: Bridge) -> None:
    old, new = ask(bridge, OLD), ask(bridge, NEW)
    assert {one.method for one in old.begun.methods} == {OLD, NEW}
    told = [
        bridge.finish(new, answer(new, OTHER_IDP, new_key())),
        bridge.finish(old, answer(old, IDP, idp_key())),
    ]
    for each in told:
        status = issued(each).find(f".//{{{names.NS_SAMLP}}}StatusCode")
        assert status.get("Value") == names.STATUS_SUCCESS


@pytest.mark.parametrize(
    ("asked_of", "answered_by"),
    [(OLD, NEW), (NEW, OLD)],
)
def test_neither_answers_for_the_other(
    bridge: Bridge, asked_of: str, answered_by: str
) -> None:
    keys = {OLD: idp_key(), NEW: new_key()}
    asked = ask(bridge, asked_of)
    for entity_id in ENTITIES.values():
        with pytest.raises(BridgeError):
            bridge.finish(asked, answer(asked, entity_id, keys[answered_by]))
    bridge.finish(asked, answer(asked, ENTITIES[asked_of], keys[asked_of]))


def test_an_e_tjanst_moves_when_the_operator_says_so(bridge: Bridge) -> None:
    bridge.configure(upstream=BOTH, downstream=[{"entity_id": SP, "methods": [NEW]}])
    begun = bridge.begin()
    assert [one.method for one in begun.methods] == [NEW]


def test_a_login_that_began_before_the_move_ends_after_it(bridge: Bridge) -> None:
    asked = ask(bridge, OLD)
    bridge.configure(upstream=BOTH, downstream=[{"entity_id": SP, "methods": [NEW]}])
    bridge.finish(asked, answer(asked, IDP, idp_key()))


def test_who_comes_back_after_the_old_one_is_gone_is_refused(bridge: Bridge) -> None:
    asked = ask(bridge, OLD)
    del bridge.parties.idps[IDP]
    with pytest.raises(BridgeError):
        bridge.finish(asked, answer(asked, IDP, idp_key()))
