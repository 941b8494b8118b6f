from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from idp_bridge.errors import (
    LoginLostError,
    MisconfiguredError,
    NoPermissionError,
    ServiceClosedError,
    UnavailableIdpError,
    UnknownPartnerError,
    UnknownPersonError,
)
from idp_bridge.login import answer, choose
from metadata import names
from metadata.entities import EncryptionKey
from tests.support.clock import NOW
from tests.support.keys import ec_key, rsa_key
from tests.support.permission_world import BOB, CHARLIE, ERSATTNING
from tests.support.saml.logins import (
    Asked,
    Bridge,
    answer_to,
    issued,
    make_bridge,
    other_provider,
    request_id_of,
)
from tests.support.saml.requests import authn_request, posted, redirected
from tests.support.saml.responses import authn, person
from tests.support.saml.world import IDP, SP, SP_ACS, service_provider, sp_key


@pytest.fixture
def bridge(tmp_path: Path) -> Bridge:
    return make_bridge(tmp_path)


def logged_in(bridge: Bridge, **changes: Any) -> Any:
    asked = bridge.ask()
    return issued(bridge.finish(asked, answer_to(asked, **changes)))


def test_alice_arrives_with_her_permission(bridge: Bridge) -> None:
    asked = bridge.ask(posted(authn_request(), relay_state="back"))
    ready = bridge.finish(asked)
    assert ready.acs_url == SP_ACS
    assert dict(ready.fields)["RelayState"] == "back"
    assert "2321000016:landsting:rapportera" in "".join(issued(ready).itertext())


def test_a_request_by_redirect_is_passed_on_by_redirect(bridge: Bridge) -> None:
    by_redirect = bridge.ask(redirected(authn_request(id="_r"), by=sp_key()))
    assert by_redirect.outbound.fields == ()
    by_post = bridge.ask(posted(authn_request(id="_p")))
    assert by_post.outbound.fields


