"""A signed element is moved aside and a false one put in its place."""

import re
from collections.abc import Callable

import pytest

from idp_bridge.errors import (
    BadAssertionError,
    BadSignatureError,
    BridgeError,
    UnreadableMessageError,
)
from metadata import errors as metadata_errors
from metadata import safe_xml, signatures
from tests.support.saml import wrapping
from tests.support.saml.encrypting import encrypted
from tests.support.saml.requests import (
    authn_request,
    posted,
    signed_request,
)
from tests.support.saml.responses import (
    ASSERTION_ID,
    HSA_ID,
    RESPONSE_ID,
    assertion,
    good,
    good_response_signed,
    person,
    response,
)
from tests.support.saml.signing import signature_of, signed, without_signature
from tests.support.saml.world import (
    SP_ACS,
    idp_key,
    service_provider,
    take_request,
    take_response,
)
from tests.support.saml.wrapping import ARRANGEMENTS, VICTIM, Arrangement

GOOD: dict[str, Callable[[], str]] = {
    "assertion signed": good,
    "response signed": good_response_signed,
    "both signed": lambda: signed(good()),
}


@pytest.mark.parametrize("which", GOOD)
def test_the_unwrapped_message_passes(which: str) -> None:
    assert HSA_ID in str(take_response(GOOD[which]()).attributes)


@pytest.mark.parametrize("arrange", ARRANGEMENTS)
def test_a_wrapped_assertion_is_one_too_many(arrange: Arrangement) -> None:
    with pytest.raises(BadAssertionError):
        take_response(arrange(good()))


@pytest.mark.parametrize("arrange", ARRANGEMENTS)
@pytest.mark.parametrize("which", ["response signed", "both signed"])
def test_a_wrapped_response_is_not_what_was_signed(
    arrange: Arrangement, which: str
) -> None:
    with pytest.raises(BadSignatureError):
        take_response(arrange(GOOD[which]()))


@pytest.mark.parametrize("arrange", ARRANGEMENTS)
@pytest.mark.parametrize("which", GOOD)
def test_verifying_alone_never_hands_on_what_was_not_signed(
    arrange: Arrangement, which: str
) -> None:
    """Without any check of ours on the number and the place of elements."""
    root = safe_xml.parse(arrange(GOOD[which]()).encode())
    for element in root.iter("{*}Response", "{*}Assertion"):
        try:
            verified = signatures.verify_enveloped(element, [idp_key().public])
        except metadata_errors.BadSignatureError:
            continue
        assert VICTIM.encode() not in verified
        assert HSA_ID.encode() in verified


@pytest.mark.parametrize(
    ("arrange", "error"),
    [
        (wrapping.in_advice, BadSignatureError),
        (wrapping.advice_with_signature, BadSignatureError),
        (wrapping.same_id, UnreadableMessageError),
        (wrapping.forged, BadSignatureError),
    ],
)
@pytest.mark.parametrize("which", GOOD)
def test_advice_does_not_vouch_for_what_is_around_it(
    arrange: Arrangement, error: type[BridgeError], which: str
) -> None:
    with pytest.raises(error):
        take_response(arrange(GOOD[which]()))


def test_advice_inside_the_signed_assertion_is_ignored() -> None:
    advised = f"<saml2:Advice>{wrapping.forged(assertion(id='_advice'))}</saml2:Advice>"
    accepted = take_response(response(signed(assertion(advised))))
    assert accepted.id == ASSERTION_ID
    assert VICTIM not in str(accepted)


def test_a_second_advice_is_refused() -> None:
    advice = "<saml2:Advice/>"
    take_response(response(signed(assertion(advice))))
    with pytest.raises(BadAssertionError):
        take_response(response(signed(assertion(advice, advice))))


def test_a_false_assertion_cannot_hide_behind_encryption() -> None:
    """Anybody can encrypt to us; it proves nothing."""
    evil = assertion(id="_evil", attributes=person(hsa_id=VICTIM))
    true = signed(assertion())
    take_response(response(encrypted(true)))
    with pytest.raises(BadAssertionError):
        take_response(response(true, encrypted(evil)))
    with pytest.raises(BadAssertionError):
        take_response(response(encrypted(evil), encrypted(true)))
    with pytest.raises(BadSignatureError):
        take_response(response(encrypted(evil)))


