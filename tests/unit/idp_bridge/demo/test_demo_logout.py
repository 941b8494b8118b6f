"""The stand-ins end sessions for the bridge and nobody else, and tell it of theirs."""

import base64
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from lxml import html

from idp_bridge.demo.provider import SITHS
from idp_bridge.saml import logout_messages, logout_writing, soap
from idp_bridge.saml.bindings import decode_redirect
from idp_bridge.saml.logout_messages import LogoutContext
from idp_bridge.saml.logout_writing import LogoutAnswer, LogoutQuestion
from idp_bridge.saml.messages import LogoutRequest, NameID, Status
from idp_bridge.saml.times import Moment
from metadata import names, safe_xml
from metadata.reader import read_identity_provider, read_service_provider
from tests.support.clock import NOW
from tests.support.demo_parties import PLACES, Parties
from tests.support.keys import rsa_key
from tests.support.saml.world import SKEW

HOME = "https://127.0.0.1:8002"
PORTAL = "https://localhost:8001"


@pytest.fixture
def client(stand_ins: Parties) -> FlaskClient:
    """A browser that is logged in at the e-tjänst."""
    client = stand_ins.service.test_client()
    sent = client.get("/logga-in", base_url=HOME)
    query = urlsplit(sent.headers["Location"]).query
    request_id = _request_id(query)
    xml = stand_ins.answer(stand_ins.envelope(request_id))
    field = base64.b64encode(xml).decode()
    client.post("/acs", data={"SAMLResponse": field}, base_url=HOME)
    assert "Välkommen" in page(client)
    return client


def _request_id(query: str) -> str:
    return str(safe_xml.parse(decode_redirect(query.encode()).xml).get("ID"))


def page(client: FlaskClient) -> str:
    return client.get("/", base_url=HOME).get_data(as_text=True)


def asked_of_the_bridge(stand_ins: Parties, url: str) -> LogoutRequest:
    """Read a request as the bridge would."""
    sp = read_service_provider(stand_ins.login.metadata(), allow_loopback_http=True)
    idp = read_identity_provider(
        stand_ins.portal.test_client().get("/saml", base_url=PORTAL).data,
        allow_loopback_http=True,
    )
    known = {each.entity_id: each for each in (sp, idp)}
    place = urlsplit(url)._replace(query="").geturl()
    message = decode_redirect(urlsplit(url).query.encode())
    opened = logout_messages.open_message(message, kind=logout_messages.REQUEST)
    context = LogoutContext(
        find_sender=lambda entity_id: known[entity_id],
        endpoint_url=place,
        moment=Moment(NOW, SKEW),
    )
    return logout_messages.accept_request(opened, context, ())


def question(location: str, index: str, issuer: str) -> LogoutQuestion:
    return LogoutQuestion(
        request_id=f"_ended-{index}",
        our_entity_id=issuer,
        location=location,
        name_id=NameID(value="whoever"),
        session_indexes=(index,),
        issued=NOW,
    )


def test_logging_out_forgets_the_person_and_asks_the_bridge(
    client: FlaskClient, stand_ins: Parties
) -> None:
    left = client.post("/logga-ut", base_url=HOME)
    asked = asked_of_the_bridge(stand_ins, left.headers["Location"])
    assert asked.issuer == stand_ins.login.service.entity_id
    assert "Välkommen" not in page(client)


@pytest.mark.parametrize(
    ("second", "shown"),
    [
        (None, "Du är utloggad överallt."),
        (names.STATUS_PARTIAL_LOGOUT, "men kanske inte överallt"),
    ],
)
def test_what_the_bridge_says_of_a_logout_is_shown(
    client: FlaskClient, stand_ins: Parties, second: str | None, shown: str
) -> None:
    left = client.post("/logga-ut", base_url=HOME)
    asked = asked_of_the_bridge(stand_ins, left.headers["Location"])
    answer = LogoutAnswer(
        our_entity_id=stand_ins.login.idp.entity_id,
        location=stand_ins.login.slo_url,
        in_response_to=asked.id,
        status=Status(top=names.STATUS_SUCCESS, second=second),
        issued=NOW,
    )
    back = logout_writing.answer_for_browser(
        answer,
        binding=names.BINDING_REDIRECT,
        key=stand_ins.bridge_key,
        relay_state=None,
    )
    client.get(f"/slo?{urlsplit(back.url).query}", base_url=HOME)
    assert shown in page(client)


@pytest.mark.parametrize("is_bridge", [True, False], ids=["bridge", "stranger"])
def test_only_the_bridge_ends_a_session_by_soap(
    client: FlaskClient, stand_ins: Parties, *, is_bridge: bool
) -> None:
    key = stand_ins.bridge_key if is_bridge else rsa_key("stranger").signing
    ask = question(stand_ins.login.slo_url, "_session", stand_ins.login.idp.entity_id)
    answer = client.post(
        "/slo",
        data=logout_writing.request_in_envelope(ask, key),
        content_type=soap.CONTENT_TYPE,
        base_url=HOME,
    )
    assert answer.status_code == (200 if is_bridge else 400)
    assert ("Du är utloggad härifrån." in page(client)) is is_bridge


def test_the_portal_answers_the_bridge_by_redirect(stand_ins: Parties) -> None:
    where = SITHS.slo_url(PLACES.portal, names.BINDING_REDIRECT)
    ask = question(where, "some", stand_ins.provider.bridge.entity_id)
    sent = logout_writing.request_for_browser(
        ask, binding=names.BINDING_REDIRECT, key=stand_ins.bridge_key
    )
    parts = urlsplit(sent.url)
    portal = stand_ins.portal.test_client()
    answer = portal.get(f"{parts.path}?{parts.query}", base_url=PORTAL)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith(f"{PLACES.bridge}/saml/sp/slo?")
    again = portal.get(f"{parts.path}?{parts.query}", base_url=PORTAL)
    assert again.status_code == 400


def test_whoever_leaves_at_the_portal_is_sent_to_the_bridge(
    stand_ins: Parties,
) -> None:
    portal = stand_ins.portal.test_client()
    asked = urlsplit(stand_ins.question().url)
    login = portal.get(f"{asked.path}?{asked.query}", base_url=PORTAL)
    token = html.fromstring(login.text).forms[0].fields["fraga"]
    portal.post("/saml/svar", data={"fraga": token, "person": "anna"}, base_url=PORTAL)
    assert "Anna" in portal.get("/saml/utloggning", base_url=PORTAL).text
    left = portal.post("/saml/utloggning", base_url=PORTAL)
    ask = asked_of_the_bridge(stand_ins, left.headers["Location"])
    assert ask.issuer == SITHS.entity_id
    assert ask.session_indexes
    assert "Ingen är inloggad" in portal.get("/saml/utloggning", base_url=PORTAL).text
