"""An e-tjänst believes the bridge and nobody else, and each answer once."""

import base64
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from idp_bridge.demo.e_services import ERSATTNING, LANDSTING
from idp_bridge.errors import ReplayedError, UnknownPartnerError
from idp_bridge.saml import bindings, downstream_response
from idp_bridge.saml.downstream_request import RequestContext, accept
from idp_bridge.saml.downstream_response import Envelope
from idp_bridge.saml.messages import AuthnRequest, Status
from idp_bridge.saml.times import Moment
from metadata import names
from metadata.entities import ServiceProvider
from metadata.reader import read_service_provider
from metadata.signatures import SigningKey
from tests.support.clock import NOW, FrozenClock
from tests.support.demo_parties import PLACES, VALUE, Parties
from tests.support.keys import rsa_key
from tests.support.saml.world import SKEW


@pytest.fixture
def client(stand_ins: Parties) -> FlaskClient:
    return stand_ins.service.test_client()


def described(stand_ins: Parties) -> ServiceProvider:
    return read_service_provider(stand_ins.login.metadata(), allow_loopback_http=True)


def begin(client: FlaskClient, stand_ins: Parties, *, again: bool = False) -> str:
    """Press the button, and read the ID of the request as the bridge would."""
    return asked(client, stand_ins, again=again).id


def asked(client: FlaskClient, stand_ins: Parties, *, again: bool) -> AuthnRequest:
    sent = client.get("/logga-in?ny=1" if again else "/logga-in", base_url=_SECURE)
    url = urlsplit(sent.headers["Location"])
    sp = described(stand_ins)

    def find_sp(entity_id: str) -> ServiceProvider:
        if entity_id != sp.entity_id:
            raise UnknownPartnerError(entity_id)
        return sp

    context = RequestContext(
        find_sp=find_sp,
        endpoint_url=f"{PLACES.bridge}/saml/idp/sso",
        moment=Moment(NOW, SKEW),
        require_signature=lambda _: True,
    )
    message = bindings.decode_redirect(url.query.encode())
    return accept(message, context).request


_SECURE = "https://127.0.0.1:8002"
"""The test client keeps secure cookies for https only."""


def bring(client: FlaskClient, xml: bytes) -> str:
    field = base64.b64encode(xml).decode()
    sent = client.post("/acs", data={"SAMLResponse": field}, base_url=_SECURE)
    assert sent.status_code == 303
    return start(client)


def start(client: FlaskClient) -> str:
    return client.get("/", base_url=_SECURE).get_data(as_text=True)


def test_it_shows_who_somebody_is_and_what_they_may_do_in_words(
    client: FlaskClient, stand_ins: Parties
) -> None:
    request_id = begin(client, stand_ins)
    page = bring(client, stand_ins.answer(stand_ins.envelope(request_id)))
    assert "Välkommen, Anna &lt;b&gt; Åkerlund" in page
    assert "Asylsökande i förskola" in page
    assert VALUE in page
    assert "SE2120990011-B001" in page
    assert "&lt;saml:Assertion" in page


def test_logging_in_as_somebody_else_asks_for_a_fresh_login(
    client: FlaskClient, stand_ins: Parties
) -> None:
    assert not asked(client, stand_ins, again=False).force_authn
    assert asked(client, stand_ins, again=True).force_authn


def changed(stand_ins: Parties, request_id: str, what: str) -> bytes:
    envelope = stand_ins.envelope
    key: SigningKey | None = None
    odd: Envelope
    match what:
        case "another key":
            odd, key = envelope(request_id), rsa_key("stranger").signing
        case "another audience":
            odd = envelope(request_id, sp_entity_id=LANDSTING.entity_id)
        case "another address":
            odd = envelope(request_id, acs_url=f"{PLACES.service(1)}/acs")
        case "another sender":
            odd = envelope(request_id, our_entity_id="https://else.example.se")
        case "another request":
            odd = envelope("_" + "b" * 40)
        case _:
            odd = envelope(request_id, issued=NOW - timedelta(hours=1))
    return stand_ins.answer(odd, key)


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ("another key", "bad-signature"),
        ("another audience", "wrong-audience"),
        ("another address", "wrong-destination"),
        ("another sender", "wrong-issuer"),
        ("another request", "unsolicited"),
        ("another time", "expired"),
    ],
)
def test_an_answer_that_cannot_be_checked_is_refused(
    client: FlaskClient, stand_ins: Parties, what: str, code: str
) -> None:
    request_id = begin(client, stand_ins)
    page = bring(client, changed(stand_ins, request_id, what))
    assert "E-tjänsten godtog inte svaret." in page
    assert f"<code>{code}</code>" in page
    assert "Välkommen" not in page


