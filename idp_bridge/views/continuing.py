"""Somebody who is known goes on: as who they are, and having seen what will be sent.

Forms of these pages are answered with a page, never with a redirect: browsers hold
``form-action`` against redirects, silently. The seal of a form is of this login, in
this browser, and of what its page showed; with another one it gets the page again.
"""

from collections.abc import Callable
from typing import Final

from flask import Blueprint, Response, request, url_for

from idp_bridge.errors import BridgeError
from idp_bridge.login import accepting, choose, seals, single_sign_on
from idp_bridge.login.begin import BegunLogin
from idp_bridge.login.issue import DecidedAnswer, IssuedAnswer
from idp_bridge.login.pending import PendingLogin
from idp_bridge.login.single_sign_on import LiveLogin
from idp_bridge.services import services
from idp_bridge.settings import SingleSignOn
from idp_bridge.tracing.steps import Steps
from idp_bridge.views import method_page, release_page
from idp_bridge.views.browsers import (
    find_pending,
    live_login,
    remember_begun,
    this_browser,
)
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
        outcome = single_sign_on.answer(live, pending.request, parts, steps)
    except BridgeError as error:
        if pending.request.is_passive:
            raise
        choose.keep(pending, parts)  # so that somebody else can log in
        return remember_begun(_refuse(error, pending, steps), begun)
    if outcome is None:
        return None
    if isinstance(outcome, IssuedAnswer):
        return hand_over(outcome, pending, steps)
    choose.keep(pending, parts)
    return remember_begun(release_page.show(outcome, pending, begun.secret), begun)


def show(login_id: str) -> Response:
    """Show the page at which a login in progress is.

    Raises:
        LoginLostError: It is over, or began in another browser.
        StoreUnavailableError: The store does not answer.
    """
    pending, secret = find_pending(login_id)
    steps = _steps_of(pending)
    try:
        decided = accepting.decide(pending, None, services().parts, steps)
        if decided is not None:
            return release_page.show(decided, pending, secret)
        return method_page.show(pending, live_login(pending), secret)
    except BridgeError as error:
        return refuse(error, pending.request, steps=steps.taken)


@bp.post("/logga-in/<login_id>/fortsatt")
@open_to_all
def go_on(login_id: str) -> Response:
    """Answer the e-tjänst as the person who is logged in already."""
    pending, secret = find_pending(login_id)
    steps = _steps_of(pending)

    def answer() -> Response | None:
        live = live_login(pending)
        if live is None or not seals.fits(
            request.form.get(_SEAL), method_page.seal_of(live, secret)
        ):
            return None
        outcome = accepting.go_on(pending, live, services().parts, steps)
        if isinstance(outcome, DecidedAnswer):
            return release_page.show(outcome, pending, secret)
        return hand_over(outcome, pending, steps) if outcome else None

    return _answered(answer, pending, secret, steps)


@bp.post("/logga-in/<login_id>/uppgifter")
@open_to_all
def send_shown(login_id: str) -> Response:
    """Send what the person has seen; what has changed since is shown first."""
    pending, secret = find_pending(login_id)
    steps = _steps_of(pending)

    def answer() -> Response | None:
        parts, live = services().parts, _live_if_needed(pending)
        decided = accepting.decide(pending, live, parts, steps)
        if decided is None:
            return None
        seal = request.form.get(_SEAL)
        if not accepting.is_as_seen(decided, seal=seal, secret=secret):
            return release_page.show(decided, pending, secret, has_changed=True)
        issued = accepting.send(pending, decided, this_browser(), live, parts)
        return hand_over(issued, pending, steps) if issued else None

    return _answered(answer, pending, secret, steps)


def _live_if_needed(pending: PendingLogin) -> LiveLogin | None:
    """Find the login of earlier, unless the person has just logged in for this one."""
    return live_login(pending) if pending.authentication is None else None


def _answered(
    answer: Callable[[], Response | None],
    pending: PendingLogin,
    secret: str,
    steps: Steps,
) -> Response:
    """Answer a form; when nobody is known any more, the person logs in again."""
    try:
        return answer() or method_page.show(pending, live_login(pending), secret)
    except BridgeError as error:
        return _refuse(error, pending, steps)


def _steps_of(pending: PendingLogin) -> Steps:
    return Steps(services().clock, pending.story)


def _refuse(error: BridgeError, pending: PendingLogin, steps: Steps) -> Response:
    return refuse(error, pending.request, login_id=pending.login_id, steps=steps.taken)
