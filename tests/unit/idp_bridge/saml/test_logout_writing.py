"""What we write about logout is what others may read, in every binding."""

import base64
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from saml2.xml.schema import validate

from idp_bridge.saml import logout_messages, logout_writing
from idp_bridge.saml.bindings import InboundMessage, decode_post, decode_redirect
from idp_bridge.saml.logout_messages import LogoutContext
from idp_bridge.saml.logout_writing import VALID_FOR, LogoutAnswer, LogoutQuestion
from idp_bridge.saml.messages import Status
from idp_bridge.saml.times import Moment
from idp_bridge.saml.upstream_request import OutboundRequest
from metadata import names, safe_xml
from tests.support.clock import NOW
from tests.support.keys import KeyPair, ec_key, rsa_key
from tests.support.saml.envelopes import taken
from tests.support.saml.logouts import ANNA
from tests.support.saml.world import OUR_IDP, SKEW, identity_provider

SP_SLO = "https://melker.example.se/slo?tenant=1"
KEY = rsa_key("our signing")
QUESTION = LogoutQuestion(
    request_id="_our-request",
    our_entity_id=OUR_IDP,
    location=SP_SLO,
    name_id=ANNA,
    session_indexes=("_one", "_two"),
    issued=NOW,
)
ANSWER = LogoutAnswer(
    our_entity_id=OUR_IDP,
    location=SP_SLO,
    in_response_to="_their-request",
    status=Status(top=names.STATUS_SUCCESS, second=names.STATUS_PARTIAL_LOGOUT),
    issued=NOW,
)
BINDINGS = (names.BINDING_REDIRECT, names.BINDING_POST, names.BINDING_SOAP)


def context(pair: KeyPair = KEY) -> LogoutContext:
    us = identity_provider(entity_id=OUR_IDP, signing_keys=(pair.public,))
    return LogoutContext(
        find_sender=lambda _: us, endpoint_url=SP_SLO, moment=Moment(NOW, SKEW)
    )


def arrived(outbound: OutboundRequest, parameter: str) -> InboundMessage:
    """Carry a message as a browser does."""
    if not outbound.fields:
        url = urlsplit(outbound.url)
        assert outbound.url.startswith(SP_SLO)
        return decode_redirect(url.query.encode(), parameter=parameter)
    assert outbound.url == SP_SLO
    fields = dict(outbound.fields)
    states = [fields["RelayState"]] if "RelayState" in fields else []
    return decode_post([fields[parameter]], states)


def asked_by(binding: str) -> InboundMessage:
    key = KEY.signing
    if binding == names.BINDING_SOAP:
        return taken(logout_writing.request_in_envelope(QUESTION, key))
    sent = logout_writing.request_for_browser(QUESTION, binding=binding, key=key)
    return arrived(sent, "SAMLRequest")


def answered_by(binding: str) -> InboundMessage:
    key = KEY.signing
    if binding == names.BINDING_SOAP:
        silent = replace(ANSWER, location=None)
        return taken(logout_writing.answer_in_envelope(silent, key))
    sent = logout_writing.answer_for_browser(
        ANSWER, binding=binding, key=key, relay_state="hem & bort"
    )
    return arrived(sent, "SAMLResponse")


@pytest.mark.parametrize("binding", BINDINGS)
def test_a_request_of_ours_is_read_as_it_was_meant(binding: str) -> None:
    message = asked_by(binding)
    validate(message.xml.decode())
    opened = logout_messages.open_message(message, kind=logout_messages.REQUEST)
    read = logout_messages.accept_request(opened, context(), ())
    assert (read.id, read.issuer, read.name_id) == ("_our-request", OUR_IDP, ANNA)
    assert read.session_indexes == ("_one", "_two")
    root = safe_xml.parse(message.xml)
    assert root.get("Reason") == names.LOGOUT_BY_USER
    assert root.get("NotOnOrAfter", "") > root.get("IssueInstant", "")
    assert VALID_FOR.total_seconds() == 300


@pytest.mark.parametrize("binding", BINDINGS)
def test_an_answer_of_ours_is_read_as_it_was_meant(binding: str) -> None:
    message = answered_by(binding)
    validate(message.xml.decode())
    opened = logout_messages.open_message(message, kind=logout_messages.RESPONSE)
    read = logout_messages.accept_response(
        opened, context(), request_id="_their-request"
    )
    assert read.status == ANSWER.status
    by_soap = binding == names.BINDING_SOAP
    assert message.relay_state == (None if by_soap else "hem & bort")


def test_by_redirect_the_message_itself_is_not_signed() -> None:
    """The query string is, and the message would only grow (bindings 3.4.4.1)."""
    assert b"Signature" not in asked_by(names.BINDING_REDIRECT).xml
    assert b"Signature" in asked_by(names.BINDING_POST).xml


def test_a_key_on_a_curve_signs_too() -> None:
    pair = ec_key("our signing")
    sent = logout_writing.request_for_browser(
        QUESTION, binding=names.BINDING_REDIRECT, key=pair.signing
    )
    message = arrived(sent, "SAMLRequest")
    opened = logout_messages.open_message(message, kind=logout_messages.REQUEST)
    assert logout_messages.accept_request(opened, context(pair), ()).issuer == OUR_IDP


def test_somebody_without_qualifiers_gets_none() -> None:
    bare = replace(QUESTION, name_id=replace(ANNA, format=None, name_qualifier=None))
    sent = logout_writing.request_for_browser(
        bare, binding=names.BINDING_POST, key=KEY.signing
    )
    xml = base64.b64decode(dict(sent.fields)["SAMLRequest"])
    assert b" NameQualifier" not in xml
    assert b"SPNameQualifier" in xml
