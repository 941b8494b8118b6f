"""Somebody is on the way out: from one party to the next, and what they see.

Nothing here needs a script, a frame or a cookie of somebody else's site: the browser
goes to one party after the other and comes back.
"""

from dataclasses import replace
from hmac import compare_digest, digest
from typing import Final

from flask import Blueprint, Response, jsonify, request

from idp_bridge import logs, sessions
from idp_bridge.errors import LogoutLostError, SessionEndedError
from idp_bridge.login import (
    kept_sessions,
    logout_answers,
    logout_begin,
    logout_requests,
    logout_telling,
)
from idp_bridge.login.logout_begin import BegunLogout
from idp_bridge.login.logout_requests import Meant
from idp_bridge.login.pending import Area
from idp_bridge.login.pending_logout import LIFETIME, LOGOUT_ID, PendingLogout
from idp_bridge.login.session import BrowserSession, LoginSession
from idp_bridge.metrics import LOGGED_OUT
from idp_bridge.services import services
from idp_bridge.views import logout_pages
from idp_bridge.views.browsers import forget_browser, this_browser
from idp_bridge.web.access import open_to_all, people_sessions

bp = Blueprint("logout", __name__)

_SEE_OTHER: Final = 303
_PURPOSE: Final = b"logout form\n"


# --- for everybody who begins a logout ------------------------------------------------


def end_sessions(meant: Meant) -> tuple[LoginSession, ...]:
    """End sessions on all nodes, and those at our own pages that belong to them."""
    ended = logout_requests.end(meant, services().parts)
    for each in ended:
        people_sessions().end_of_login(each.session_id)
    return ended


def tell(begun: BegunLogout) -> BegunLogout:
    """Tell by SOAP whoever takes it, and find out who is left for the browser."""
    parts = services().parts
    pending = logout_telling.tell_by_soap(begun.pending, parts, services().call)
    return replace(begun, pending=logout_telling.drop_unreachable(pending, parts))


def go_on(begun: BegunLogout) -> Response:
    """Answer at once, or let the browser go round first."""
    pending = begun.pending
    if pending.next is None:
        response = _finish(pending)
    else:
        logout_answers.keep(pending, services().parts)
        response = redirect_to(logout_pages.url_of(pending))
        _remember(response, begun)
    _forget_sessions(response, begun)
    return response


# --- the way of the browser -----------------------------------------------------------


@bp.get("/logga-ut/<logout_id>")
@open_to_all
def show_progress(logout_id: str) -> Response:
    """Send the browser to whoever comes next, or say who has not answered."""
    pending, parts = _find(logout_id), services().parts
    place = pending.next
    if place is None:
        return _finish(pending)
    is_under_way = pending.parties[place].request_id is not None
    if is_under_way and "igen" not in request.args:
        return logout_pages.show_waiting(pending, place)
    pending, outbound = logout_telling.write_next(pending, parts)
    logout_answers.keep(pending, parts)
    if outbound is None or pending.next is None:
        return _finish(pending)
    return logout_pages.show_telling(pending, pending.next, outbound)


@bp.get("/logga-ut/<logout_id>/lage")
@open_to_all
def show_state(logout_id: str) -> Response:
    """Say for the script whose turn it is."""
    response = jsonify(place=_find(logout_id).next)
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.get("/logga-ut/<logout_id>/vidare/<int:place>")
@open_to_all
def pass_over(logout_id: str, place: int) -> Response:
    """Go on without a party that does not answer."""
    pending = logout_answers.pass_over(_find(logout_id), place, services().parts)
    return redirect_to(logout_pages.url_of(pending))


@bp.get("/logga-ut/<logout_id>/avbryt")
@open_to_all
def cancel(logout_id: str) -> Response:
    """Tell nobody else; our own session is over all the same."""
    pending = logout_telling.give_up(_find(logout_id))
    pending = replace(pending, is_cancelled=True)
    logout_answers.keep(pending, services().parts)
    return redirect_to(logout_pages.url_of(pending))