def test_an_answer_counts_once(client: FlaskClient, stand_ins: Parties) -> None:
    xml = stand_ins.answer(stand_ins.envelope(begin(client, stand_ins)))
    assert "Välkommen" in bring(client, xml)
    page = bring(client, xml)
    assert "Välkommen" not in page
    assert "<code>unsolicited</code>" in page


def test_an_assertion_counts_once_even_for_an_open_question(
    stand_ins: Parties,
) -> None:
    sent, _ = stand_ins.login.ask(force_authn=False)
    xml = stand_ins.answer(stand_ins.envelope(sent.request_id))
    opened = stand_ins.login.open(
        bindings.decode_post([base64.b64encode(xml).decode()])
    )
    assert stand_ins.login.accept(opened, sent).assertion.id
    with pytest.raises(ReplayedError):
        stand_ins.login.accept(opened, sent)


def test_an_answer_is_for_the_browser_that_asked(
    client: FlaskClient, stand_ins: Parties
) -> None:
    xml = stand_ins.answer(stand_ins.envelope(begin(client, stand_ins)))
    stranger = stand_ins.service.test_client()
    assert "Välkommen" not in bring(stranger, xml)
    assert "Välkommen" in bring(client, xml)


@pytest.mark.parametrize(
    ("second", "words"),
    [
        (names.STATUS_CANCEL, "Inloggningen avbröts."),
        (names.STATUS_REQUEST_DENIED, "Inloggningen nekades"),
        (names.STATUS_NO_AUTHN_CONTEXT, "för låg nivå"),
        (names.STATUS_POSSIBLE_FRAUD, "säkerhetsskäl"),
        (names.STATUS_NO_SUPPORTED_IDP, "Inloggningen misslyckades."),
    ],
)
def test_it_says_in_words_and_codes_why_there_is_no_login(
    client: FlaskClient, stand_ins: Parties, second: str, words: str
) -> None:
    request_id = begin(client, stand_ins)
    xml = downstream_response.make_error(
        stand_ins.envelope(request_id),
        Status(top=names.STATUS_RESPONDER, second=second),
        stand_ins.bridge_key,
    )
    page = bring(client, xml)
    assert words in page
    assert f"<code>{second}</code>" in page


def test_whoever_leaves_is_forgotten(client: FlaskClient, stand_ins: Parties) -> None:
    request_id = begin(client, stand_ins)
    bring(client, stand_ins.answer(stand_ins.envelope(request_id)))
    client.post("/logga-ut", base_url=_SECURE)
    assert "Välkommen" not in start(client)


def test_a_visit_is_over_after_two_hours(
    client: FlaskClient, stand_ins: Parties, clock: FrozenClock
) -> None:
    request_id = begin(client, stand_ins)
    bring(client, stand_ins.answer(stand_ins.envelope(request_id)))
    clock.advance(timedelta(hours=2))
    assert "Välkommen" not in start(client)


def test_it_publishes_what_it_needs_and_how_it_is_called(stand_ins: Parties) -> None:
    sp = described(stand_ins)
    assert sp.display.names == {"sv": ERSATTNING.name, "en": ERSATTNING.name_en}
    assert sp.encryption_keys
    assert sp.signs_requests
    assert sp.wants_signed_assertions
    (asked_for,) = sp.attribute_services
    wanted = {each.name for each in asked_for.requested}
    assert stand_ins.login.permission_attribute in wanted
