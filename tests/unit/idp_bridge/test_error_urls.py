"""People are sent where they get help, with what happened and nothing about them."""

import pytest

from idp_bridge.error_urls import OUR_QUERY, ErrorUrlCode, Happened, code_of, filled
from idp_bridge.errors import (
    AuthnContextError,
    BadAttributeError,
    BridgeError,
    MissingAttributeError,
    NoPermissionError,
    StaleAuthenticationError,
    UnreadableMessageError,
    UpstreamError,
)
from metadata import names
from tests.support.clock import NOW
from tests.support.saml.world import OUR_SP

FAILED = UpstreamError(status=names.STATUS_RESPONDER, second_status=None)


def happened(error: BridgeError = FAILED, entity_id: str = OUR_SP) -> Happened:
    return Happened(
        error=error, moment=NOW, our_entity_id=entity_id, error_id="BCDFG2345"
    )


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (BadAttributeError("x"), ErrorUrlCode.IDENTIFICATION),
        (MissingAttributeError("x"), ErrorUrlCode.IDENTIFICATION),
        (AuthnContextError("x"), ErrorUrlCode.AUTHENTICATION),
        (StaleAuthenticationError("x"), ErrorUrlCode.AUTHENTICATION),
        (NoPermissionError("x"), ErrorUrlCode.AUTHORIZATION),
        (UnreadableMessageError("x"), ErrorUrlCode.OTHER),
        (FAILED, ErrorUrlCode.OTHER),
    ],
)
def test_each_error_has_a_code_of_the_specification(
    error: BridgeError, code: ErrorUrlCode
) -> None:
    assert code_of(error) is code


def test_every_placeholder_is_filled_in() -> None:
    address = filled(f"https://idp.example.se/help?{OUR_QUERY}", happened())
    assert address == (
        "https://idp.example.se/help?code=OTHER_ERROR"
        f"&ts={int(NOW.timestamp())}&rp=https%3A%2F%2Fbridge.example.se%2Fsaml%2Fsp"
        "&tid=BCDFG2345&ctx=upstream-failed"
    )


def test_an_address_without_placeholders_stays_as_it_is() -> None:
    assert filled("https://idp.example.se/?a=b", happened()) == (
        "https://idp.example.se/?a=b"
    )


def test_a_value_cannot_become_part_of_the_address() -> None:
    odd = happened(entity_id='urn:x&y=ERRORURL_TID"><b> #')
    address = filled("https://idp.example.se/?rp=ERRORURL_RP&tid=ERRORURL_TID", odd)
    assert address == (
        "https://idp.example.se/?rp=urn%3Ax%26y%3DERRORURL_TID%22%3E%3Cb%3E%20%23"
        "&tid=BCDFG2345"
    )
