"""A request that asks for what we do not do, or must not do."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from idp_bridge.errors import (
    AuthnContextError,
    BridgeError,
    LongRelayStateError,
    MissingAttributeError,
    NameIdPolicyError,
    PassiveError,
    ProxyCountError,
    StaleAuthenticationError,
    UnreadableMessageError,
    UnsupportedRequestError,
    WrongVersionError,
)
from idp_bridge.saml.bindings import InboundMessage, decode_post
from idp_bridge.saml.downstream_request import check_answerable
from idp_bridge.saml.messages import Comparison
from metadata import names
from metadata.entities import AttributeService, RequestedAttribute
from tests.support.clock import NOW
from tests.support.saml.logins import (
    SITHS,
    Bridge,
    answer_to,
    issued,
    make_bridge,
    sent_xml,
)
from tests.support.saml.requests import (
    authn_request,
    posted,
    redirected,
    requested_levels,
    scoping,
    signed_request,
)
from tests.support.saml.responses import authn
from tests.support.saml.world import (
    OTHER_IDP,
    OTHER_SP,
    SP,
    encoded,
    service_provider,
    sp_key,
    take_request,
)

ACCOUNT = {**SITHS, "entity_id": OTHER_IDP, "method": "konto", "title": "Konto"}
LOA2, LOA3 = names.LOA_SAMBI_2, names.LOA_SAMBI_3


@pytest.fixture
def bridge(tmp_path: Path) -> Bridge:
    return make_bridge(tmp_path)


def asking(*parts: str, **attributes: str) -> InboundMessage:
    return posted(authn_request(*parts, **attributes))


def answerable(*parts: str, **attributes: str) -> None:
    check_answerable(take_request(asking(*parts, **attributes)))


# --- version --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "second"),
    [
        ("1.0", names.STATUS_VERSION_TOO_LOW),
        ("1.1", names.STATUS_VERSION_TOO_LOW),
        ("", names.STATUS_VERSION_TOO_LOW),
        ("2.1", names.STATUS_VERSION_TOO_HIGH),
        ("3.0", names.STATUS_VERSION_TOO_HIGH),
        ("20", names.STATUS_VERSION_TOO_HIGH),
        (" 2.0", names.STATUS_VERSION_TOO_HIGH),
    ],
)
def test_only_version_two_is_spoken(version: str, second: str) -> None:
    """``check_version`` runs before anything else is read."""
    take_request(posted(authn_request(version="2.0")))
    with pytest.raises(WrongVersionError) as refusal:
        take_request(posted(authn_request(version=version)))
    assert refusal.value.status == names.STATUS_VERSION_MISMATCH
    assert refusal.value.second_status == second


# --- what we do not do ----------------------------------------------------------------

SUBJECT = "<saml:Subject><saml:NameID>x</saml:NameID></saml:Subject>"
CONDITIONS = "<saml:Conditions/>"
DECLARED = (
    "<samlp:RequestedAuthnContext><saml:AuthnContextDeclRef>urn:x"
    "</saml:AuthnContextDeclRef></samlp:RequestedAuthnContext>"
)
SIGN_MESSAGE = (
    '<samlp:Extensions><csig:SignMessage xmlns:csig="http://id.elegnamnden.se/csig/1.1'
    '/dss-ext/ns"><csig:Message>eA==</csig:Message></csig:SignMessage>'
    "</samlp:Extensions>"
)


@pytest.mark.parametrize("part", [SUBJECT, CONDITIONS, DECLARED, SIGN_MESSAGE])
def test_what_we_do_not_do_is_refused_and_never_ignored(part: str) -> None:
    answerable()
    with pytest.raises(UnsupportedRequestError) as refusal:
        answerable(part)
    assert refusal.value.status == names.STATUS_REQUESTER
    assert refusal.value.second_status == names.STATUS_REQUEST_UNSUPPORTED


def test_other_extensions_are_ignored() -> None:
    answerable('<samlp:Extensions><x:y xmlns:x="urn:x"/></samlp:Extensions>')


# --- name identifiers -----------------------------------------------------------------


@pytest.mark.parametrize(
    "policy",
    [
        "",
        "<samlp:NameIDPolicy/>",
        f'<samlp:NameIDPolicy Format="{names.NAMEID_TRANSIENT}"/>',
        f'<samlp:NameIDPolicy Format="{names.NAMEID_PERSISTENT}" AllowCreate="true"/>',
        f'<samlp:NameIDPolicy Format="{names.NAMEID_UNSPECIFIED}"/>',
        f'<samlp:NameIDPolicy SPNameQualifier="{SP}"/>',
    ],
)
def test_a_name_identifier_that_we_issue_may_be_asked_for(policy: str) -> None:
    answerable(policy)


@pytest.mark.parametrize(
    "policy",
    [
        'Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"',
        'Format="urn:oasis:names:tc:SAML:2.0:nameid-format:encrypted"',
        f'Format="{names.NAMEID_PERSISTENT}x"',
        'Format=""',
        f'SPNameQualifier="{OTHER_SP}"',
        f'Format="{names.NAMEID_PERSISTENT}" SPNameQualifier="{OTHER_SP}"',
        'SPNameQualifier=""',
    ],
)
def test_any_other_name_identifier_is_refused(policy: str) -> None:
    with pytest.raises(NameIdPolicyError) as refusal:
        answerable(f"<samlp:NameIDPolicy {policy}/>")
    assert refusal.value.second_status == names.STATUS_INVALID_NAMEID_POLICY


def test_the_format_that_was_asked_for_is_issued(bridge: Bridge) -> None:
    for number, wanted in enumerate([names.NAMEID_TRANSIENT, names.NAMEID_PERSISTENT]):
        policy = f'<samlp:NameIDPolicy Format="{wanted}"/>'
        asked = bridge.ask(posted(authn_request(policy, id=f"_{number}")))
        found = issued(bridge.finish(asked)).find(".//{*}NameID")
        assert found.get("Format") == wanted


# --- passive and forced ---------------------------------------------------------------


def test_a_passive_request_shows_nobody_a_page(bridge: Bridge) -> None:
    asked = bridge.ask(asking(IsPassive="true", id="_one"))
    assert sent_xml(asked.outbound).get("IsPassive") == "true"
    bridge.configure(upstream=[SITHS, ACCOUNT])
    bridge.begin(asking(IsPassive="false", id="_two"))
    with pytest.raises(PassiveError) as refusal:
        bridge.begin(asking(IsPassive="true", id="_three"))
    assert refusal.value.second_status == names.STATUS_NO_PASSIVE


@pytest.mark.parametrize(
    ("written", "meant"), [("true", "true"), ("1", "true"), ("0", "false")]
)
def test_a_forced_login_is_passed_on(bridge: Bridge, written: str, meant: str) -> None:
    asked = bridge.ask(asking(ForceAuthn=written))
    assert sent_xml(asked.outbound).get("ForceAuthn") == meant


def test_a_forced_login_is_proved(bridge: Bridge) -> None:
    """By the identity provider's ``AuthnInstant``, which lies after our question."""
    old = authn(instant=NOW - timedelta(hours=1))
    relaxed = bridge.ask(asking(ForceAuthn="false", id="_relaxed"))
    bridge.finish(relaxed, answer_to(relaxed, statement=old))
    forced = bridge.ask(asking(ForceAuthn="true", id="_forced"))
    with pytest.raises(StaleAuthenticationError):
        bridge.finish(forced, answer_to(forced, statement=old))
    bridge.finish(forced)


