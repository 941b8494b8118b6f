"""A login has failed and we know which e-tjänst waits: show why, offer the way back."""

from typing import Final

from flask import Response, url_for

from idp_bridge import logs, pages
from idp_bridge.errors import BridgeError, PossibleFraudError
from idp_bridge.login import answer
from idp_bridge.login.answer import Answer
from idp_bridge.pages import ErrorPage, HandoffForm
from idp_bridge.saml.messages import AuthnRequest
from idp_bridge.services import services
from idp_bridge.settings import Upstream

_FINAL: Final = (PossibleFraudError,)
"""Refusals after which the person is not invited to try again."""


def refuse(
    error: BridgeError,
    request: AuthnRequest,
    *,
    login_id: str | None = None,
    upstream: Upstream | None = None,
) -> Response:
    """Show why a login failed, with the button that tells the e-tjänst.

    A request that forbids pages (``IsPassive``) is answered at once.

    Args:
        error: Why.
        request: The e-tjänst's request.
        login_id: The login, if it is still open and can be tried again.
        upstream: The method that was used, if one was.
    """
    error_id = pages.new_error_id()
    services().metrics.count(error.code)
    logs.refusal(
        error,
        error_id=error_id,
        sp_entity_id=request.sp_entity_id,
        idp_entity_id=upstream.entity_id if upstream else None,
    )
    back = _answer(error, request)
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
        )
    )


def form_of(ready: Answer) -> HandoffForm:
    """Turn an answer into the form that the browser posts."""
    return HandoffForm(action=ready.acs_url, fields=ready.fields)


def _answer(error: BridgeError, request: AuthnRequest) -> Answer | None:
    """Sign the error for the e-tjänst, unless it can no longer be told anything."""
    try:
        return answer.error_to_sp(error, request, services().parts)
    except BridgeError:
        return None


def _retry_url(error: BridgeError, login_id: str | None) -> str | None:
    if login_id is None or isinstance(error, _FINAL):
        return None
    return url_for("idp.show_methods", login_id=login_id)
