"""Somebody logs in to our own pages, and out of them."""

from typing import Final

from flask import Blueprint, Response, make_response, render_template, request

from authz.models import Operator
from idp_bridge import logs, sessions
from idp_bridge.errors import BridgeError, NotAdministratorError, NotOperatorError
from idp_bridge.login import finish, own_pages
from idp_bridge.login.finish import FoundLogin
from idp_bridge.login.parts import store_errors
from idp_bridge.login.pending import Area, OwnPages
from idp_bridge.saml.attributes import Identity
from idp_bridge.services import services
from idp_bridge.texts import OWN_PAGES
from idp_bridge.views.browsers import remember_browser, this_browser
from idp_bridge.views.idp import take_first_step
from idp_bridge.views.logout import log_out_of_all
from idp_bridge.views.refusals import Way, note_refusal, refuse
from idp_bridge.web.access import needs_session, people_sessions, session_in_use
from idp_bridge.web.return_paths import safe_path, this_page

bp = Blueprint("people", __name__)

_FORBIDDEN: Final = 403
_SEE_OTHER: Final = 303
_NOBODY: Final = (NotAdministratorError, NotOperatorError)


class LoginDoors:
    """Answers to requests of people who must log in first, or again."""

    def ask_to_log_in(self, area: Area, *, afresh: bool = False) -> Response:
        """Begin a login that comes back to this page.

        Args:
            area: The pages.
            afresh: Whether the person must show who they are, also if they just did.

        Raises:
            BridgeError: No login method reaches the level, or none can be asked.
        """
        parts = services().parts
        web = parts.settings.web
        is_operator = area is Area.OPERATOR
        level = web.operator_level if is_operator else web.administrator_level
        wanted = OwnPages(area=area, return_path=this_page(area))
        begun = own_pages.begin(wanted, parts, level=level, afresh=afresh)
        return take_first_step(begun)

    def show_ended(self, area: Area, *, is_kept: bool) -> Response:
        """Say that somebody's session is over.

        The way on is a link: browsers apply our ``form-action`` to the redirects that
        follow a form, and a login leads to another site.
        """
        response = _show_way_in("ended", area, is_kept=is_kept)
        sessions.forget_person(response)
        return response

    def show_old(self, *, is_kept: bool) -> Response:
        """Say that a form needs a fresher login."""
        return _show_way_in("old", Area.ADMIN, is_kept=is_kept)


def finish_login(found: FoundLogin, wanted: OwnPages) -> Response:
    """Give the browser a session, if the person may have one.

    An older session of this browser ends; the new one has a number of its own.
    """
    try:
        authentication = finish.identify(found, services().parts)
        person = _number_of(authentication.identity, wanted.area)
    except NotAdministratorError as error:
        return _refuse_administrator(error, authentication.identity, found)
    except BridgeError as error:
        is_over = isinstance(error, _NOBODY)
        login_id = None if is_over else found.pending.login_id
        return refuse(
            error,
            found.pending.request,
            login_id=login_id,
            upstream=found.upstream,
            steps=found.steps.taken,
        )
    kept = people_sessions()
    old = sessions.person_session_id(request)
    if old is not None:
        kept.end(old)
    response = Response(status=_SEE_OTHER)
    response.headers["Location"] = safe_path(wanted.return_path, wanted.area)
    joined = own_pages.join(authentication, this_browser(), services().parts)
    login = joined.browser.session_id
    session_id = kept.begin(wanted.area, person, login=login)
    sessions.remember_person(response, session_id)
    remember_browser(response, joined.browser)
    sessions.forget_login(response, found.pending.login_id)
    logs.person_logged_in(area=wanted.area, idp_entity_id=found.upstream.entity_id)
    return response


@bp.post("/logga-ut")
@needs_session
def log_out() -> Response:
    """End every session of this browser: here, at e-tjänster and upstream."""
    return log_out_of_all(session_in_use().area)


def _number_of(identity: Identity, area: Area) -> int:
    """Look the person up; upstream knows nothing of roles.

    Raises:
        NotAdministratorError: The person is not an active administrator.
        NotOperatorError: The person is not an active operator.
        StoreUnavailableError: Nobody can say.
    """
    if area is Area.OPERATOR:
        return _operator_of(identity).id
    parts = services().parts
    with store_errors():
        found = parts.authz.administrator_of(identity.hsa_id, now=parts.clock())
    if found is None:
        raise NotAdministratorError("not an active administrator")
    return found.person.id


def _operator_of(identity: Identity) -> Operator:
    parts = services().parts
    with store_errors():
        operator = parts.authz.operator_of(identity.hsa_id, now=parts.clock())
    if operator is None:
        raise NotOperatorError("not an active operator")
    return operator


def _refuse_administrator(
    error: BridgeError, identity: Identity, found: FoundLogin
) -> Response:
    """Say to somebody who they are, and that it is not an administrator."""
    way = Way(
        login_id=found.pending.login_id,
        upstream=found.upstream,
        steps=found.steps.taken,
    )
    error_id = note_refusal(error, found.pending.request, way)
    names = (identity.given_name, identity.surname)
    html = render_template(
        "administration/not_administrator.html",
        name=" ".join(name for name in names if name),
        error_id=error_id,
        code=error.code,
    )
    response = make_response(html, _FORBIDDEN)
    response.headers["Cache-Control"] = "no-store"
    return response


def _show_way_in(reason: str, area: Area, *, is_kept: bool) -> Response:
    html = render_template(
        "log_in_again.html",
        reason=reason,
        pages=OWN_PAGES[area][0],
        is_kept=is_kept,
        address=this_page(area),
        viewer=None,
    )
    response = make_response(html, _FORBIDDEN)
    response.headers["Cache-Control"] = "no-store"
    return response