def _finish(pending: PendingLogout) -> Response:
    """Say how it ended: to whoever asked at once, or to the person first."""
    parts, asker = services().parts, pending.asker
    note(pending)
    outbound = None
    if asker is not None:
        status = logout_answers.status_of(pending)
        outbound = logout_answers.to_asker(asker, status, parts)
    if outbound is None or asker is None or pending.failed or pending.is_cancelled:
        return logout_pages.show_ended(pending, outbound)
    if request.method == "GET" and not outbound.fields:
        response = redirect_to(outbound.url)
    else:
        response = logout_pages.show_back(outbound, asker)
    parts.state.take(pending.key)
    sessions.forget_logout(response, pending.logout_id)
    return response


def note(pending: PendingLogout) -> None:
    """Write the one line about a logout that came to its end, and count it."""
    services().metrics.count(LOGGED_OUT)
    asker = pending.asker
    logs.logged_out(
        asker=asker.entity_id if asker else None,
        told=len(pending.parties),
        failed=len(pending.failed),
    )


def _find(logout_id: str) -> PendingLogout:
    if not LOGOUT_ID.fullmatch(logout_id):
        raise LogoutLostError("not an identifier of a logout")
    return logout_answers.find(logout_id, secret_of(logout_id), services().parts)


def secret_of(logout_id: str) -> str | None:
    """Read the secret that this browser holds for a logout."""
    return sessions.logout_secret(request, logout_id)


def _remember(response: Response, begun: BegunLogout) -> None:
    sessions.remember_logout(
        response, begun.pending.logout_id, secret=begun.secret, lifetime=LIFETIME
    )


def redirect_to(url: str) -> Response:
    """Send the browser on; nobody keeps the way."""
    response = Response(status=_SEE_OTHER)
    response.headers["Location"] = url
    response.headers["Cache-Control"] = "no-store"
    return response


# --- from our own pages ---------------------------------------------------------------


@bp.get("/logga-ut")
@open_to_all
def show_overview() -> Response:
    """Show where somebody is logged in, and the way out of all of it."""
    browser = this_browser()
    found = kept_sessions.of_browser(browser, services().parts)
    if browser is None or found is None:
        return logout_pages.show_overview(None)
    entity_ids = [each.sp_entity_id for each in found.participants]
    return logout_pages.show_overview(entity_ids, token=_token_of(browser))


@bp.post("/logga-ut/alla")
@open_to_all
def log_out_everywhere() -> Response:
    """End the session of this browser, if the form is ours and of this session.

    Raises:
        SessionEndedError: The session is over, or the form is of another one.
    """
    browser = this_browser()
    token = request.form.get("nyckel", "")
    if browser is None or not compare_digest(
        token.encode(), _token_of(browser).encode()
    ):
        raise SessionEndedError("a form of another session, or of none")
    return log_out_of_all()


def log_out_of_all(area: Area | None = None) -> Response:
    """End every session of this browser, and tell the others.

    What follows a form of ours is a page, never the way to another site: browsers apply
    our ``form-action`` to redirects.
    """
    parts = services().parts
    found = kept_sessions.of_browser(this_browser(), parts)
    ended = end_sessions(Meant(sessions=(found,) if found else ()))
    begun = tell(logout_begin.begin(ended, parts, area=area))
    pending = begun.pending
    if pending.next is None:
        note(pending)
        response = logout_pages.show_ended(pending, None)
    else:
        logout_answers.keep(pending, parts)
        response = logout_pages.show_begun(pending)
        _remember(response, begun)
    _forget_sessions(response, begun)
    _end_person(response)
    return response


def _forget_sessions(response: Response, begun: BegunLogout) -> None:
    """Let this browser forget its session if that is one of those that ended."""
    browser = this_browser()
    if browser is not None and browser.session_id in begun.ended:
        forget_browser(response)


def _end_person(response: Response) -> None:
    """End the session of this browser at our own pages, if it has one."""
    session_id = sessions.person_session_id(request)
    if session_id is not None:
        people_sessions().end(session_id)
        sessions.forget_person(response)


def _token_of(browser: BrowserSession) -> str:
    """Make what a form of ours brings back, for this session and no other."""
    secret = services().settings.secret_key.get_secret_value().encode()
    return digest(secret, _PURPOSE + browser.to_cookie().encode(), "sha256").hex()
