"""The portal believes the bridge and nobody else, and answers what it was asked."""

import base64
import re
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from lxml import etree

from idp_bridge.demo.provider import LEVELS, SITHS, WRONG_LEVEL, metadata_of
from idp_bridge.saml.upstream_request import OutboundRequest
from metadata import names, safe_xml
from metadata.reader import read_identity_provider
from tests.support.clock import NOW, FrozenClock
from tests.support.demo_parties import PLACES, REQUEST_ID, Parties
from tests.support.keys import rsa_key
from tests.support.pages import parse_page

STATUS = f".//{{{names.NS_SAMLP}}}StatusCode"
ATTRIBUTE = f".//{{{names.NS_SAML}}}Attribute"
WAYS = [
    "SITHS-kort på denna enhet",
    "SITHS eID på denna enhet",
    "SITHS eID på annan enhet",
]


@pytest.fixture
def client(stand_ins: Parties) -> FlaskClient:
    return stand_ins.portal.test_client()


def ask(client: FlaskClient, question: OutboundRequest) -> str:
    parts = urlsplit(question.url)
    if question.fields:
        sent = client.post(parts.path, data=dict(question.fields))
    else:
        sent = client.get(f"{parts.path}?{parts.query}")
    return sent.get_data(as_text=True)


def answer(client: FlaskClient, page: str, **choice: str) -> etree._Element:
    token = parse_page(page).find(".//input[@name='fraga']").get("value")
    sent = client.post("/saml/svar", data={"fraga": token, **choice})
    return response_in(sent.get_data(as_text=True))


def response_in(page: str) -> etree._Element:
    field = parse_page(page).find(".//input[@name='SAMLResponse']")
    return safe_xml.parse(base64.b64decode(field.get("value")))


def statuses(root: etree._Element) -> list[str | None]:
    return [code.get("Value") for code in root.iterfind(STATUS)]


@pytest.mark.parametrize("binding", [names.BINDING_REDIRECT, names.BINDING_POST])
def test_it_offers_three_ways_in_both_bindings(
    client: FlaskClient, stand_ins: Parties, binding: str
) -> None:
    page = parse_page(ask(client, stand_ins.question(binding=binding)))
    ways = [way.text for way in page.iterfind(".//label[@class='way']//strong")]
    assert ways == WAYS


def test_it_answers_whom_it_was_asked_by(
    client: FlaskClient, stand_ins: Parties
) -> None:
    page = ask(client, stand_ins.question())
    root = answer(client, page, person="anna", satt="annan")
    assert statuses(root) == [names.STATUS_SUCCESS]
    assert root.get("InResponseTo") == REQUEST_ID
    assert root.get("Destination") == f"{PLACES.bridge}/saml/sp/acs"


def test_it_tells_only_what_the_chosen_set_asks_for(
    client: FlaskClient, stand_ins: Parties
) -> None:
    page = ask(client, stand_ins.question(attribute_index=1))
    root = answer(client, page, person="anna")
    told = [each.get("Name") for each in root.iterfind(ATTRIBUTE)]
    assert told == [names.SAMBI_HSA_ID]
    page = ask(client, stand_ins.question(attribute_index=0))
    assert len(list(answer(client, page, person="anna").iterfind(ATTRIBUTE))) == 5


def test_a_card_of_a_low_level_is_refused_as_inera_does(
    client: FlaskClient, stand_ins: Parties
) -> None:
    page = ask(client, stand_ins.question())
    root = answer(client, page, person="hugo")
    assert statuses(root) == [names.STATUS_RESPONDER, names.STATUS_NO_AUTHN_CONTEXT]
    assert WRONG_LEVEL in "".join(root.itertext())
    assert root.find(f"{{{names.NS_SAML}}}Assertion") is None


def test_a_card_of_a_low_level_will_do_where_it_was_asked_for(
    client: FlaskClient, stand_ins: Parties
) -> None:
    page = ask(client, stand_ins.question(levels=LEVELS))
    root = answer(client, page, person="hugo")
    assert statuses(root) == [names.STATUS_SUCCESS]


def test_whoever_cancels_is_answered_for(
    client: FlaskClient, stand_ins: Parties
) -> None:
    root = answer(client, ask(client, stand_ins.question()), avbryt="1")
    assert statuses(root) == [names.STATUS_RESPONDER, names.STATUS_CANCEL]


def test_nobody_logs_in_without_a_page(client: FlaskClient, stand_ins: Parties) -> None:
    root = response_in(ask(client, stand_ins.question(is_passive=True)))
    assert statuses(root) == [names.STATUS_RESPONDER, names.STATUS_NO_PASSIVE]


BAD_QUESTIONS: dict[str, tuple[str, Callable[[Parties], OutboundRequest]]] = {
    "another key": (
        "bad-signature",
        lambda parties: parties.question(key=rsa_key("stranger").signing),
    ),
    "another sender": (
        "unknown-partner",
        lambda parties: parties.question(our_entity_id="https://else.example.se"),
    ),
    "another address": (
        "unknown-acs",
        lambda parties: parties.question(acs_url="https://else.example.se/acs"),
    ),
    "too old": (
        "expired",
        lambda parties: parties.question(issued=NOW - timedelta(hours=1)),
    ),
}


@pytest.mark.parametrize("name", BAD_QUESTIONS)
def test_a_question_that_cannot_be_checked_is_refused(
    client: FlaskClient, stand_ins: Parties, name: str
) -> None:
    code, make = BAD_QUESTIONS[name]
    page = ask(client, make(stand_ins))
    assert f"<code>{code}</code>" in page
    assert "fraga" not in page


def test_an_unsigned_question_is_refused(
    client: FlaskClient, stand_ins: Parties
) -> None:
    parts = urlsplit(stand_ins.question().url)
    query = re.sub(r"&SigAlg=.*", "", parts.query)
    page = client.get(f"{parts.path}?{query}").get_data(as_text=True)
    assert "<code>bad-signature</code>" in page


def test_a_choice_without_a_question_is_refused(client: FlaskClient) -> None:
    sent = client.post("/saml/svar", data={"person": "anna", "fraga": "x"})
    assert sent.status_code == 400
    assert "SAMLResponse" not in sent.get_data(as_text=True)


def test_a_question_is_forgotten_after_two_hours(
    client: FlaskClient, stand_ins: Parties, clock: FrozenClock
) -> None:
    page = ask(client, stand_ins.question())
    token = parse_page(page).find(".//input[@name='fraga']").get("value")
    clock.advance(timedelta(hours=2))
    sent = client.post("/saml/svar", data={"person": "anna", "fraga": token})
    assert sent.status_code == 400


def test_its_metadata_is_like_ineras(client: FlaskClient, stand_ins: Parties) -> None:
    xml = client.get("/saml").data
    assert xml == metadata_of(SITHS, stand_ins.provider.key, PLACES.portal)
    idp = read_identity_provider(xml, allow_loopback_http=True)
    assert ":443/" in idp.entity_id
    assert idp.valid_until is None
    assert len(idp.signing_keys) == 1
    assert not idp.wants_signed_requests
    assert idp.assurance_certifications == LEVELS
    assert b"Signature" not in xml
    assert b"UIInfo" not in xml
    assert b'use="encryption"' not in xml