@pytest.mark.parametrize("name", ["ForceAuthn", "IsPassive"])
@pytest.mark.parametrize("value", ["yes", "TRUE", "2", ""])
def test_a_truth_value_is_one(name: str, value: str) -> None:
    take_request(asking(**{name: "false"}))
    with pytest.raises(UnreadableMessageError):
        take_request(asking(**{name: value}))


# --- levels ---------------------------------------------------------------------------


def test_the_levels_are_read_as_they_were_written() -> None:
    request = take_request(asking(requested_levels(LOA3, "urn:x"))).request
    assert request.levels == (LOA3, "urn:x")
    assert request.comparison is Comparison.EXACT
    minimum = take_request(asking(requested_levels(LOA2, comparison="minimum"))).request
    assert minimum.comparison is Comparison.MINIMUM


@pytest.mark.parametrize("comparison", ["atleast", "EXACT", "None"])
def test_an_unknown_comparison_is_refused(comparison: str) -> None:
    with pytest.raises(UnreadableMessageError):
        take_request(asking(requested_levels(LOA3, comparison=comparison)))


@pytest.mark.parametrize(
    ("levels", "comparison", "asked"),
    [
        ((LOA3,), "exact", [LOA3]),
        ((LOA3, LOA2), None, [LOA3, LOA2]),
        ((LOA2,), "minimum", [LOA2, LOA3]),
        ((LOA2,), "better", [LOA3]),
        ((LOA2,), "maximum", [LOA2]),
        ((names.LOA_UNCERTIFIED_3,), "exact", [LOA3]),
        ((LOA3, "urn:unknown"), "exact", [LOA3]),
    ],
)
def test_only_fitting_levels_are_asked_for_upstream(
    bridge: Bridge, levels: tuple[str, ...], comparison: str | None, asked: list[str]
) -> None:
    """And always as ``exact``: Inera understands nothing else."""
    sent = bridge.ask(asking(requested_levels(*levels, comparison=comparison)))
    context = sent_xml(sent.outbound).find("{*}RequestedAuthnContext")
    assert context.get("Comparison") == "exact"
    assert [each.text for each in context] == asked


