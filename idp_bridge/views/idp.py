"""Our identity provider: e-tjänster ask here, and people choose how to log in."""

from typing import Final

from flask import Blueprint, Response, request, url_for

from authz.office.models import NoticePlace
from idp_bridge import pages, sessions
from idp_bridge.errors import BridgeError, LoginCancelledError, LoginLostError
from idp_bridge.login import answer, begin, choose
from idp_bridge.login.begin import BegunLogin
from idp_bridge.login.pending import LOGIN_ID, PendingLogin
from idp_bridge.login.session import BrowserSession
from idp_bridge.pages import HandoffForm, Method, MethodGroup, MethodsPage
from idp_bridge.saml import bindings
from idp_bridge.saml.bindings import InboundMessage
from idp_bridge.saml.upstream_request import OutboundRequest
from idp_bridge.services import services
from idp_bridge.settings import LoginGroup, Upstream
from idp_bridge.texts import GROUP_HEADINGS, METHOD_DESCRIPTIONS, OWN_PAGES
from idp_bridge.views.browsers import remember_browser, this_browser
from idp_bridge.views.refusals import form_of, refuse
from idp_bridge.web.access import open_to_all
from idp_bridge.web.notices import notices_at

bp = Blueprint("idp", __name__)

_SEE_OTHER: Final = 303


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
    """Show the ways to log in for a login in progress."""
    pending = _find(login_id)
    parts = services().parts
    try:
        methods = begin.fitting_methods(pending.request, parts)
        service_name, description = _names_of(pending)
    except BridgeError as error:
        return refuse(error, pending.request, steps=pending.story)
    return pages.show_methods(
        MethodsPage(
            service_name=service_name,
            service_description=description,
            groups=_groups(methods, login_id),
            cancel_url=url_for("idp.cancel", login_id=login_id),
            notices=notices_at(NoticePlace.LOGIN),
        )
    )


@bp.get("/logga-in/<login_id>/avbryt")
@open_to_all
def cancel(login_id: str) -> Response:
    """Tell the e-tjänst that the person went back."""
    pending = _find(login_id)
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
    """Send the person to the identity provider of the chosen method."""
    pending = _find(login_id)
    try:
        outbound = choose.send_again(pending, method, services().parts)
    except BridgeError as error:
        return refuse(error, pending.request, login_id=login_id, steps=pending.story)
    return _go(outbound, to_name=_title_of(method))


def _cancel_own(pending: PendingLogin) -> Response:
    """Go back to where everybody begins; nobody waits for an answer."""
    services().parts.state.take(pending.key)
    response = _redirect(url_for("portal.show_start"))
    sessions.forget_login(response, pending.login_id)
    return response


def _names_of(pending: PendingLogin) -> tuple[str, str | None]:
    """Say what the login is for: an e-tjänst, or pages of ours."""
    if pending.own_pages is not None:
        return OWN_PAGES[pending.own_pages.area]
    sp = answer.sp_that_may_be_answered(pending.request, services().parts)
    return answer.display_name(sp), answer.localised(sp.display.descriptions)


def _begin(message: InboundMessage) -> Response:
    """Begin a login: errors are pages until we know whom to answer."""
    parts = services().parts
    accepted = begin.receive(message, parts)
    try:
        return take_first_step(begin.begin(accepted, parts))
    except BridgeError as error:
        return refuse(error, accepted.request, steps=(accepted.step,))


def take_first_step(begun: BegunLogin) -> Response:
    """Send the browser on with a login that has begun, and let it remember.

    Raises:
        BridgeError: The identity provider cannot be asked.
    """
    response = _first_step(begun)
    sessions.remember_login(
        request,
        response,
        begun.pending.login_id,
        secret=begun.secret,
        lifetime=services().settings.saml.login_lifetime,
    )
    if this_browser() is None:
        remember_browser(response, BrowserSession.new())
    return response


def _first_step(begun: BegunLogin) -> Response:
    """Go straight to the only method, or let the person choose."""
    if len(begun.methods) == 1:
        return _send(begun.pending, begun.methods[0].method)
    choose.keep(begun.pending, services().parts)
    page = url_for("idp.show_methods", login_id=begun.pending.login_id)
    return _redirect(page)


def _send(pending: PendingLogin, method: str) -> Response:
    outbound = choose.send(pending, method, services().parts)
    return _go(outbound, to_name=_title_of(method))


def _title_of(method: str) -> str:
    upstream = services().settings.upstream_for(method)
    return upstream.title if upstream else method


def _go(outbound: OutboundRequest, *, to_name: str) -> Response:
    """Send the browser on: by address, or by a form on a page of ours."""
    if not outbound.fields:
        return _redirect(outbound.url)
    form = HandoffForm(action=outbound.url, fields=outbound.fields)
    return pages.show_handoff(form, to_name=to_name)


def _redirect(url: str) -> Response:
    response = Response(status=_SEE_OTHER)
    response.headers["Location"] = url
    response.headers["Cache-Control"] = "no-store"
    return response


def _find(login_id: str) -> PendingLogin:
    if not LOGIN_ID.fullmatch(login_id):
        raise LoginLostError("not an identifier of a login")
    secret = sessions.login_secret(request, login_id)
    return choose.find(login_id, secret, services().parts)


def _groups(methods: tuple[Upstream, ...], login_id: str) -> tuple[MethodGroup, ...]:
    """Put methods under their headings, in the order of the manual."""
    groups = []
    for group in LoginGroup:
        members = tuple(
            _method(each, login_id) for each in methods if each.group is group
        )
        if members:
            groups.append(
                MethodGroup(heading=GROUP_HEADINGS[group.value], methods=members)
            )
    return tuple(groups)


def _method(upstream: Upstream, login_id: str) -> Method:
    return Method(
        title=upstream.title,
        url=url_for("idp.send_to_method", login_id=login_id, method=upstream.method),
        description=METHOD_DESCRIPTIONS.get(upstream.method),
        available=begin.is_available(upstream, services().parts),
    )
