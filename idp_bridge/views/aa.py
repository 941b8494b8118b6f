"""Our attribute authority over HTTP: an envelope in, an envelope out."""

from typing import Final

from flask import Blueprint, Response, request

from idp_bridge import logs, pages
from idp_bridge.attribute_authority import answering
from idp_bridge.attribute_authority.answering import Answer
from idp_bridge.errors import BadEnvelopeError, BridgeError
from idp_bridge.metrics import ANSWERED
from idp_bridge.saml import soap
from idp_bridge.saml.bindings import InboundMessage
from idp_bridge.saml.soap import FaultCode
from idp_bridge.services import services
from idp_bridge.tracing.models import TraceKind
from idp_bridge.views.refusals import note_message
from idp_bridge.web.access import open_to_all

bp = Blueprint("aa", __name__)

_BAD_REQUEST: Final = 400


@bp.post("/saml/aa/query")
@open_to_all
def answer_query() -> Response:
    """Answer an AttributeQuery; a refusal is a SAML answer too (bindings 3.2.3.3)."""
    error_id = pages.new_error_id()
    try:
        message = _message()
    except BridgeError as error:
        _log(error, error_id, None)
        return _fault(error, error_id)
    found = services()
    answered = answering.answer(
        message, found.parts, found.query_pace, reference=error_id
    )
    _note(answered, error_id)
    return _envelope(soap.write_envelope(answered.xml))


def _message() -> InboundMessage:
    """Take the message out of the envelope that came."""
    return soap.open_envelope(
        request.get_data(cache=False),
        content_type=request.headers.get("Content-Type", ""),
    )


def _note(answered: Answer, error_id: str) -> None:
    """Write the one line about a query, and count it."""
    if answered.refusal is not None:
        _log(answered.refusal, error_id, answered.sp_entity_id)
        return
    services().metrics.count(ANSWERED)
    logs.query_answered(sp_entity_id=answered.sp_entity_id or "")


def _log(error: BridgeError, error_id: str, sp_entity_id: str | None) -> None:
    note_message(error, TraceKind.QUERY, error_id, sp_entity_id=sp_entity_id)


def _fault(error: BridgeError, error_id: str) -> Response:
    """Say what is wrong with an envelope in which no message was found."""
    code: str = FaultCode.CLIENT
    if isinstance(error, BadEnvelopeError):
        code = error.soap_code
    response = _envelope(soap.write_fault(code, f"{error.code} {error_id}"))
    response.status_code = _BAD_REQUEST
    return response


def _envelope(body: bytes) -> Response:
    """Send an envelope that nobody keeps (bindings 3.2.3.2)."""
    response = Response(body, content_type=soap.CONTENT_TYPE)
    response.headers["Cache-Control"] = "no-cache, no-store"
    response.headers["Pragma"] = "no-cache"
    return response
