"""A message that libraries stumble over while they look at its signature."""

import pytest

from idp_bridge.errors import BadSignatureError
from tests.support.saml.requests import authn_request, posted, signed_request
from tests.support.saml.responses import assertion, good, response
from tests.support.saml.signing import signed
from tests.support.saml.world import take_request, take_response

RELATIVE = '<x:y xmlns:x="relative"/>'
ABSOLUTE = '<x:y xmlns:x="urn:absolute"/>'


def extended(content: str) -> str:
    return f"<saml2p:Extensions>{content}</saml2p:Extensions>"


def test_a_relative_namespace_outside_what_was_signed_changes_nothing() -> None:
    plain = take_response(response(signed(assertion())))
    for content in (ABSOLUTE, RELATIVE):
        taken = take_response(response(extended(content), signed(assertion())))
        assert taken.attributes == plain.attributes


def test_a_relative_namespace_inside_what_was_signed() -> None:
    place = "</saml2:Conditions>"
    assert place in good()
    with pytest.raises(BadSignatureError):
        take_response(good().replace(place, place + RELATIVE))


def test_a_relative_namespace_in_a_request() -> None:
    def asked(content: str) -> str:
        return authn_request(f"<samlp:Extensions>{content}</samlp:Extensions>")

    take_request(posted(asked(ABSOLUTE)))
    with pytest.raises(BadSignatureError):
        take_request(posted(signed_request(asked(ABSOLUTE)).replace("urn:abs", "abs")))


@pytest.mark.parametrize("value", ["\u00c5\u00c4\u00d6=", "\u0661", "====", "A", "*"])
@pytest.mark.parametrize("place", ["DigestValue", "SignatureValue"])
def test_a_value_of_a_signature_that_is_not_base64(value: str, place: str) -> None:
    start = good().index(f"<ds:{place}>") + len(f"<ds:{place}>")
    end = good().index(f"</ds:{place}>")
    take_response(good())
    with pytest.raises(BadSignatureError):
        take_response(good()[:start] + value + good()[end:])
