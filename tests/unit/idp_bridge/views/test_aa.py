"""Our attribute authority over HTTP."""

import json
from pathlib import Path

import pytest

from metadata import names, safe_xml
from tests.support.asked_bridge import (
    AskedBridge,
    make_asked_bridge,
    told_over_http,
)
from tests.support.clock import FrozenClock
from tests.support.installations import BASE_URL
from tests.support.log_lines import capture_logs
from tests.support.permission_world import ALICE, MELKER, REGION
from tests.support.saml.envelopes import enveloped
from tests.support.saml.queries import (
    PERMISSIONS,
    about,
    asked,
    attribute_query,
    signed_query,
)

SOAP = f"{{{names.NS_SOAP}}}"


@pytest.fixture
def bridge(tmp_path: Path, clock: FrozenClock) -> AskedBridge:
    return make_asked_bridge(tmp_path, clock)


def test_a_query_is_answered_in_an_envelope(bridge: AskedBridge) -> None:
    response = bridge.ask(asked(PERMISSIONS))
    assert response.status_code == 200
    assert response.content_type == "text/xml; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-cache, no-store"
    assert "Set-Cookie" not in response.headers
    told = told_over_http(response)
    assert told.statuses == ("Success",)
    assert told.attributes == {PERMISSIONS: (f"{REGION}:landsting:rapportera",)}


def test_a_refusal_is_a_saml_answer_with_a_reference(
    bridge: AskedBridge,
) -> None:
    with capture_logs() as lines:
        response = bridge.post(enveloped(attribute_query()))
    assert response.status_code == 200
    told = told_over_http(response)
    assert told.statuses == ("Requester", "RequestDenied")
    code, reference = told.message.split(" ")
    assert code == "bad-signature"
    (line,) = [each for each in lines if each.get("error_id") == reference]
    assert line["code"] == code
    assert line["sp_entity_id"] == MELKER
    assert ALICE not in str(lines)


def test_the_log_says_who_asked_and_never_about_whom(
    bridge: AskedBridge,
) -> None:
    with capture_logs() as lines:
        bridge.ask(asked(PERMISSIONS))
    assert {"event": "query-answered", "sp_entity_id": MELKER}.items() <= lines[
        -1
    ].items()
    assert ALICE not in str(lines)
    assert "rapportera" not in str(lines)


@pytest.mark.parametrize(
    ("body", "content_type", "code"),
    [
        (b"", "text/xml", "Client"),
        (b"{}", "application/json", "Client"),
        (signed_query().encode(), "text/xml", "Client"),
        (enveloped(signed_query()), "application/soap+xml", "Client"),
        (enveloped(signed_query(), namespace="urn:x"), "text/xml", "VersionMismatch"),
        (
            enveloped(signed_query(), headers='<a S:mustUnderstand="1"/>'),
            "text/xml",
            "MustUnderstand",
        ),
        (enveloped(signed_query(), signed_query(id="_b")), "text/xml", "Client"),
    ],
    ids=["nothing", "JSON", "no envelope", "SOAP 1.2", "other", "header", "two"],
)
def test_only_what_is_no_message_is_answered_with_a_fault(
    bridge: AskedBridge, body: bytes, content_type: str, code: str
) -> None:
    response = bridge.post(body, content_type)
    assert response.status_code == 400
    assert response.content_type == "text/xml; charset=utf-8"
    fault = safe_xml.parse(response.data)[0][0]
    assert fault.tag == f"{SOAP}Fault"
    assert fault.findtext("faultcode") == f"soap:{code}"
    assert (fault.findtext("faultstring") or "").startswith("bad-envelope ")


def test_a_person_who_opens_the_address_reads_a_page(bridge: AskedBridge) -> None:
    response = bridge.client.get("/saml/aa/query", base_url=BASE_URL)
    assert response.status_code == 405
    assert "text/html" in response.content_type


def test_a_form_is_no_query(bridge: AskedBridge) -> None:
    response = bridge.client.post(
        "/saml/aa/query", base_url=BASE_URL, data={"SAMLRequest": "a"}
    )
    assert response.status_code == 400


def test_too_many_queries_are_told_to_wait(tmp_path: Path, clock: FrozenClock) -> None:
    bridge = make_asked_bridge(tmp_path, clock, "[saml]\nqueries_per_minute = 1\n")
    answers = [
        told_over_http(bridge.ask(id=f"_query-{number}", subject=about(ALICE)))
        for number in range(3)
    ]
    assert answers[0].statuses == ("Success",)
    assert answers[-1].statuses == ("Responder",)
    assert answers[-1].message.startswith("too-many-queries ")


def test_the_metadata_of_the_authority_is_the_value_of_its_name(
    bridge: AskedBridge,
) -> None:
    get = bridge.client.get
    at_name, at_address = (
        get(path, base_url=BASE_URL) for path in ("/saml/aa", "/saml/aa/metadata")
    )
    assert at_name.data == at_address.data
    assert at_name.mimetype == "application/samlmetadata+xml"
    assert safe_xml.parse(at_name.data).get("entityID") == f"{BASE_URL}/saml/aa"


def test_figures_count_queries_and_refusals(bridge: AskedBridge) -> None:
    bridge.ask()
    bridge.post(enveloped(attribute_query(id="_b")))
    bridge.post(b"")
    text = bridge.client.get("/metrics", base_url=BASE_URL).text
    for code in ("answered", "bad-signature", "bad-envelope"):
        assert f'idp_bridge_outcomes_total{{code="{code}"}} 1.0' in text


def test_no_answer_is_a_traceback(bridge: AskedBridge) -> None:
    for body in (b"\x00" * 100, b"<" * 1000, json.dumps({}).encode(), b"\xff\xfe<a/>"):
        response = bridge.post(body)
        assert response.status_code == 400
        assert b"Traceback" not in response.data