@pytest.mark.parametrize(
    ("hsa_id", "error"),
    [
        (BOB, NoPermissionError),
        (CHARLIE, NoPermissionError),
        ("SE2321000016-NOBODY", UnknownPersonError),
    ],
)
def test_who_may_not_go_on_is_told_so(
    bridge: Bridge, hsa_id: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        logged_in(bridge, attributes=person(hsa_id=hsa_id))


def test_an_e_tjanst_may_want_people_without_permission(bridge: Bridge) -> None:
    request = authn_request(issuer=ERSATTNING, acs_url=None)
    asked = bridge.ask(posted(request))
    told = issued(
        bridge.finish(asked, answer_to(asked, attributes=person(hsa_id=CHARLIE)))
    )
    released = [each.get("Name") for each in told.iter("{*}Attribute")]
    assert names.ATTR_GIVEN_NAME in released
    assert "https://bridge.example.se/attributes/behorighet" not in released


@pytest.mark.parametrize(
    ("upstream", "told"),
    [
        (None, None),
        (NOW + timedelta(hours=2), "2026-11-23T14:00:00.000Z"),
    ],
)
def test_our_session_ends_with_the_one_upstream(
    bridge: Bridge, upstream: Any, told: str | None
) -> None:
    response = logged_in(bridge, statement=authn(session_end=upstream))
    statement = response.find(".//{*}AuthnStatement")
    assert statement.get("SessionNotOnOrAfter") == told


def test_the_instant_and_the_authorities_are_those_of_upstream(bridge: Bridge) -> None:
    statement = authn(instant=NOW - timedelta(minutes=3), authorities=("urn:first",))
    response = logged_in(bridge, statement=statement)
    told = response.find(".//{*}AuthnStatement")
    assert told.get("AuthnInstant") == "2026-11-23T11:57:00.000Z"
    authorities = [each.text for each in response.iter("{*}AuthenticatingAuthority")]
    assert authorities == ["urn:first", IDP]


def test_the_first_key_that_fits_is_encrypted_to(bridge: Bridge) -> None:
    keys = tuple(EncryptionKey(key.public) for key in (ec_key("sp"), rsa_key("sp")))
    bridge.parties.sps[SP] = service_provider(encryption_keys=keys)
    assert logged_in(bridge).find("{*}EncryptedAssertion") is not None


def test_encryption_that_is_required_needs_a_key(bridge: Bridge) -> None:
    bridge.configure(downstream=[{"entity_id": SP, "encrypt": "required"}])
    with pytest.raises(MisconfiguredError):
        bridge.finish(bridge.ask())
    key = EncryptionKey(rsa_key("sp").public)
    bridge.parties.sps[SP] = service_provider(encryption_keys=(key,))
    again = bridge.ask(posted(authn_request(id="_2")))
    assert issued(bridge.finish(again)).find("{*}EncryptedAssertion") is not None


@pytest.mark.parametrize("wanted", [False, True])
def test_metadata_says_whether_the_assertion_is_signed(
    bridge: Bridge, *, wanted: bool
) -> None:
    bridge.parties.sps[SP] = service_provider(wants_signed_assertions=wanted)
    signature = logged_in(bridge).find("{*}Assertion/{*}Signature")
    assert (signature is not None) is wanted


def test_a_partner_that_leaves_the_metadata_ends_the_login(bridge: Bridge) -> None:
    asked = bridge.ask()
    idp = bridge.parties.idps.pop(IDP)
    with pytest.raises(UnavailableIdpError):
        bridge.finish(asked)
    bridge.parties.idps[IDP] = idp
    sp = bridge.parties.sps.pop(SP)
    with pytest.raises(UnknownPartnerError):
        bridge.finish(asked)
    bridge.parties.sps[SP] = sp
    bridge.finish(bridge.ask(posted(authn_request(id="_2"))))


def test_going_back_and_choosing_again_works(bridge: Bridge) -> None:
    first = bridge.ask()
    second = bridge.ask_again(first.begun)
    assert first.request_id != second.request_id
    bridge.finish(first)
    with pytest.raises(LoginLostError):
        bridge.finish(second)


def test_an_error_is_told_to_the_e_tjanst(bridge: Bridge) -> None:
    asked = bridge.ask(posted(authn_request(), relay_state="back"))
    error = NoPermissionError("none")
    told = answer.error_to_sp(error, asked.begun.pending.request, bridge.parts)
    response = issued(told)
    codes = [each.get("Value") for each in response.iter("{*}StatusCode")]
    assert codes == [names.STATUS_RESPONDER, names.STATUS_REQUEST_DENIED]
    assert response.get("InResponseTo") == "_request-1"
    assert dict(told.fields)["RelayState"] == "back"
    assert told.sp_name == SP


def test_another_e_tjanst_gets_its_own_answer(bridge: Bridge) -> None:
    known = other_provider()
    request = authn_request(issuer=ERSATTNING, acs_url=None)
    ready = bridge.finish(bridge.ask(posted(request)))
    assert ready.acs_url == known.acs_endpoints[0].location


def test_a_login_that_has_ended_stays_ended(bridge: Bridge) -> None:
    asked = bridge.ask()
    pending = choose.find(
        asked.begun.pending.login_id, asked.begun.secret, bridge.parts
    )
    bridge.finish(asked)
    with pytest.raises(LoginLostError):
        choose.send_again(pending, "siths", bridge.parts)
    assert bridge.parts.state.get(pending.key) is None


def test_two_tabs_may_choose_at_once_and_each_finish(bridge: Bridge) -> None:
    begun = bridge.begin()
    seen_by_both = choose.find(begun.pending.login_id, begun.secret, bridge.parts)
    first = choose.send_again(seen_by_both, "siths", bridge.parts)
    choose.send_again(seen_by_both, "siths", bridge.parts)
    assert bridge.finish(Asked(begun, first, request_id_of(first))).acs_url == SP_ACS


def test_a_method_that_cannot_be_asked_leaves_the_login_open(bridge: Bridge) -> None:
    begun = bridge.begin()
    known = bridge.parties.idps.pop(IDP)
    with pytest.raises(UnavailableIdpError):
        choose.send_again(begun.pending, "siths", bridge.parts)
    bridge.parties.idps[IDP] = known
    assert bridge.ask_again(begun).request_id


def test_a_login_is_not_kept_longer_by_choosing_again(bridge: Bridge) -> None:
    begun = bridge.begin()
    bridge.clock.advance(timedelta(minutes=59))
    choose.send_again(begun.pending, "siths", bridge.parts)
    bridge.clock.advance(timedelta(minutes=1))
    with pytest.raises(LoginLostError):
        choose.send_again(begun.pending, "siths", bridge.parts)


def test_nobody_logs_in_for_a_service_that_is_closed(bridge: Bridge) -> None:
    closing = """
[[services]]
code = "landsting"
name = "E-tj\u00e4nst f\u00f6r landsting"
valid_until = 2026-11-22
"""
    bridge.begin(posted(authn_request(id="_open")))
    bridge.parts.authz.load_catalogue(closing, dry_run=False, actor="t", now=NOW)
    with pytest.raises(ServiceClosedError):
        bridge.begin(posted(authn_request(id="_closed")))


def test_a_key_that_does_not_fit_never_means_plain_text(bridge: Bridge) -> None:
    def log_in_with(*keys: EncryptionKey) -> Any:
        bridge.parties.sps[SP] = service_provider(encryption_keys=keys)
        asked = bridge.ask(posted(authn_request(id=f"_with_{len(keys)}")))
        return issued(bridge.finish(asked))

    assert log_in_with() is not None
    with pytest.raises(MisconfiguredError):
        log_in_with(EncryptionKey(ec_key("sp encryption").public))


def test_a_key_that_was_left_out_of_the_metadata_never_means_plain_text(
    bridge: Bridge,
) -> None:
    bridge.parties.sps[SP] = service_provider(wants_encryption=True)
    with pytest.raises(MisconfiguredError):
        bridge.finish(bridge.ask())
    bridge.parties.sps[SP] = service_provider(wants_encryption=False)
    again = bridge.ask(posted(authn_request(id="_plain")))
    assert issued(bridge.finish(again)).find("{*}Assertion") is not None