@pytest.mark.parametrize(
    ("levels", "comparison"),
    [
        (("urn:unknown",), "exact"),
        (("http://id.elegnamnden.se/loa/1.0/loa3",), "exact"),
        (("http://id.sambi.se/loa/loa4",), "exact"),
        (("http://id.sambi.se/loa/loa4",), "minimum"),
        ((LOA3,), "better"),
        ((LOA3.upper(),), "exact"),
    ],
)
def test_a_level_that_nobody_reaches_is_refused(
    bridge: Bridge, levels: tuple[str, ...], comparison: str
) -> None:
    bridge.begin(asking(requested_levels(LOA3), id="_good"))
    with pytest.raises(AuthnContextError) as refusal:
        bridge.begin(asking(requested_levels(*levels, comparison=comparison)))
    assert refusal.value.second_status == names.STATUS_NO_AUTHN_CONTEXT


# --- RelayState -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "state", ["x" * 80, "å" * 40, "<b>&'\"", "https://evil.example"]
)
def test_relay_state_comes_back_as_it_was(bridge: Bridge, state: str) -> None:
    asked = bridge.ask(posted(authn_request(), relay_state=state))
    assert dict(bridge.finish(asked).fields)["RelayState"] == state


@pytest.mark.parametrize("state", ["x" * 81, "å" * 40 + "x", "x" * 10_000])
def test_a_long_relay_state_is_refused(state: str) -> None:
    with pytest.raises(LongRelayStateError):
        take_request(posted(authn_request(), relay_state=state))
    with pytest.raises(LongRelayStateError):
        take_request(redirected(relay_state=state, by=sp_key()))


def test_a_form_has_each_field_once() -> None:
    message = encoded(authn_request())
    take_request(decode_post([message], ["one"]))
    for messages, states in (([message] * 2, []), ([], []), ([message], ["a", "b"])):
        with pytest.raises(UnreadableMessageError):
            decode_post(messages, states)


# --- attributes -----------------------------------------------------------------------


def with_sets(bridge: Bridge, *sets: AttributeService) -> Bridge:
    bridge.parties.sps[SP] = service_provider(attribute_services=sets)
    return bridge


GIVEN_NAME = RequestedAttribute(name=names.ATTR_GIVEN_NAME, is_required=True)


def test_an_index_chooses_the_attributes(bridge: Bridge) -> None:
    with_sets(bridge, AttributeService(index=7, requested=(GIVEN_NAME,)))
    asked = bridge.ask(asking(AttributeConsumingServiceIndex="7"))
    found = issued(bridge.finish(asked)).findall(".//{*}Attribute")
    assert [each.get("Name") for each in found] == [names.ATTR_GIVEN_NAME]


def test_an_index_that_is_not_there_is_an_error(bridge: Bridge) -> None:
    with_sets(bridge, AttributeService(index=7, requested=(GIVEN_NAME,)))
    bridge.ask(asking(AttributeConsumingServiceIndex="7", id="_there"))
    with pytest.raises(UnsupportedRequestError):
        bridge.begin(asking(AttributeConsumingServiceIndex="8"))


@pytest.mark.parametrize("index", ["x", "-1", "", "9" * 6])
def test_an_index_is_a_number(index: str) -> None:
    with pytest.raises(UnreadableMessageError):
        take_request(asking(AttributeConsumingServiceIndex=index))


def test_a_required_attribute_that_nobody_has_is_an_error(bridge: Bridge) -> None:
    wanted = RequestedAttribute(name="urn:nobody:has:this")
    optional = AttributeService(index=1, requested=(GIVEN_NAME, wanted))
    with_sets(bridge, optional)
    bridge.finish(bridge.ask(asking(id="_optional")))
    required = RequestedAttribute(name="urn:nobody:has:this", is_required=True)
    with_sets(bridge, AttributeService(index=1, requested=(required,)))
    with pytest.raises(MissingAttributeError):
        bridge.begin(asking(id="_required"))


# --- errors that an e-tjanst is told --------------------------------------------------


@pytest.mark.parametrize(
    "send",
    [
        posted,
        redirected,
        lambda xml: posted(signed_request(xml)),
        lambda xml: redirected(xml, by=sp_key()),
    ],
    ids=["post", "redirect", "signed post", "signed redirect"],
)
@pytest.mark.parametrize(
    ("part", "error"),
    [
        (SUBJECT, UnsupportedRequestError),
        ('<samlp:NameIDPolicy Format="urn:x"/>', NameIdPolicyError),
        (scoping(proxy_count="0"), ProxyCountError),
    ],
)
def test_a_rule_holds_in_every_binding(
    send: Callable[[str], InboundMessage], part: str, error: type[BridgeError]
) -> None:
    check_answerable(take_request(send(authn_request())))
    with pytest.raises(error):
        check_answerable(take_request(send(authn_request(part))))
