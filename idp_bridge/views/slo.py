"""E-tjänster and identity providers speak with us about logout, in every binding.

Our own session ends before anything else happens; then the others are told, and whoever
asked gets an answer. What is refused ends nothing: by browser it is a page, by SOAP a
SAML status.
"""

from typing import Final

from flask import Blueprint, Response, request

from idp_bridge import pages
from idp_bridge.errors import (
    BadEnvelopeError,
    BridgeError,
    LogoutLostError,
    UnknownSessionError,
)
from idp_bridge.login import (
    logout_answers,
    logout_begin,
    logout_requests,
    logout_telling,
)
from idp_bridge.login.logout_begin import BegunLogout, asker_of
from idp_bridge.login.pending_logout import Asker
from idp_bridge.saml import bindings, logout_messages, soap
from idp_bridge.saml.bindings import InboundMessage
from idp_bridge.saml.messages import LogoutRequest, Status
from idp_bridge.saml.soap import FaultCode
from idp_bridge.services import services
from idp_bridge.tracing.models import TraceKind
from idp_bridge.views import logout_pages
from idp_bridge.views.browsers import this_browser
from idp_bridge.views.logout import (
    end_sessions,
    go_on,
    note,
    redirect_to,
    secret_of,
    tell,
)
from idp_bridge.views.refusals import note_message
from idp_bridge.web.access import open_to_all
from metadata.entities import Role

bp = Blueprint("slo", __name__)

_BAD_REQUEST: Final = 400


@bp.get("/saml/idp/slo")
@open_to_all
def receive_from_service() -> Response:
    """Take a message of an e-tjänst by Redirect."""
    return _receive_redirect(Role.SP)


@bp.post("/saml/idp/slo")
@open_to_all
def receive_form_from_service() -> Response:
    """Take a message of an e-tjänst by POST or SOAP."""
    return _receive_post(Role.SP)


@bp.get("/saml/sp/slo")
@open_to_all
def receive_from_idp() -> Response:
    """Take a message of an identity provider by Redirect."""
    return _receive_redirect(Role.IDP)


@bp.post("/saml/sp/slo")
@open_to_all
def receive_form_from_idp() -> Response:
    """Take a message of an identity provider by POST or SOAP."""
    return _receive_post(Role.IDP)


def _receive_redirect(role: Role) -> Response:
    if not request.query_string:
        raise LogoutLostError("a bookmark into a logout")
    try:
        if "SAMLResponse" in request.args:
            message = bindings.decode_redirect(
                request.query_string, parameter="SAMLResponse"
            )
            return _take_answer(message, role)
        return _log_out_for(bindings.decode_redirect(request.query_string), role)
    except LogoutLostError:
        raise
    except BridgeError as error:
        return logout_pages.show_failed(error)


def _receive_post(role: Role) -> Response:
    if request.mimetype == "text/xml":
        return _answer_by_soap(role)
    form = request.form
    try:
        relay_states = form.getlist("RelayState")
        if "SAMLResponse" in form:
            answers = form.getlist("SAMLResponse")
            return _take_answer(bindings.decode_post(answers, relay_states), role)
        questions = form.getlist("SAMLRequest")
        return _log_out_for(bindings.decode_post(questions, relay_states), role)
    except LogoutLostError:
        raise
    except BridgeError as error:
        return logout_pages.show_failed(error)


def _log_out_for(message: InboundMessage, role: Role) -> Response:
    """End the session that a party means, and tell the others."""
    parts = services().parts
    opened = logout_messages.open_message(message, kind=logout_messages.REQUEST)
    asked = logout_requests.receive(opened, role, parts)
    asker = asker_of(asked, role)
    try:
        begun = _begin(asked, role, asker)
    except UnknownSessionError as error:
        status = Status(top=error.status, second=error.second_status)
        outbound = logout_answers.to_asker(asker, status, parts)
        return logout_pages.show_failed(error, asker=asker, outbound=outbound)
    return go_on(begun)


def _begin(asked: LogoutRequest, role: Role, asker: Asker) -> BegunLogout:
    """End the sessions that are meant, and tell by SOAP whoever takes it."""
    parts = services().parts
    browser = this_browser()
    meant = logout_requests.find_meant(asked, role, browser, parts)
    ended = end_sessions(meant)
    return tell(logout_begin.begin(ended, parts, asker=asker))


def _take_answer(message: InboundMessage, role: Role) -> Response:
    """Note what a party says, and go on with the logout of this browser."""
    parts = services().parts
    opened = logout_messages.open_message(message, kind=logout_messages.RESPONSE)
    found = logout_answers.find_answered(opened, secret_of, parts)
    try:
        logout_answers.take(found, role, parts)
    except LogoutLostError:
        pass  # it was asked again meanwhile; the page knows how far we are
    except BridgeError as error:
        return logout_pages.show_failed(error, go_on=found.pending)
    return redirect_to(logout_pages.url_of(found.pending))


def _answer_by_soap(role: Role) -> Response:
    """End the session that a party means, without a browser (bindings 3.2)."""
    try:
        message = soap.open_envelope(
            request.get_data(cache=False), content_type=request.content_type or ""
        )
        opened = logout_messages.open_message(message, kind=logout_messages.REQUEST)
    except BridgeError as error:
        return _fault(error)
    parts = services().parts
    try:
        asked = logout_requests.receive(opened, role, parts)
        begun = _begin(asked, role, asker_of(asked, role))
        pending = logout_telling.give_up(begun.pending)
        note(pending)
        status = logout_answers.status_of(pending)
    except BridgeError as error:
        _note_refusal(error)
        status = Status(top=error.status, second=error.second_status)
    envelope = logout_answers.in_envelope(
        status, in_response_to=opened.id, role=role, parts=parts
    )
    return _envelope(envelope)


def _fault(error: BridgeError) -> Response:
    """Say what is wrong with an envelope in which no request was found."""
    error_id = _note_refusal(error)
    code = error.soap_code if isinstance(error, BadEnvelopeError) else FaultCode.CLIENT
    response = _envelope(soap.write_fault(code, f"{error.code} {error_id}"))
    response.status_code = _BAD_REQUEST
    return response


def _note_refusal(error: BridgeError) -> str:
    error_id = pages.new_error_id()
    note_message(error, TraceKind.LOGOUT, error_id)
    return error_id


def _envelope(body: bytes) -> Response:
    """Send an envelope that nobody keeps (bindings 3.2.3.2)."""
    response = Response(body, content_type=soap.CONTENT_TYPE)
    response.headers["Cache-Control"] = "no-cache, no-store"
    response.headers["Pragma"] = "no-cache"
    return response
