"""A Response that is not a success, or pretends to be one."""

import pytest

from idp_bridge.errors import (
    AuthnContextError,
    BadSignatureError,
    BridgeError,
    FraudError,
    LoginCancelledError,
    PossibleFraudError,
    UpstreamError,
)
from metadata import names
from tests.support.keys import rsa_key
from tests.support.saml.responses import (
    assertion,
    response,
    status_element,
)
from tests.support.saml.signing import signed
from tests.support.saml.world import take_response

REQUESTER, RESPONDER = names.STATUS_REQUESTER, names.STATUS_RESPONDER


def test_success_passes() -> None:
    take_response(response(signed(assertion()), status=names.STATUS_SUCCESS))


@pytest.mark.parametrize(
    "status",
    [
        RESPONDER,
        "urn:x",
        "",
        names.STATUS_SUCCESS + " ",
        names.STATUS_SUCCESS.lower(),
        names.STATUS_PROXY_COUNT_EXCEEDED,
    ],
)
@pytest.mark.parametrize("second", [None, names.STATUS_SUCCESS])
def test_an_assertion_in_a_failure_is_not_looked_at(
    status: str, second: str | None
) -> None:
    xml = response(signed(assertion()), status=status, second_status=second)
    for message in (xml, signed(xml)):
        with pytest.raises(UpstreamError):
            take_response(message)


def test_a_response_without_a_status_is_no_success() -> None:
    xml = response(signed(assertion()))
    with pytest.raises(UpstreamError):
        take_response(xml.replace(status_element(names.STATUS_SUCCESS), ""))
    empty = "<saml2p:Status/>"
    with pytest.raises(UpstreamError):
        take_response(xml.replace(status_element(names.STATUS_SUCCESS), empty))


@pytest.mark.parametrize(
    ("second", "error"),
    [
        (names.STATUS_CANCEL, LoginCancelledError),
        (names.STATUS_FRAUD, FraudError),
        (names.STATUS_POSSIBLE_FRAUD, PossibleFraudError),
        (names.STATUS_NO_AUTHN_CONTEXT, AuthnContextError),
    ],
)
def test_what_people_should_know_has_an_error_of_its_own(
    second: str, error: type[BridgeError]
) -> None:
    with pytest.raises(error) as refusal:
        take_response(response(status=RESPONDER, second_status=second))
    assert type(refusal.value) is error
    assert refusal.value.second_status == second


@pytest.mark.parametrize(
    ("status", "second", "told"),
    [
        (REQUESTER, names.STATUS_NO_PASSIVE, (REQUESTER, names.STATUS_NO_PASSIVE)),
        (
            RESPONDER,
            names.STATUS_UNKNOWN_PRINCIPAL,
            (RESPONDER, names.STATUS_UNKNOWN_PRINCIPAL),
        ),
        (
            names.STATUS_VERSION_MISMATCH,
            None,
            (names.STATUS_VERSION_MISMATCH, names.STATUS_AUTHN_FAILED),
        ),
        (RESPONDER, None, (RESPONDER, names.STATUS_AUTHN_FAILED)),
        (RESPONDER, "urn:their:own", (RESPONDER, names.STATUS_AUTHN_FAILED)),
        ("urn:their:own", None, (RESPONDER, names.STATUS_AUTHN_FAILED)),
        (
            RESPONDER,
            "<b>".replace("<", "&lt;"),
            (RESPONDER, names.STATUS_AUTHN_FAILED),
        ),
    ],
)
def test_a_status_is_passed_on_when_everybody_knows_it(
    status: str, second: str | None, told: tuple[str, str]
) -> None:
    with pytest.raises(UpstreamError) as refusal:
        take_response(response(status=status, second_status=second))
    assert (refusal.value.status, refusal.value.second_status) == told


def test_a_failure_needs_no_signature_but_a_signature_must_be_right() -> None:
    failure = response(status=RESPONDER, second_status=names.STATUS_CANCEL)
    for message in (failure, signed(failure)):
        with pytest.raises(LoginCancelledError):
            take_response(message)
    with pytest.raises(BadSignatureError):
        take_response(signed(failure, by=rsa_key("stranger")))
