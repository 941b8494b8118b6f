"""Every row of the table of statuses, in both directions.

What an e-tjänst is told must be a status that SAML core 3.2.2.2 or the Swedish eID
framework knows, whatever an identity provider or an attacker in its place answers.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from idp_bridge import errors
from idp_bridge.errors import BridgeError, Fault, UpstreamError
from idp_bridge.login import answer
from metadata import names
from tests.support.saml.logins import Bridge, issued, make_bridge
from tests.support.saml.responses import response
from tests.support.saml.world import take_response

CORE = "urn:oasis:names:tc:SAML:2.0:status:"
REQUESTER, RESPONDER = CORE + "Requester", CORE + "Responder"
MISMATCH = CORE + "VersionMismatch"
CANCEL = "http://id.elegnamnden.se/status/1.0/cancel"
FRAUD = "http://id.elegnamnden.se/status/1.0/fraud"
POSSIBLE_FRAUD = "http://id.elegnamnden.se/status/1.0/possibleFraud"
SECOND_OF_CORE = [
    CORE + name
    for name in (
        "AuthnFailed",
        "InvalidAttrNameOrValue",
        "InvalidNameIDPolicy",
        "NoAuthnContext",
        "NoAvailableIDP",
        "NoPassive",
        "NoSupportedIDP",
        "ProxyCountExceeded",
        "RequestDenied",
        "RequestUnsupported",
        "RequestVersionDeprecated",
        "RequestVersionTooHigh",
        "RequestVersionTooLow",
        "ResourceNotRecognized",
        "TooManyResponses",
        "UnknownAttrProfile",
        "UnknownPrincipal",
        "UnsupportedBinding",
    )
]

TOLD: dict[str, tuple[str, str | None]] = {
    "LoginCancelledError": (RESPONDER, CANCEL),
    "PossibleFraudError": (RESPONDER, POSSIBLE_FRAUD),
    "FraudError": (RESPONDER, FRAUD),
    "AuthnContextError": (REQUESTER, CORE + "NoAuthnContext"),
    "PassiveError": (RESPONDER, CORE + "NoPassive"),
    "NameIdPolicyError": (REQUESTER, CORE + "InvalidNameIDPolicy"),
    "NoPermissionError": (RESPONDER, CORE + "RequestDenied"),
    "NoAgreementError": (RESPONDER, CORE + "RequestDenied"),
    "UnknownPersonError": (RESPONDER, CORE + "RequestDenied"),
    "InactivePersonError": (RESPONDER, CORE + "RequestDenied"),
    "WrongOrganisationError": (RESPONDER, CORE + "RequestDenied"),
    "InactiveOrganisationError": (RESPONDER, CORE + "RequestDenied"),
    "ServiceClosedError": (RESPONDER, CORE + "RequestDenied"),
    "WrongPrincipalError": (RESPONDER, CORE + "UnknownPrincipal"),
    "StaleAuthenticationError": (RESPONDER, CORE + "AuthnFailed"),
    "MissingAttributeError": (RESPONDER, CORE + "AuthnFailed"),
    "ProxyCountError": (RESPONDER, CORE + "ProxyCountExceeded"),
    "UnsupportedIdpError": (RESPONDER, CORE + "NoSupportedIDP"),
    "UnavailableIdpError": (RESPONDER, CORE + "NoAvailableIDP"),
    "UnsupportedRequestError": (REQUESTER, CORE + "RequestUnsupported"),
    "MisconfiguredError": (RESPONDER, None),
    "StoreUnavailableError": (RESPONDER, None),
    "LoopError": (RESPONDER, None),
}


@pytest.fixture
def bridge(tmp_path: Path) -> Bridge:
    return make_bridge(tmp_path)


def codes_of(told: BridgeError, bridge: Bridge) -> list[str | None]:
    """Read the statuses in the Response that the person's button posts."""
    request = bridge.begin().pending.request
    xml = issued(answer.error_to_sp(told, request, bridge.parts))
    assert xml.find(".//{*}Assertion") is None
    assert xml.find("{*}Signature") is not None
    return [each.get("Value") for each in xml.iter("{*}StatusCode")]


@pytest.mark.parametrize("name", TOLD)
def test_an_e_tjanst_is_told_what_happened(bridge: Bridge, name: str) -> None:
    top, second = TOLD[name]
    error = getattr(errors, name)("why")
    assert codes_of(error, bridge) == [top, *([second] if second else [])]


def every_error(base: type[BridgeError] = BridgeError) -> Iterator[type[BridgeError]]:
    for each in base.__subclasses__():
        yield each
        yield from every_error(each)


def test_no_error_has_a_status_that_nobody_knows() -> None:
    known = {None, CANCEL, FRAUD, POSSIBLE_FRAUD, *SECOND_OF_CORE}
    for each in every_error():
        if each is not UpstreamError:
            assert each.status in {REQUESTER, RESPONDER, MISMATCH}, each
            assert each.second_status in known, each


def test_a_fault_of_ours_says_nothing_about_the_person() -> None:
    ours = [each for each in every_error() if each.fault is Fault.OURS]
    assert len(ours) >= 2
    assert {(each.status, each.second_status) for each in ours} == {(RESPONDER, None)}


# --- from upstream --------------------------------------------------------------------


@pytest.mark.parametrize("top", [REQUESTER, RESPONDER])
@pytest.mark.parametrize("second", SECOND_OF_CORE)
def test_a_status_of_core_is_passed_on(bridge: Bridge, top: str, second: str) -> None:
    with pytest.raises(BridgeError) as refusal:
        take_response(response(status=top, second_status=second))
    expected = REQUESTER if second == names.STATUS_NO_AUTHN_CONTEXT else top
    assert codes_of(refusal.value, bridge) == [expected, second]


@pytest.mark.parametrize("top", [REQUESTER, RESPONDER])
@pytest.mark.parametrize("second", [CANCEL, FRAUD, POSSIBLE_FRAUD])
def test_a_status_of_the_swedish_framework_is_the_responders(
    bridge: Bridge, top: str, second: str
) -> None:
    with pytest.raises(BridgeError) as refusal:
        take_response(response(status=top, second_status=second))
    assert codes_of(refusal.value, bridge) == [RESPONDER, second]


@pytest.mark.parametrize(
    ("status", "second", "told"),
    [
        (RESPONDER, None, [RESPONDER, CORE + "AuthnFailed"]),
        (REQUESTER, "urn:their:own", [REQUESTER, CORE + "AuthnFailed"]),
        ("urn:their:own", None, [RESPONDER, CORE + "AuthnFailed"]),
        (CORE + "PartialLogout", None, [RESPONDER, CORE + "AuthnFailed"]),
        (RESPONDER, CORE + "PartialLogout", [RESPONDER, CORE + "AuthnFailed"]),
        (RESPONDER, CORE + "Success", [RESPONDER, CORE + "AuthnFailed"]),
        (CANCEL, None, [RESPONDER, CORE + "AuthnFailed"]),
        (
            MISMATCH,
            CORE + "RequestVersionTooHigh",
            [MISMATCH, CORE + "RequestVersionTooHigh"],
        ),
    ],
)
def test_what_nobody_knows_is_a_failed_authentication(
    bridge: Bridge, status: str, second: str | None, told: list[str]
) -> None:
    with pytest.raises(BridgeError) as refusal:
        take_response(response(status=status, second_status=second))
    assert codes_of(refusal.value, bridge) == told
