"""Somebody who has logged in lately goes on as who they are, or as somebody else.

The form of the button is answered with a page, never with a redirect: browsers hold
``form-action`` against redirects, silently. Its seal is of this login, in this browser,
and of who was named above it; a form with another seal only gets the page again.
"""

from typing import Final

from flask import Blueprint, Response, request, url_for

from idp_bridge.errors import BridgeError
from idp_bridge.login import accepting, choose, seals, single_sign_on
from idp_bridge.login.begin import BegunLogin
from idp_bridge.login.pending import PendingLogin
from idp_bridge.login.single_sign_on import LiveLogin
from idp_bridge.services import services
from idp_bridge.settings import SingleSignOn
from idp_bridge.tracing.steps import Steps
from idp_bridge.views import method_page
from idp_bridge.views.browsers import find_pending, live_login, remember_begun
from idp_bridge.views.handing_over import hand_over, redirect
from idp_bridge.views.refusals import refuse
from idp_bridge.web.access import open_to_all

bp = Blueprint("continuing", __name__)

_SEAL: Final = "seal"


def begin_with(begun: BegunLogin, live: LiveLogin) -> Response | None:
    """Answer a request from a login of earlier, or ask the person whether to.

    Returns:
        ``None`` when the session was ended at this moment.

    Raises:
        BridgeError: The e-tjänst may not be told, and no page may say so.
    """
    parts, pending = services().parts, begun.pending
    policy = parts.settings.policy_for(pending.request.sp_entity_id)
    if policy.sso is SingleSignOn.ASK and not pending.request.is_passive:
        choose.keep(pending, parts)
        page = url_for("idp.show_methods", login_id=pending.login_id)
        return remember_begun(redirect(page), begun)
    steps = _steps_of(pending)
    try:
        issued = single_sign_on.answer(live, pending.request, parts, steps)
    except BridgeError as error:
        if pending.request.is_passive:
            raise
        choose.keep(pending, parts)  # so that somebody else can log in
        return remember_begun(_refuse(error, pending, steps), begun)
    return None if issued is None else hand_over(issued, pending, steps)


@bp.post("/logga-in/<login_id>/fortsatt")
@open_to_all
def go_on(login_id: str) -> Response:
    """Answer the e-tjänst as the person who is logged in already."""
    pending, secret = find_pending(login_id)
    steps = _steps_of(pending)
    try:
        live = live_login(pending)
        if live is not None and _is_sealed(method_page.seal_of(live, secret)):
            issued = accepting.go_on(pending, live, services().parts, steps)
            if issued is not None:
                return hand_over(issued, pending, steps)
        return method_page.show(pending, live_login(pending), secret)
    except BridgeError as error:
        return _refuse(error, pending, steps)


def _is_sealed(expected: str) -> bool:
    return seals.fits(request.form.get(_SEAL), expected)


def _steps_of(pending: PendingLogin) -> Steps:
    return Steps(services().clock, pending.story)


def _refuse(error: BridgeError, pending: PendingLogin, steps: Steps) -> Response:
    return refuse(error, pending.request, login_id=pending.login_id, steps=steps.taken)
