import pytest
from lxml import etree

from idp_bridge.errors import BadEnvelopeError
from idp_bridge.saml import gate, soap
from idp_bridge.saml.soap import FaultCode
from metadata import names, safe_xml, signatures
from tests.support.keys import rsa_key
from tests.support.saml.envelopes import TEXT_XML, enveloped, taken
from tests.support.saml.requests import authn_request, signed_request
from tests.support.saml.signing import signing_key
from tests.support.saml.world import sp_key

BARE = '<samlp:AuthnRequest ID="_1" Version="2.0"/>'
PROTOCOL = f'xmlns:samlp="{names.NS_SAMLP}"'


def test_a_message_comes_out_of_its_envelope() -> None:
    message = taken(enveloped(authn_request()))
    root = gate.read(message, kind="AuthnRequest")
    assert root.get("ID") == "_request-1"
    assert root.getparent() is None
    assert message.binding == names.BINDING_SOAP
    assert message.relay_state is None
    assert message.signature is None


def test_a_message_takes_the_namespaces_of_its_envelope_along() -> None:
    message = taken(enveloped(BARE, namespaces=PROTOCOL))
    assert gate.read(message, kind="AuthnRequest").get("ID") == "_1"


def test_a_message_that_was_signed_inside_an_envelope_is_verified() -> None:
    envelope = safe_xml.parse(enveloped(BARE, namespaces=PROTOCOL + ' xmlns:a="urn:a"'))
    inside = envelope[0][0]
    alone = safe_xml.parse(etree.tostring(inside, with_tail=False))
    signatures.sign_enveloped(alone, signing_key(sp_key()), inclusive_prefixes=())
    inside.append(alone[0])
    root = gate.read(taken(etree.tostring(envelope)), kind="AuthnRequest")
    assert gate.verified(root, [sp_key().public]).get("ID") == "_1"


def test_a_signed_message_is_still_signed_in_our_envelope() -> None:
    for key in (sp_key(), rsa_key("another")):
        message = signed_request(by=key).encode()
        opened = taken(soap.write_envelope(message), soap.CONTENT_TYPE)
        root = gate.read(opened, kind="AuthnRequest")
        gate.verified(root, [key.public])


@pytest.mark.parametrize(
    "content_type",
    ["text/xml", "text/xml; charset=utf-8", 'Text/XML;charset="UTF-8"', "text/xml;x=y"],
)
def test_content_types_of_soap(content_type: str) -> None:
    taken(enveloped(authn_request()), content_type)


def test_comments_and_blanks_between_the_parts_mean_nothing() -> None:
    written = enveloped(f"\n <!-- ours -->{authn_request()}\n", headers="<!-- -->")
    assert gate.read(taken(written), kind="AuthnRequest") is not None


def test_headers_that_need_not_be_understood_are_left_alone() -> None:
    block = '<a xmlns="urn:a"/><b xmlns="urn:b" S:mustUnderstand="0"/>'
    taken(enveloped(authn_request(), headers=block))


@pytest.mark.parametrize("code", FaultCode)
def test_a_fault_names_its_code_in_the_namespace_of_soap(code: FaultCode) -> None:
    envelope = safe_xml.parse(soap.write_fault(code, "a < b"))
    fault = envelope[0][0]
    assert fault.tag == f"{{{names.NS_SOAP}}}Fault"
    prefix, _, name = (fault.findtext("faultcode") or "").partition(":")
    assert fault.nsmap[prefix] == names.NS_SOAP
    assert name == code
    assert fault.findtext("faultstring") == "a < b"


def test_an_error_says_whose_fault_it_is_in_the_words_of_soap() -> None:
    with pytest.raises(BadEnvelopeError) as refused:
        taken(b"<a/>", TEXT_XML)
    assert refused.value.soap_code == FaultCode.CLIENT
