"""An e-tjänst that asks believes the attribute authority and nobody else."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask, Response, request

from idp_bridge.demo.service_query import ServiceQuery
from idp_bridge.saml import attribute_response, gate, soap
from idp_bridge.saml.attribute_response import Statement
from idp_bridge.saml.encryption import DecryptionKey
from idp_bridge.saml.messages import IssuedAttribute, NameID, Status
from idp_bridge.saml.response_parts import Heading, Protection
from metadata import names
from metadata.entities import AttributeAuthority, EncryptionKey, Endpoint
from metadata.signatures import verify_enveloped
from tests.support.clock import NOW
from tests.support.keys import rsa_key
from tests.support.saml.queries import OUR_AA, PERMISSIONS
from tests.support.served import served

SERVICE = "https://ansvar.demo.example.se/saml"
NAME = NameID(value="_anna", format=names.NAMEID_PERSISTENT)
OWN, AUTHORITY = rsa_key("asking"), rsa_key("authority")
HEADING = Heading(issuer=OUR_AA, in_response_to="", issued=NOW)
PROTECTION = Protection(
    sign_assertion=True,
    recipient=EncryptionKey(OWN.public),
    default_cipher=names.ENCRYPTION_AES256_GCM,
    lifetime=timedelta(minutes=5),
    skew=timedelta(seconds=60),
)
STATEMENT = Statement(
    audience=SERVICE,
    name_id=NAME,
    attributes=(
        IssuedAttribute(name=PERMISSIONS, friendly_name="may", values=("a:b:c",)),
    ),
)


@dataclass(frozen=True, kw_only=True)
class Lie:
    """What an authority says that is not ours."""

    heading: dict[str, Any]
    statement: dict[str, Any]
    protection: dict[str, Any]
    key: str = "authority"


def lie(**changes: Any) -> Lie:
    usual: dict[str, Any] = {"heading": {}, "statement": {}, "protection": {}}
    return Lie(**{**usual, **changes})


@contextmanager
def asking(answer: Callable[[str], bytes]) -> Iterator[ServiceQuery]:
    """Let an e-tjänst ask somebody who answers; the query itself must be right."""
    app = Flask("authority")

    @app.post("/query")
    def take() -> Response:
        message = soap.open_envelope(
            request.get_data(), content_type=request.headers["Content-Type"]
        )
        query = gate.read(message, kind="AttributeQuery")
        verify_enveloped(query, [OWN.public])
        body = answer(query.attrib["ID"])
        return Response(body, content_type=soap.CONTENT_TYPE)

    with served(app) as port:
        address = f"http://127.0.0.1:{port}/query"
        authority = AttributeAuthority(
            entity_id=OUR_AA,
            valid_until=None,
            signing_keys=(AUTHORITY.public,),
            attribute_endpoints=(
                Endpoint(binding=names.BINDING_SOAP, location=address),
            ),
        )
        yield ServiceQuery(
            entity_id=SERVICE,
            key=OWN.signing,
            opening_keys=(DecryptionKey.from_pem(OWN.private_pem),),
            authority=authority,
            wanted=(PERMISSIONS,),
            clock=lambda: NOW,
        )


def told(query_id: str, lied: Lie) -> bytes:
    heading = replace(HEADING, **{"in_response_to": query_id, **lied.heading})
    return soap.write_envelope(
        attribute_response.make_answer(
            heading,
            replace(STATEMENT, **lied.statement),
            replace(PROTECTION, **lied.protection),
            rsa_key(lied.key).signing,
        )
    )


def test_what_the_authority_says_is_known_afterwards() -> None:
    with asking(lambda query_id: told(query_id, lie())) as query:
        fetched = query.ask(NAME)
    assert fetched.error is None
    assert fetched.attributes == {PERMISSIONS: ("a:b:c",)}
    assert "a:b:c" in fetched.xml


def test_a_success_without_assertion_says_nothing() -> None:
    def answer(query_id: str) -> bytes:
        heading = replace(HEADING, in_response_to=query_id)
        xml = attribute_response.make_without_assertion(
            heading, Status(top=names.STATUS_SUCCESS), AUTHORITY.signing
        )
        return soap.write_envelope(xml)

    with asking(answer) as query:
        fetched = query.ask(NAME)
    assert (fetched.error, fetched.attributes) == (None, {})


@pytest.mark.parametrize(
    ("lied", "code"),
    [
        (lie(key="somebody else"), "bad-signature"),
        (lie(heading={"in_response_to": "_another"}), "unknown-request"),
        (lie(heading={"issuer": "https://else.example.se"}), "wrong-issuer"),
        (lie(statement={"audience": "https://else.example.se"}), "wrong-audience"),
        (lie(statement={"name_id": NameID(value="_bo")}), "bad-assertion"),
        (lie(protection={"lifetime": timedelta(minutes=-10)}), "expired"),
        (lie(protection={"sign_assertion": False}), "bad-signature"),
        (
            lie(protection={"recipient": EncryptionKey(rsa_key("other").public)}),
            "undecryptable",
        ),
    ],
    ids=[
        "key",
        "question",
        "issuer",
        "audience",
        "subject",
        "time",
        "unsigned",
        "recipient",
    ],
)
def test_what_is_not_right_is_not_believed(lied: Lie, code: str) -> None:
    with asking(lambda query_id: told(query_id, lied)) as query:
        fetched = query.ask(NAME)
    assert (fetched.error, fetched.attributes, fetched.xml) == (code, {}, "")


def test_an_error_of_the_authority_is_told() -> None:
    def answer(query_id: str) -> bytes:
        heading = replace(HEADING, in_response_to=query_id)
        status = Status(top=names.STATUS_REQUESTER, second=names.STATUS_REQUEST_DENIED)
        xml = attribute_response.make_without_assertion(
            heading, status, AUTHORITY.signing
        )
        return soap.write_envelope(xml)

    with asking(answer) as query:
        assert query.ask(NAME).error == "upstream-failed"


def test_an_authority_that_is_silent_says_nothing() -> None:
    with asking(lambda _: b"") as query:
        pass
    assert query.ask(NAME).error == "unavailable-idp"
