"""Our identity provider: e-tjänster ask here, and people choose how to log in."""

from flask import Blueprint, Response, request, url_for

from idp_bridge import pages, sessions
from idp_bridge.errors import BridgeError, LoginCancelledError, LoginLostError
from idp_bridge.login import answer, begin, choose
from idp_bridge.login.begin import BegunLogin
from idp_bridge.login.pending import PendingLogin
from idp_bridge.pages import HandoffForm
from idp_bridge.saml import bindings
from idp_bridge.saml.bindings import InboundMessage
from idp_bridge.saml.upstream_request import OutboundRequest
from idp_bridge.services import services
from idp_bridge.views import continuing
from idp_bridge.views.browsers import (
    check_no_loop,
    find_pending,
    live_login,
    remember_begun,
)
from idp_bridge.views.handing_over import redirect
from idp_bridge.views.refusals import form_of, refuse
from idp_bridge.web.access import open_to_all

bp = Blueprint("idp", __name__)


@bp.get("/saml/idp/sso")
@open_to_all
def receive_redirect() -> Response:
    """Take a request in the Redirect binding, its raw query kept for its signature."""
    if not request.query_string:
        raise LoginLostError("a bookmark into the login")
    return _begin(bindings.decode_redirect(request.query_string))


@bp.post("/saml/idp/sso")
@open_to_all
def receive_post() -> Response:
    """Take a request in the POST binding."""
    return _begin(
        bindings.decode_post(
            request.form.getlist("SAMLRequest"), request.form.getlist("RelayState")
        )
    )


@bp.get("/logga-in")
@open_to_all
def show_lost() -> Response:
    """Answer a bookmark into the login."""
    raise LoginLostError("a bookmark into the login")


@bp.get("/logga-in/<login_id>")
@open_to_all
def show_methods(login_id: str) -> Response:
    """Show the ways to log in, or what will be sent to who has logged in."""
    return continuing.show(login_id)


@bp.get("/logga-in/<login_id>/avbryt")
@open_to_all
def show_again(login_id: str) -> Response:
    """Lead back to the ways to log in: only a button ends a login, never a link.

    Browsers and programs on the way open links before anybody presses them.
    """
    return redirect(url_for("idp.show_methods", login_id=login_id))


@bp.post("/logga-in/<login_id>/avbryt")
@open_to_all
def cancel(login_id: str) -> Response:
    """Tell the e-tjänst that the person went back."""
    pending, _ = find_pending(login_id)
    parts = services().parts
    if pending.own_pages is not None:
        return _cancel_own(pending)
    cancelled = LoginCancelledError("cancelled on our page")
    ready = answer.error_to_sp(cancelled, pending.request, parts)
    parts.state.take(pending.key)
    response = pages.show_handoff(form_of(ready), to_name=ready.sp_name)
    sessions.forget_login(response, login_id)
    return response


@bp.get("/logga-in/<login_id>/<method>")
@open_to_all
def send_to_method(login_id: str, method: str) -> Response:
    """Send the person to the identity provider of the chosen method.

    Who is logged in and wants to be somebody else has to show it anew (``ny=1``).
    """
    pending, _ = find_pending(login_id)
    afresh = request.args.get("ny") == "1"
    try:
        outbound = choose.send_again(pending, method, services().parts, afresh=afresh)
    except BridgeError as error:
        return refuse(error, pending.request, login_id=login_id, steps=pending.story)
    return _go(outbound, to_name=_title_of(method))


def _cancel_own(pending: PendingLogin) -> Response:
    """Go back to where everybody begins; nobody waits for an answer."""
    services().parts.state.take(pending.key)
    response = redirect(url_for("portal.show_start"))
    sessions.forget_login(response, pending.login_id)
    return response


def _begin(message: InboundMessage) -> Response:
    """Begin a login: errors are pages until we know whom to answer."""
    parts = services().parts
    accepted = begin.receive(message, parts)
    try:
        check_no_loop(accepted.request.sp_entity_id)
        begun = begin.begin(accepted, parts)
        live = live_login(begun.pending)
        answered = continuing.begin_with(begun, live) if live else None
        if answered is not None:
            return answered
        begin.check_nobody_must_choose(begun)
        return take_first_step(begun)
    except BridgeError as error:
        return refuse(error, accepted.request, steps=(accepted.step,))


def take_first_step(begun: BegunLogin) -> Response:
    """Send the browser on with a login that has begun, and let it remember.

    Raises:
        BridgeError: The identity provider cannot be asked.
    """
    return remember_begun(_first_step(begun), begun)


def _first_step(begun: BegunLogin) -> Response:
    """Go straight to the only method, or let the person choose."""
    if len(begun.methods) == 1:
        return _send(begun.pending, begun.methods[0].method)
    choose.keep(begun.pending, services().parts)
    page = url_for("idp.show_methods", login_id=begun.pending.login_id)
    return redirect(page)


def _send(pending: PendingLogin, method: str) -> Response:
    outbound = choose.send(pending, method, services().parts)
    return _go(outbound, to_name=_title_of(method))


def _title_of(method: str) -> str:
    upstream = services().settings.upstream_for(method)
    return upstream.title if upstream else method


def _go(outbound: OutboundRequest, *, to_name: str) -> Response:
    """Send the browser on: by address, or by a form on a page of ours."""
    if not outbound.fields:
        return redirect(outbound.url)
    form = HandoffForm(action=outbound.url, fields=outbound.fields)
    return pages.show_handoff(form, to_name=to_name)
