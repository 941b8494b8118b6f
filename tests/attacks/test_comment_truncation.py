"""A comment cuts a value in two; canonicalisation hides it from the signature."""

from collections.abc import Callable

import pytest

from idp_bridge.errors import (
    BadSignatureError,
    UnreadableMessageError,
    WrongAudienceError,
    WrongIssuerError,
)
from metadata import names
from tests.support.saml.requests import authn_request, posted, requested_levels
from tests.support.saml.responses import (
    HSA_ID,
    assertion,
    good,
    good_response_signed,
    held,
    response,
)
from tests.support.saml.signing import signed, signed_oddly
from tests.support.saml.world import (
    IDP,
    OUR_SP,
    SP,
    SP_ACS,
    take_request,
    take_response,
)

COMMENT = "<!-- cut -->"


@pytest.mark.parametrize("make", [good, good_response_signed])
def test_a_comment_in_a_signed_value_changes_nothing(make: Callable[[], str]) -> None:
    cut = make().replace(HSA_ID, f"{HSA_ID[:8]}{COMMENT}{HSA_ID[8:]}")
    assert cut != make()
    accepted = take_response(cut)
    assert accepted.attributes[names.SAMBI_HSA_ID] == (HSA_ID,)
    assert accepted == take_response(make())


def test_a_longer_signed_value_is_not_read_up_to_a_comment() -> None:
    foreign = f"{OUR_SP}.evil.example"
    message = response(signed(assertion(conditions=held(audiences=(foreign,)))))
    take_response(good())
    with pytest.raises(WrongAudienceError):
        take_response(message.replace(foreign, f"{OUR_SP}{COMMENT}.evil.example"))


def test_a_name_is_not_read_up_to_a_comment() -> None:
    message = good().replace("9f4e2a6b-transient", f"9f4e2a6b{COMMENT}-transient")
    name_id = take_response(message).name_id
    assert name_id is not None
    assert name_id.value == "9f4e2a6b-transient"


def test_a_signature_that_covers_comments_is_refused() -> None:
    """Two comments more or less would then matter, which nobody needs."""
    plain = ("Enveloped", "ExclC14N")
    with_comments = ("Enveloped", "ExclC14NWithComments")
    take_response(response(signed_oddly(assertion(), transforms=plain)))
    with pytest.raises(BadSignatureError):
        take_response(response(signed_oddly(assertion(), transforms=with_comments)))
    with pytest.raises(BadSignatureError):
        take_response(response(signed_oddly(assertion(), c14n="ExclC14NWithComments")))


def test_the_issuer_of_a_response_is_not_read_up_to_a_comment() -> None:
    take_response(response(signed(assertion()), issuer=f"{IDP}{COMMENT}"))
    with pytest.raises(WrongIssuerError):
        take_response(response(signed(assertion()), issuer=f"{IDP}{COMMENT}.evil"))


@pytest.mark.parametrize(
    "place",
    ["<ds:DigestValue>", "<ds:SignatureValue>", "<ds:SignedInfo>", "<ds:Transforms>"],
)
def test_a_comment_inside_a_signature_is_refused(place: str) -> None:
    assert place in good()
    with pytest.raises(BadSignatureError):
        take_response(good().replace(place, place + COMMENT))


def test_a_false_digest_before_a_comment_is_refused() -> None:
    start = good().index("<ds:DigestValue>") + len("<ds:DigestValue>")
    with pytest.raises(BadSignatureError):
        take_response(f"{good()[:start]}AAAA{COMMENT}{good()[start:]}")


def test_a_comment_does_not_cut_the_sender_of_a_request() -> None:
    take_request(posted(authn_request()))
    with pytest.raises(UnreadableMessageError):
        take_request(posted(authn_request(issuer=f"{SP}{COMMENT}.evil.example")))


def test_an_unsigned_request_is_read_without_its_comments() -> None:
    level = f"http://id.sambi.se/loa/{COMMENT}loa3"
    accepted = take_request(posted(authn_request(requested_levels(level))))
    assert accepted.request.levels == (names.LOA_SAMBI_3,)
    assert accepted.request.acs_url == SP_ACS
