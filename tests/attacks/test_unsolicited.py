"""A Response that nobody asked for, or that answers somebody else's request."""

import pytest

from idp_bridge.errors import (
    LoginLostError,
    UnknownRequestError,
    UnsolicitedError,
    WrongSubjectError,
)
from idp_bridge.login.pending import login_id_of, new_request_id
from tests.support.saml.responses import assertion, bearer, response
from tests.support.saml.signing import signed
from tests.support.saml.world import LOGIN_ID, REQUEST_ID, take_response

OTHER_REQUEST = REQUEST_ID[:-1] + "e"


def test_an_answer_to_our_request_passes() -> None:
    take_response(response(signed(assertion()), in_response_to=REQUEST_ID))


@pytest.mark.parametrize("sign_all", [False, True])
@pytest.mark.parametrize("missing", [None, ""])
def test_a_response_that_nobody_asked_for_is_refused(
    missing: str | None, *, sign_all: bool
) -> None:
    xml = response(signed(assertion()), in_response_to=missing)
    with pytest.raises(UnsolicitedError):
        take_response(signed(xml) if sign_all else xml)


@pytest.mark.parametrize("other", [OTHER_REQUEST, REQUEST_ID + " ", REQUEST_ID.upper()])
def test_an_answer_to_another_request_is_refused(other: str) -> None:
    with pytest.raises(UnknownRequestError):
        take_response(response(signed(assertion()), in_response_to=other))


@pytest.mark.parametrize("other", [OTHER_REQUEST, None, "", REQUEST_ID + " "])
def test_an_assertion_for_another_request_is_refused(other: str | None) -> None:
    """What stands on the Response around it is not signed and proves nothing."""
    confirmed = assertion(subject=bearer(in_response_to=other))
    with pytest.raises(WrongSubjectError):
        take_response(response(signed(confirmed), in_response_to=REQUEST_ID))


def test_our_own_ids_lead_back_to_their_login() -> None:
    assert login_id_of(new_request_id(LOGIN_ID)) == LOGIN_ID


@pytest.mark.parametrize(
    "foreign",
    ["_x", LOGIN_ID, f"_{LOGIN_ID}", REQUEST_ID + "0", "../" + REQUEST_ID, "\u0661"],
)
def test_an_id_that_we_never_made_is_lost(foreign: str) -> None:
    with pytest.raises(LoginLostError):
        login_id_of(foreign)
