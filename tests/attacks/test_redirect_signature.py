"""The signature of a query string, and all the ways to write one string as another."""

import base64
from collections.abc import Callable
from urllib.parse import quote

import pytest

from idp_bridge.errors import BadSignatureError, UnreadableMessageError
from idp_bridge.saml.bindings import decode_redirect
from metadata import names
from tests.support.keys import rsa_key
from tests.support.saml.requests import (
    authn_request,
    deflated,
    redirected,
    signed_query,
    signed_raw,
    signed_request,
    unsigned_query,
)
from tests.support.saml.world import (
    service_provider,
    sp_key,
    take_request,
)

Change = Callable[[bytes], bytes]
DEFLATE = "urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE"
GOOD = signed_query(relay_state="state 1")
SIGNS = service_provider(signs_requests=True)


def take(query: bytes) -> None:
    take_request(decode_redirect(query), sp=SIGNS)


def parts_of(query: bytes) -> dict[str, bytes]:
    return {part.split(b"=")[0].decode(): part for part in query.split(b"&")}


def in_order(*order: str) -> Change:
    return lambda query: b"&".join(parts_of(query)[name] for name in order)


@pytest.mark.parametrize("relay_state", [None, "", "state", "a&b=c%20+å"])
def test_a_signed_query_passes(relay_state: str | None) -> None:
    query = signed_query(relay_state=relay_state)
    accepted = take_request(decode_redirect(query), sp=SIGNS)
    assert accepted.request.relay_state == (relay_state or None)


@pytest.mark.parametrize(
    "change",
    [
        in_order("Signature", "SigAlg", "RelayState", "SAMLRequest"),
        in_order("RelayState", "SAMLRequest", "Signature", "SigAlg"),
        lambda query: query + b"&other=1",
        lambda query: b"x=1&&" + query,
    ],
    ids=["backwards", "mixed", "with another parameter", "with nothing"],
)
def test_order_and_other_parameters_do_not_matter(change: Change) -> None:
    """What was signed has an order of its own (bindings 3.4.4.1)."""
    take(change(GOOD))


def test_what_was_signed_has_the_order_of_the_specification() -> None:
    key = sp_key().signing
    algorithm = b"SigAlg=" + quote(key.algorithm, safe="").encode()
    request = unsigned_query(authn_request())
    take(signed_raw(request + b"&" + algorithm))
    with pytest.raises(BadSignatureError):
        take(signed_raw(algorithm + b"&" + request))


def lower_case_escapes(query: bytes) -> bytes:
    return query.replace(b"%2B", b"%2b").replace(b"%2F", b"%2f").replace(b"%3A", b"%3a")


def test_escapes_count_as_they_were_written() -> None:
    """Some senders write them in lower case, and sign that."""
    key = sp_key().signing
    query = (
        unsigned_query(authn_request())
        + b"&SigAlg="
        + quote(key.algorithm, safe="").encode()
    )
    take(signed_raw(query))
    lower = lower_case_escapes(query)
    assert lower != query
    take(signed_raw(lower))
    signature = parts_of(signed_raw(query))["Signature"]
    with pytest.raises(BadSignatureError):
        take(lower + b"&" + signature)


@pytest.mark.parametrize(
    "change",
    [
        lambda query: query.replace(b"state+1", b"state+2"),
        lambda query: query.replace(b"&RelayState=state+1", b""),
        lambda query: query.replace(b"&RelayState=state+1", b"&RelayState="),
        lambda query: query.replace(b"state+1", b"state%201"),
    ],
    ids=["another", "none", "empty", "another spelling"],
)
def test_the_signature_covers_relay_state(change: Change) -> None:
    take(GOOD)
    assert change(GOOD) != GOOD
    with pytest.raises(BadSignatureError):
        take(change(GOOD))


def test_relay_state_cannot_be_added_to_a_signed_query() -> None:
    with pytest.raises(BadSignatureError):
        take(signed_query() + b"&RelayState=added")


def test_the_signature_covers_the_request() -> None:
    other = unsigned_query(authn_request(id="_other"))
    changed = other + b"&" + b"&".join(GOOD.split(b"&")[1:])
    with pytest.raises(BadSignatureError):
        take(changed)


