"""A message that was sent to another address, forwarded to us."""

import pytest

from idp_bridge.errors import WrongDestinationError, WrongSubjectError
from tests.support.saml.requests import (
    authn_request,
    posted,
    redirected,
    signed_request,
)
from tests.support.saml.responses import assertion, bearer, good, response
from tests.support.saml.signing import signed
from tests.support.saml.world import (
    ACS,
    SSO,
    sp_key,
    take_request,
    take_response,
)

LOOK_ALIKES = [
    "https://other.example.se/acs",
    "https://bridge.example.se.evil.example/saml/sp/acs",
    "https://bridge.example.se@evil.example/saml/sp/acs",
    "http://bridge.example.se/saml/sp/acs",
    "https://bridge.example.se:443/saml/sp/acs",
    "https://BRIDGE.example.se/saml/sp/acs",
    f"{ACS}/",
    f"{ACS}?x",
    f"{ACS}#x",
    "",
]


@pytest.mark.parametrize("address", LOOK_ALIKES)
def test_a_response_for_another_address_is_refused(address: str) -> None:
    take_response(response(signed(assertion()), destination=ACS))
    with pytest.raises(WrongDestinationError):
        take_response(response(signed(assertion()), destination=address))
    with pytest.raises(WrongDestinationError):
        take_response(signed(response(assertion(), destination=address)))


@pytest.mark.parametrize("address", LOOK_ALIKES)
def test_an_assertion_for_another_recipient_is_refused(address: str) -> None:
    take_response(response(signed(assertion(subject=bearer(recipient=ACS)))))
    with pytest.raises(WrongSubjectError):
        take_response(response(signed(assertion(subject=bearer(recipient=address)))))


def test_an_assertion_names_its_recipient() -> None:
    take_response(good())
    with pytest.raises(WrongSubjectError):
        take_response(response(signed(assertion(subject=bearer(recipient=None)))))


@pytest.mark.parametrize(
    "address", ["https://other-idp.example.se/sso", SSO + "/", SSO.upper(), ""]
)
def test_a_request_for_another_endpoint_is_refused(address: str) -> None:
    xml = authn_request(destination=address)
    take_request(posted(authn_request(destination=SSO)))
    for message in (
        posted(xml),
        posted(signed_request(xml)),
        redirected(xml, by=sp_key()),
    ):
        with pytest.raises(WrongDestinationError):
            take_request(message)
