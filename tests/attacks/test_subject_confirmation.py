"""An assertion about somebody who is not the one who brings it."""

from datetime import timedelta

import pytest

from idp_bridge.errors import BadAssertionError, WrongSubjectError
from metadata import names
from tests.support.clock import NOW
from tests.support.saml.responses import (
    assertion,
    bearer,
    confirmation,
    response,
    subject,
)
from tests.support.saml.signing import signed
from tests.support.saml.world import take_response

METHOD = "urn:oasis:names:tc:SAML:2.0:cm:"
OTHER_METHODS = [METHOD + "sender-vouches", METHOD + "holder-of-key", "", "urn:x"]


def about(subject_xml: str) -> str:
    return response(signed(assertion(subject=subject_xml)))


def test_one_good_bearer_confirmation_is_enough() -> None:
    take_response(about(bearer()))
    take_response(about(subject(confirmation(method=OTHER_METHODS[0]), confirmation())))
    take_response(about(subject(confirmation(), confirmation(recipient="urn:x"))))


@pytest.mark.parametrize("method", OTHER_METHODS)
def test_another_method_is_refused(method: str) -> None:
    with pytest.raises(WrongSubjectError):
        take_response(about(bearer(method=method)))


def test_a_subject_is_confirmed() -> None:
    with pytest.raises(WrongSubjectError):
        take_response(about(subject()))
    with pytest.raises(WrongSubjectError):
        take_response(about(" "))


def test_a_confirmation_has_data() -> None:
    bare = f'<saml2:SubjectConfirmation Method="{names.CONFIRMATION_BEARER}"/>'
    with pytest.raises(WrongSubjectError):
        take_response(about(subject(bare)))


@pytest.mark.parametrize("moment", [NOW - timedelta(hours=1), NOW])
def test_a_bearer_confirmation_has_no_beginning(moment: object) -> None:
    """Profiles 4.1.4.2."""
    with pytest.raises(WrongSubjectError):
        take_response(about(bearer(not_before=moment)))  # type: ignore[arg-type]


def test_one_confirmation_fulfils_everything() -> None:
    """Two that each fulfil one half do not make a whole."""
    halves = (
        confirmation(recipient="https://other.example.se/acs"),
        confirmation(in_response_to="_other"),
        confirmation(not_on_or_after=NOW - timedelta(hours=1)),
        confirmation(method=OTHER_METHODS[1]),
    )
    take_response(about(subject(*halves, confirmation())))
    with pytest.raises(WrongSubjectError):
        take_response(about(subject(*halves)))


def test_there_is_one_subject() -> None:
    with pytest.raises(BadAssertionError):
        take_response(about(bearer() + bearer()))


def test_a_name_is_not_needed_and_never_identifies() -> None:
    nameless = bearer().replace("9f4e2a6b-transient", "")
    assert take_response(about(nameless)).name_id is None
