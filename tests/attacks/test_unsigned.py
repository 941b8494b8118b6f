"""A message without a signature where there must be one."""

import pytest

from idp_bridge.errors import BadSignatureError, WrongDestinationError
from tests.support.saml.encrypting import encrypted
from tests.support.saml.requests import (
    authn_request,
    posted,
    redirected,
    signed_request,
)
from tests.support.saml.responses import (
    assertion,
    good,
    good_response_signed,
    response,
)
from tests.support.saml.signing import signed, without_signature
from tests.support.saml.world import (
    service_provider,
    sp_key,
    take_request,
    take_response,
)


@pytest.mark.parametrize(
    "message",
    [
        good(),
        good_response_signed(),
        signed(good()),
        response(encrypted(signed(assertion()))),
        signed(response(encrypted(assertion()))),
        signed(response(encrypted(signed(assertion())))),
    ],
)
def test_a_signature_on_the_assertion_or_around_it_is_enough(message: str) -> None:
    take_response(message)


@pytest.mark.parametrize(
    "message",
    [
        without_signature(good()),
        without_signature(good_response_signed()),
        response(encrypted(assertion())),
    ],
)
def test_a_response_that_nobody_signed_is_refused(message: str) -> None:
    with pytest.raises(BadSignatureError):
        take_response(message)


def test_both_signatures_are_checked_if_both_are_there() -> None:
    broken = signed(assertion()).replace("asa@example.se", "eve@example.se")
    with pytest.raises(BadSignatureError):
        take_response(signed(response(broken)))
    with pytest.raises(BadSignatureError):
        take_response(signed(good()).replace("_response-1", "_response-2"))


def test_a_signed_response_says_where_it_goes() -> None:
    """An unsigned one may leave it out: nobody could believe it anyway."""
    take_response(response(signed(assertion()), destination=None))
    with pytest.raises(WrongDestinationError):
        take_response(signed(response(assertion(), destination=None)))


# --- requests -------------------------------------------------------------------------


def test_an_sp_that_does_not_sign_need_not_sign() -> None:
    take_request(posted(authn_request()))
    take_request(redirected())


def test_an_sp_that_says_it_signs_must_sign() -> None:
    """``AuthnRequestsSigned`` in its metadata."""
    signs = service_provider(signs_requests=True)
    take_request(posted(signed_request()), sp=signs)
    take_request(redirected(by=sp_key()), sp=signs)
    for unsigned in (posted(authn_request()), redirected()):
        with pytest.raises(BadSignatureError):
            take_request(unsigned, sp=signs)


def test_our_policy_can_demand_a_signature() -> None:
    take_request(posted(signed_request()), policy_demands_signature=True)
    with pytest.raises(BadSignatureError):
        take_request(posted(authn_request()), policy_demands_signature=True)


def test_a_signature_that_nobody_demanded_is_checked_all_the_same() -> None:
    changed = signed_request().replace("_request-1", "_request-2")
    with pytest.raises(BadSignatureError):
        take_request(posted(changed))


def test_an_sp_without_keys_cannot_sign() -> None:
    keyless = service_provider(signing_keys=())
    take_request(posted(authn_request()), sp=keyless)
    with pytest.raises(BadSignatureError):
        take_request(posted(signed_request()), sp=keyless)


def test_a_signed_request_says_where_it_goes() -> None:
    nowhere = authn_request(destination=None)
    take_request(posted(nowhere))
    for signed_one in (
        posted(signed_request(nowhere)),
        redirected(nowhere, by=sp_key()),
    ):
        with pytest.raises(WrongDestinationError):
            take_request(signed_one)