def test_what_is_encrypted_must_be_an_assertion() -> None:
    inner = response(signed(assertion()), id="_inner")
    with pytest.raises(BadAssertionError):
        take_response(response(encrypted(inner)))


def test_a_wrapped_assertion_that_is_encrypted_is_not_what_was_signed() -> None:
    arranged = wrapping.in_advice(good())
    evil = re.search(r"<saml2:Assertion.*</saml2:Assertion>", arranged, re.DOTALL)
    assert evil is not None
    with pytest.raises(BadSignatureError):
        take_response(response(encrypted(evil[0])))


@pytest.mark.parametrize("name", ["ID", "Id", "id", "xml:id"])
@pytest.mark.parametrize("twice", [RESPONSE_ID, ASSERTION_ID])
def test_an_id_occurs_once_however_it_is_spelt(name: str, twice: str) -> None:
    def with_extension(value: str) -> str:
        extra = f'<x:extra xmlns:x="urn:x" {name}="{value}"/>'
        return response(f"<saml2p:Extensions>{extra}</saml2p:Extensions>", good_part())

    def good_part() -> str:
        return signed(assertion())

    take_response(with_extension("_once"))
    with pytest.raises(UnreadableMessageError):
        take_response(with_extension(twice))


@pytest.mark.parametrize(
    "inside",
    [
        '<saml2:Advice><x xmlns="" id="_assertion-1"/></saml2:Advice>',
        f'<saml2:Advice><x xmlns="">{signature_of(good())}</x></saml2:Advice>',
    ],
    ids=["an ID twice", "a stray signature"],
)
def test_what_was_encrypted_is_looked_at_like_any_message(inside: str) -> None:
    take_response(signed(response(encrypted(assertion("<saml2:Advice/>")))))
    with pytest.raises(UnreadableMessageError):
        take_response(signed(response(encrypted(assertion(inside)))))


def test_an_assertion_stands_directly_in_the_response() -> None:
    extensions = "<saml2p:Extensions>{}</saml2p:Extensions>"
    with pytest.raises(BadAssertionError):
        take_response(response(extensions.format(signed(assertion()))))


def test_a_signature_stands_only_in_a_message_or_an_assertion() -> None:
    signature = signature_of(good())
    stray = f'<x:holder xmlns:x="urn:x">{signature}</x:holder>'
    for element, error in (("", None), (stray, UnreadableMessageError)):
        extensions = f"<saml2p:Extensions>{element}</saml2p:Extensions>"
        message = response(extensions, signed(assertion()))
        if error is None:
            take_response(message)
        else:
            with pytest.raises(error):
                take_response(message)


def test_one_element_has_one_signature() -> None:
    twice = good().replace("</ds:Signature>", f"</ds:Signature>{signature_of(good())}")
    with pytest.raises(UnreadableMessageError):
        take_response(twice)


def test_the_signature_of_an_assertion_does_not_sign_the_response() -> None:
    message = response(signature_of(good()), without_signature(assertion()))
    with pytest.raises(BadSignatureError):
        take_response(message)


# --- requests -------------------------------------------------------------------------


def wrapped_request() -> str:
    """A false request with another address and the true one in Extensions."""
    inside = signed_request()
    return authn_request(
        f"<samlp:Extensions>{inside}</samlp:Extensions>", id="_false", acs_url=OTHER_ACS
    )


OTHER_ACS = "https://melker.example.se/acs2"
SIGNS = service_provider(signs_requests=True)


def test_the_request_that_was_signed_is_the_one_that_counts() -> None:
    assert take_request(posted(signed_request()), sp=SIGNS).request.acs_url == SP_ACS
    with pytest.raises(BadSignatureError):
        take_request(posted(wrapped_request()), sp=SIGNS)


def test_a_signature_taken_from_another_request_is_refused() -> None:
    signature = signature_of(signed_request())
    with pytest.raises(BadSignatureError):
        take_request(posted(authn_request(signature, id="_false")))
    with pytest.raises(BadSignatureError):
        take_request(posted(authn_request(signature, acs_url=OTHER_ACS)))