def test_the_signature_covers_the_algorithm() -> None:
    old = quote(names.SIGNATURE_RSA_SHA256, safe="").encode()
    new = quote(names.SIGNATURE_RSA_SHA512, safe="").encode()
    assert old in GOOD
    with pytest.raises(BadSignatureError):
        take(GOOD.replace(old, new))


@pytest.mark.parametrize("name", ["SAMLRequest", "RelayState", "SigAlg", "Signature"])
def test_a_parameter_occurs_once(name: str) -> None:
    again, empty = parts_of(GOOD)[name], f"&{name}=".encode()
    for query in (
        GOOD + b"&" + again,
        again + b"&" + GOOD,
        GOOD + empty,
    ):
        with pytest.raises(UnreadableMessageError):
            take(query)


@pytest.mark.parametrize(
    "disguise",
    [b"%53AMLRequest", b"SAMLReque%73t", b"Relay%53tate", b"%53igAlg", b"Signatur%65"],
)
def test_a_parameter_does_not_hide_its_name(disguise: bytes) -> None:
    """We would otherwise verify one and another program read the other."""
    unsigned = unsigned_query(authn_request())
    take_request(decode_redirect(unsigned))
    with pytest.raises(UnreadableMessageError):
        take(GOOD + b"&" + disguise + b"=x")
    with pytest.raises(UnreadableMessageError):
        take_request(decode_redirect(unsigned + b"&" + disguise + b"=x"))


@pytest.mark.parametrize("missing", ["SigAlg", "Signature"])
def test_half_a_signature_is_none(missing: str) -> None:
    """Also when nobody demanded one."""
    half = b"&".join(part for name, part in parts_of(GOOD).items() if name != missing)
    take_request(decode_redirect(unsigned_query(authn_request())))
    with pytest.raises(UnreadableMessageError):
        take_request(decode_redirect(half))


@pytest.mark.parametrize("signature", [b"", b"AAAA", base64.b64encode(b"\0" * 256)])
def test_a_false_signature_is_refused_though_nobody_demanded_one(
    signature: bytes,
) -> None:
    false = b"&".join(GOOD.split(b"&")[:-1]) + b"&Signature=" + signature
    with pytest.raises(BadSignatureError):
        take_request(decode_redirect(false))


def test_a_signature_is_strict_base64() -> None:
    with pytest.raises(UnreadableMessageError):
        take(b"&".join(GOOD.split(b"&")[:-1]) + b"&Signature=%2A%2A")


def test_only_one_encoding_is_known() -> None:
    query = unsigned_query(authn_request())
    take_request(decode_redirect(query + b"&SAMLEncoding=" + quote(DEFLATE).encode()))
    for foreign in ("", "urn:x", DEFLATE.lower(), DEFLATE + " "):
        named = b"&SAMLEncoding=" + quote(foreign).encode()
        with pytest.raises(UnreadableMessageError):
            decode_redirect(query + named)


def test_a_request_and_a_response_do_not_travel_together() -> None:
    with pytest.raises(UnreadableMessageError):
        take(GOOD + b"&SAMLResponse=" + quote(deflated("<x/>")).encode())
    with pytest.raises(UnreadableMessageError):
        decode_redirect(GOOD, parameter="SAMLResponse")
    with pytest.raises(UnreadableMessageError):
        decode_redirect(b"RelayState=x")


@pytest.mark.parametrize("tail", [b"&RelayState=%FF", "&RelayState=å".encode()])
def test_a_query_is_ascii_and_its_values_are_utf_8(tail: bytes) -> None:
    query = unsigned_query(authn_request())
    decode_redirect(query + b"&RelayState=%C3%A5")
    with pytest.raises(UnreadableMessageError):
        decode_redirect(query + tail)


def test_both_kinds_of_signature_are_checked_when_both_are_there() -> None:
    inside = signed_request()
    take(signed_query(inside))
    with pytest.raises(BadSignatureError):
        take(signed_query(signed_request(by=rsa_key("stranger"))))
    with pytest.raises(BadSignatureError):
        take(signed_query(inside, by=rsa_key("stranger")))


def test_the_signature_of_a_query_needs_the_query() -> None:
    """A request that came by POST cannot use one."""
    take_request(redirected(by=sp_key()), sp=SIGNS)
    with pytest.raises(BadSignatureError):
        take_request(redirected(), sp=SIGNS)
