"""A login has failed and we know which e-tjänst waits: show why, offer the way back."""

from dataclasses import dataclass
from typing import Final

from flask import Response, url_for
from flask import request as http_request

from idp_bridge import logs, pages
from idp_bridge.error_urls import Happened, filled
from idp_bridge.errors import (
    AuthnContextError,
    BridgeError,
    MissingAttributeError,
    PossibleFraudError,
    ProtocolError,
)
from idp_bridge.login import answer
from idp_bridge.login.answer import Answer
from idp_bridge.pages import ErrorPage, HandoffForm
from idp_bridge.saml.messages import AuthnRequest
from idp_bridge.services import services
from idp_bridge.settings import Upstream
from idp_bridge.tracing.models import LONGEST_REASON, Told, Trace, TraceKind
from idp_bridge.tracing.steps import Step, TraceStep

_FINAL: Final = (PossibleFraudError,)
"""Refusals after which the person is not invited to try again."""


_OF_UPSTREAM: Final = (ProtocolError, AuthnContextError)
"""Refusals after which the identity provider may be able to help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How far a login had come when it was refused."""

    login_id: str | None
    """The login, if it had begun."""
    upstream: Upstream | None
    """The method that was used, if one was."""
    steps: tuple[TraceStep, ...]


def refuse(
    error: BridgeError,
    request: AuthnRequest,
    *,
    login_id: str | None = None,
    upstream: Upstream | None = None,
    steps: tuple[TraceStep, ...] = (),
) -> Response:
    """Show why a login failed, with the button that tells the e-tjänst.

    A request that forbids pages (``IsPassive``) is answered at once.

    Args:
        error: Why.
        request: The e-tjänst's request.
        login_id: The login, if it is still open and can be tried again.
        upstream: The method that was used, if one was.
        steps: What the login has come through.
    """
    back = _answer(error, request)
    way = Way(login_id=login_id, upstream=upstream, steps=steps)
    error_id = note_refusal(error, request, way, told=_told(back, request))
    if back is not None and request.is_passive:
        return pages.show_handoff(form_of(back), to_name=back.sp_name)
    return pages.show_error(
        ErrorPage(
            code=error.code,
            fault=error.fault,
            error_id=error_id,
            moment=services().clock(),
            service_name=back.sp_name if back else None,
            method=upstream.title if upstream else None,
            back=form_of(back) if back else None,
            retry_url=_retry_url(error, login_id),
            missing=error.missing if isinstance(error, MissingAttributeError) else (),
            help_url=_help_url(error, upstream, error_id),
        )
    )


def note_refusal(
    error: BridgeError,
    request: AuthnRequest,
    way: Way,
    *,
    told: Told = Told.NOBODY,
) -> str:
    """Count a refused login, log it and keep its trace.

    Args:
        error: Why.
        request: What the e-tjänst asked for, or what we asked for our own pages.
        way: How far the login had come.
        told: How the e-tjänst hears of it.

    Returns:
        The reference number for the page.
    """
    error_id = pages.new_error_id()
    services().metrics.count(error.code)
    idp_entity_id = way.upstream.entity_id if way.upstream else None
    logs.refusal(
        error,
        error_id=error_id,
        sp_entity_id=request.sp_entity_id,
        idp_entity_id=idp_entity_id,
        login_id=way.login_id,
    )
    now = services().clock()
    is_told = told is not Told.NOBODY
    trace = Trace(
        reference=error_id,
        at=now,
        kind=TraceKind.LOGIN,
        code=error.code,
        reason=_reason(error),
        sp_entity_id=request.sp_entity_id,
        idp_entity_id=idp_entity_id,
        request_id=request.id,
        login_id=way.login_id,
        told=told,
        status=error.status if is_told else None,
        second_status=error.second_status if is_told else None,
        steps=(*way.steps, TraceStep(step=Step.REFUSED, at=now)),
    )
    services().trace_writer.write(trace)
    return error_id


def note_message(
    error: BridgeError,
    kind: TraceKind,
    error_id: str,
    *,
    sp_entity_id: str | None = None,
) -> None:
    """Count a refused message that is about no login, log it and keep its trace.

    Args:
        error: Why.
        kind: What the message was about.
        error_id: The reference number that the page or the answer has.
        sp_entity_id: Who sent it, if that is known.
    """
    services().metrics.count(error.code)
    logs.refusal(error, error_id=error_id, sp_entity_id=sp_entity_id)
    now = services().clock()
    trace = Trace(
        reference=error_id,
        at=now,
        kind=kind,
        code=error.code,
        reason=_reason(error),
        route=http_request.url_rule.rule if http_request.url_rule else "",
        sp_entity_id=sp_entity_id or error.sender,
        steps=(TraceStep(step=Step.REFUSED, at=now),),
    )
    services().trace_writer.write(trace)


def _reason(error: BridgeError) -> str:
    return pages.plain_line(str(error))[:LONGEST_REASON]


def form_of(ready: Answer) -> HandoffForm:
    """Turn an answer into the form that the browser posts."""
    return HandoffForm(action=ready.acs_url, fields=ready.fields)


def _answer(error: BridgeError, request: AuthnRequest) -> Answer | None:
    """Sign the error for the e-tjänst, unless it can no longer be told anything."""
    try:
        return answer.error_to_sp(error, request, services().parts)
    except BridgeError:
        return None


def _told(back: Answer | None, request: AuthnRequest) -> Told:
    if back is None:
        return Told.NOBODY
    return Told.AT_ONCE if request.is_passive else Told.BY_BUTTON


def _help_url(
    error: BridgeError, upstream: Upstream | None, error_id: str
) -> str | None:
    """Find the page of the identity provider that may help, if it was at fault."""
    if upstream is None or not isinstance(error, _OF_UPSTREAM):
        return None
    parts = services().parts
    try:
        template = parts.find_idp(upstream.entity_id).error_url
    except BridgeError:
        return None
    happened = Happened(
        error=error,
        moment=parts.clock(),
        our_entity_id=parts.settings.saml.sp_entity_id,
        error_id=error_id,
    )
    return template and filled(template, happened)


def _retry_url(error: BridgeError, login_id: str | None) -> str | None:
    if login_id is None or isinstance(error, _FINAL):
        return None
    return url_for("idp.show_methods", login_id=login_id)
