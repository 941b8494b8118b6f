"""Our own messages about logout: signed, by Redirect, POST or SOAP.

By Redirect the query string is signed and the message is not (bindings 3.4.4.1); by
POST and SOAP the message is.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from lxml import etree

from idp_bridge.saml import bindings, soap
from idp_bridge.saml.messages import NameID, Status
from idp_bridge.saml.times import write_instant
from idp_bridge.saml.upstream_request import OutboundRequest, new_id
from idp_bridge.saml.writing import SAML, SAMLP, add, root, to_bytes
from metadata import names, signatures
from metadata.signatures import SigningKey

VALID_FOR: Final = timedelta(minutes=5)
"""How long a request of ours may be used (``NotOnOrAfter``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutQuestion:
    """Whom we ask to end which session."""

    request_id: str
    our_entity_id: str
    location: str
    name_id: NameID
    session_indexes: tuple[str, ...]
    issued: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutAnswer:
    """How a logout ended, for the one who asked for it."""

    our_entity_id: str
    location: str | None
    """``None`` by SOAP: the answer goes where the question came from."""
    in_response_to: str
    status: Status
    issued: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """How a browser carries a message."""

    binding: str
    location: str
    parameter: str
    relay_state: str | None = None


def request_for_browser(
    question: LogoutQuestion, *, binding: str, key: SigningKey
) -> OutboundRequest:
    """Write a LogoutRequest that a browser carries, by Redirect or POST."""
    way = _Way(binding=binding, location=question.location, parameter="SAMLRequest")
    return _for_browser(_request(question), way, key)


def request_in_envelope(question: LogoutQuestion, key: SigningKey) -> bytes:
    """Write a LogoutRequest that we bring ourselves, by SOAP (bindings 3.2)."""
    return _in_envelope(_request(question), key)


def answer_for_browser(
    answer: LogoutAnswer, *, binding: str, key: SigningKey, relay_state: str | None
) -> OutboundRequest:
    """Write a LogoutResponse that a browser carries, by Redirect or POST."""
    way = _Way(
        binding=binding,
        location=answer.location or "",
        parameter="SAMLResponse",
        relay_state=relay_state,
    )
    return _for_browser(_response(answer), way, key)


def answer_in_envelope(answer: LogoutAnswer, key: SigningKey) -> bytes:
    """Write a LogoutResponse for the very connection that the question came by."""
    return _in_envelope(_response(answer), key)


def _for_browser(tree: etree._Element, way: _Way, key: SigningKey) -> OutboundRequest:
    if way.binding == names.BINDING_REDIRECT:
        return OutboundRequest(
            url=bindings.encode_redirect(
                way.location,
                to_bytes(tree),
                relay_state=way.relay_state,
                key=key,
                parameter=way.parameter,
            )
        )
    signatures.sign_enveloped(tree, key)
    fields = [(way.parameter, bindings.encode_post(to_bytes(tree)))]
    if way.relay_state is not None:
        fields.append(("RelayState", way.relay_state))
    return OutboundRequest(url=way.location, fields=tuple(fields))


def _in_envelope(tree: etree._Element, key: SigningKey) -> bytes:
    signatures.sign_enveloped(tree, key)
    return soap.write_envelope(to_bytes(tree))


def _request(question: LogoutQuestion) -> etree._Element:
    """Write a LogoutRequest (core 3.7.1)."""
    request = root(
        SAMLP + "LogoutRequest",
        ID=question.request_id,
        Version="2.0",
        IssueInstant=write_instant(question.issued),
        Destination=question.location,
        NotOnOrAfter=write_instant(question.issued + VALID_FOR),
        Reason=names.LOGOUT_BY_USER,
    )
    add(request, SAML + "Issuer", question.our_entity_id)
    name_id = question.name_id
    add(
        request,
        SAML + "NameID",
        name_id.value,
        Format=name_id.format,
        NameQualifier=name_id.name_qualifier,
        SPNameQualifier=name_id.sp_name_qualifier,
    )
    for index in question.session_indexes:
        add(request, SAMLP + "SessionIndex", index)
    return request


def _response(answer: LogoutAnswer) -> etree._Element:
    """Write a LogoutResponse (core 3.7.2)."""
    response = root(
        SAMLP + "LogoutResponse",
        ID=new_id(),
        Version="2.0",
        InResponseTo=answer.in_response_to,
        IssueInstant=write_instant(answer.issued),
        Destination=answer.location,
    )
    add(response, SAML + "Issuer", answer.our_entity_id)
    status = add(response, SAMLP + "Status")
    top = add(status, SAMLP + "StatusCode", Value=answer.status.top)
    if answer.status.second:
        add(top, SAMLP + "StatusCode", Value=answer.status.second)
    return response
