from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp_bridge.saml import bindings, gate
from metadata import names
from tests.support.keys import KeyPair, ec_key, rsa_key
from tests.support.saml.signing import signing_key

XML = st.binary(max_size=2000)


@given(xml=XML, relay_state=st.none() | st.text(min_size=1, max_size=40))
def test_what_goes_out_by_redirect_comes_in_again(
    xml: bytes, relay_state: str | None
) -> None:
    url = bindings.encode_redirect(
        "https://idp.example.se/sso",
        xml,
        relay_state=relay_state,
        key=signing_key(rsa_key()),
    )
    message = bindings.decode_redirect(urlsplit(url).query.encode())
    assert message.xml == xml
    assert message.relay_state == relay_state
    assert message.binding == names.BINDING_REDIRECT
    gate.check_detached_signature(message, [rsa_key().public])


@given(xml=XML)
def test_what_goes_out_by_post_comes_in_again(xml: bytes) -> None:
    message = bindings.decode_post([bindings.encode_post(xml)])
    assert message.xml == xml
    assert message.binding == names.BINDING_POST
    assert message.signature is None


@pytest.mark.parametrize("key", [rsa_key(), ec_key()])
def test_a_redirect_is_signed_with_either_kind_of_key(key: KeyPair) -> None:
    url = bindings.encode_redirect(
        "https://idp.example.se/sso", b"<x/>", relay_state=None, key=key.signing
    )
    message = bindings.decode_redirect(urlsplit(url).query.encode())
    gate.check_detached_signature(message, [key.public])


def test_an_address_may_have_a_query_already() -> None:
    url = bindings.encode_redirect(
        "https://idp.example.se/sso?a=b",
        b"<x/>",
        relay_state=None,
        key=rsa_key().signing,
    )
    assert url.startswith("https://idp.example.se/sso?a=b&SAMLRequest=")
    assert bindings.decode_redirect(urlsplit(url).query.encode()).xml == b"<x/>"


def test_an_empty_relay_state_is_none() -> None:
    field = bindings.encode_post(b"<x/>")
    assert bindings.decode_post([field], [""]).relay_state is None
    assert bindings.decode_post([field], []).relay_state is None
