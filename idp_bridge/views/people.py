"""Somebody logs in to our own pages, and out of them."""

from typing import Final
from urllib.parse import quote

from flask import Blueprint, Response, make_response, render_template, request

from authz.models import Operator
from idp_bridge import logs, sessions
from idp_bridge.errors import BridgeError, NotOperatorError
from idp_bridge.login import finish, own_pages
from idp_bridge.login.finish import FoundLogin
from idp_bridge.login.parts import store_errors
from idp_bridge.login.pending import Area, OwnPages
from idp_bridge.services import services
from idp_bridge.views.idp import take_first_step
from idp_bridge.views.refusals import refuse
from idp_bridge.web.access import needs_session, people_sessions
from idp_bridge.web.return_paths import safe_path

bp = Blueprint("people", __name__)

_SEE_OTHER: Final = 303
_PATH_SIGNS: Final = "/~"


def ask_to_log_in(area: Area) -> Response:
    """Begin a login that comes back to this page.

    Raises:
        BridgeError: No login method reaches the level, or none can be asked.
    """
    parts = services().parts
    wanted = OwnPages(area=area, return_path=safe_path(_this_page(), area))
    level = parts.settings.web.operator_level
    return take_first_step(own_pages.begin(wanted, parts, level=level))


def finish_login(found: FoundLogin, wanted: OwnPages) -> Response:
    """Give the browser a session, if the person may have one.

    An older session of this browser ends; the new one has a number of its own.
    """
    try:
        operator = _operator_of(found)
    except BridgeError as error:
        is_over = isinstance(error, NotOperatorError)
        login_id = None if is_over else found.pending.login_id
        return refuse(
            error, found.pending.request, login_id=login_id, upstream=found.upstream
        )
    kept = people_sessions()
    old = sessions.person_session_id(request)
    if old is not None:
        kept.end(old)
    response = Response(status=_SEE_OTHER)
    response.headers["Location"] = safe_path(wanted.return_path, wanted.area)
    sessions.remember_person(response, kept.begin(wanted.area, operator.id))
    sessions.forget_login(response, found.pending.login_id)
    logs.person_logged_in(area=wanted.area, idp_entity_id=found.upstream.entity_id)
    return response


@bp.post("/logga-ut")
@needs_session
def log_out() -> Response:
    """End the session of this browser."""
    session_id = sessions.person_session_id(request)
    if session_id is not None:
        people_sessions().end(session_id)
    response = make_response(render_template("logged_out.html", viewer=None))
    sessions.forget_person(response)
    return response


def _operator_of(found: FoundLogin) -> Operator:
    """Check the answer, and look the person up; upstream knows nothing of roles.

    Raises:
        BridgeError: A check that the answer does not pass.
        NotOperatorError: The person is not an active operator.
    """
    parts = services().parts
    identity = finish.identify(found, parts)
    with store_errors():
        operator = parts.authz.operator_of(identity.hsa_id, now=parts.clock())
    if operator is None:
        raise NotOperatorError("not an active operator")
    return operator


def _this_page() -> str:
    """Write the path and query of this request as a browser asks for them."""
    query = request.query_string.decode("latin-1")
    path = quote(request.path, safe=_PATH_SIGNS)
    return f"{path}?{query}" if query else path
