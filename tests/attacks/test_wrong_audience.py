"""An assertion for another service, presented to us."""

import pytest

from idp_bridge.errors import WrongAudienceError
from tests.support.saml.responses import (
    OIDC_CLIENT,
    assertion,
    audience_restriction,
    held,
    response,
)
from tests.support.saml.signing import signed
from tests.support.saml.world import IDP, OUR_IDP, OUR_SP, SP, take_response


def addressed_to(*audiences: str) -> str:
    return response(signed(assertion(conditions=held(audiences=audiences))))


@pytest.mark.parametrize(
    "audiences", [(OUR_SP,), (OUR_SP, IDP, OIDC_CLIENT), (IDP, OIDC_CLIENT, OUR_SP)]
)
def test_one_of_several_audiences_is_us(audiences: tuple[str, ...]) -> None:
    take_response(addressed_to(*audiences))


@pytest.mark.parametrize(
    "audience",
    [
        "https://other.example.se/sp",
        SP,
        OUR_IDP,
        IDP,
        OUR_SP + "/",
        OUR_SP.upper(),
        OUR_SP[:-1],
        f"{OUR_SP} {OUR_SP}",
        "",
        OUR_SP.replace("e", "\u0435", 1),
    ],
)
def test_an_assertion_for_another_service_is_refused(audience: str) -> None:
    take_response(addressed_to(OUR_SP))
    with pytest.raises(WrongAudienceError):
        take_response(addressed_to(audience))


def test_an_assertion_for_nobody_in_particular_is_refused() -> None:
    with pytest.raises(WrongAudienceError):
        take_response(addressed_to())
    empty = held("<saml2:AudienceRestriction/>", audiences=())
    with pytest.raises(WrongAudienceError):
        take_response(response(signed(assertion(conditions=empty))))


def test_every_restriction_names_us() -> None:
    def also_for(*audiences: str) -> str:
        second = audience_restriction(*audiences)
        return response(signed(assertion(conditions=held(second))))

    take_response(also_for(OUR_SP))
    with pytest.raises(WrongAudienceError):
        take_response(also_for("https://other.example.se/sp"))
