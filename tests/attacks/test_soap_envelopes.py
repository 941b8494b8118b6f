"""An envelope that hides a second message, or is another thing than it says."""

import pytest

from idp_bridge.errors import BadEnvelopeError, BadSignatureError, BridgeError
from idp_bridge.saml import gate
from idp_bridge.saml.bindings import MAX_MESSAGE_BYTES
from metadata import names
from tests.support.saml.envelopes import TEXT_XML, enveloped, taken
from tests.support.saml.requests import authn_request, signed_request
from tests.support.saml.signing import signature_of, without_signature
from tests.support.saml.world import sp_key

SOAP_1_2 = "http://www.w3.org/2003/05/soap-envelope"
DOCTYPE = b'<!DOCTYPE a [<!ENTITY b "c">]>'
FORGED = "_request-1-forged"


def refused(envelope: bytes, content_type: str = TEXT_XML) -> str:
    """Bring an envelope that is refused; the code of its SOAP Fault."""
    with pytest.raises(BadEnvelopeError) as error:
        taken(envelope, content_type)
    return error.value.soap_code


def test_the_good_twin() -> None:
    root = gate.read(taken(enveloped(signed_request())), kind="AuthnRequest")
    assert gate.verified(root, [sp_key().public]).get("ID") == "_request-1"


@pytest.mark.parametrize(
    "envelope",
    [
        enveloped(signed_request(), authn_request(id="_second")),
        enveloped(authn_request(id="_second"), signed_request()),
        enveloped(),
        enveloped("just words"),
        enveloped(signed_request()).replace(b"S:Body", b"S:Other"),
        enveloped(signed_request(), after="<S:Body/>"),
        enveloped(signed_request(), after="<a/>"),
        enveloped(signed_request(), headers="", after="<S:Header/>"),
        enveloped(signed_request())[:-20],
        b"",
        b"{}",
        DOCTYPE + enveloped(signed_request()),
        signed_request().encode(),
    ],
    ids=[
        "two messages",
        "two messages, signed last",
        "none",
        "text",
        "no Body",
        "two Bodies",
        "something after the Body",
        "two Headers",
        "cut off",
        "empty",
        "JSON",
        "DOCTYPE",
        "no envelope",
    ],
)
def test_what_is_not_one_message_in_one_body(envelope: bytes) -> None:
    assert refused(envelope) == "Client"


def test_another_version_of_soap() -> None:
    """Refused by ``check_soap_version``, with the fault that the version has."""
    wanted = enveloped(signed_request(), namespace=SOAP_1_2)
    assert refused(wanted) == "VersionMismatch"


@pytest.mark.parametrize("value", ["1", "true", " 1 ", "2", ""])
def test_a_header_that_must_be_understood(value: str) -> None:
    """Refused by ``check_headers``: we understand none."""
    block = f'<a xmlns="urn:a" S:mustUnderstand="{value}"/>'
    envelope = enveloped(signed_request(), headers=block)
    assert refused(envelope) == "MustUnderstand"


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "application/soap+xml",
        "application/xml",
        "application/x-www-form-urlencoded",
        "text/xmlx",
        "text/xml; charset=utf-16",
        "text/xml; charset=iso-8859-1",
    ],
)
def test_another_content_type(content_type: str) -> None:
    """Refused by ``check_content_type``."""
    assert refused(enveloped(signed_request()), content_type) == "Client"


def test_a_signed_message_in_the_header_does_not_vouch_for_another_one() -> None:
    """Signature wrapping: what was signed moves aside, its Reference still finds it."""
    original = without_signature(signed_request())
    evil = authn_request(id=FORGED).replace(
        "</saml:Issuer>", f"</saml:Issuer>{signature_of(signed_request())}"
    )
    envelope = enveloped(evil, headers=f"<a>{original}</a>")
    root = gate.read(taken(envelope), kind="AuthnRequest")
    with pytest.raises(BadSignatureError):
        gate.verified(root, [sp_key().public])


def test_the_same_id_in_the_header_and_in_the_body() -> None:
    twin = authn_request()
    with pytest.raises(BridgeError):
        taken(enveloped(signed_request(), headers=f"<a>{twin}</a>"))


def test_an_envelope_may_be_as_large_as_a_message() -> None:
    def padded(size: int) -> bytes:
        bare = len(enveloped(signed_request(), headers="<!---->"))
        return enveloped(signed_request(), headers=f"<!--{'x' * (size - bare)}-->")

    taken(padded(MAX_MESSAGE_BYTES))
    assert refused(padded(MAX_MESSAGE_BYTES + 1)) == "Client"


def test_an_envelope_as_deep_as_a_mine() -> None:
    def deep(levels: int) -> bytes:
        return enveloped(
            authn_request(f"{'<a>' * levels}{'</a>' * levels}"),
        )

    gate.read(taken(deep(50)), kind="AuthnRequest")
    assert refused(deep(100)) == "Client"


def test_a_namespace_of_the_envelope_cannot_change_what_a_message_means() -> None:
    """A prefix that the message declares itself means what the message says."""
    namespaces = f'xmlns:samlp="urn:evil" xmlns:saml="urn:evil" xmlns="{names.NS_MD}"'
    envelope = enveloped(signed_request(), namespaces=namespaces)
    root = gate.read(taken(envelope), kind="AuthnRequest")
    assert gate.verified(root, [sp_key().public]).get("ID") == "_request-1"
