"""May this browser do what it asks for? Decided here, before any view begins.

Every view says what it needs, with one decorator. Nobody gets through to a view that
says nothing. A view for people is reached with a session of its area, with a role that
has the right *now*, and, when it writes, with the token of one of our forms. Views that
partners and strangers use say :func:`open_to_all` and have no session to be misused.
"""

from collections.abc import Callable
from typing import Any, Final, Protocol, TypeVar

from flask import Flask, Response, current_app, g, redirect, request, session
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.wrappers import Response as AnyResponse

from idp_bridge import sessions
from idp_bridge.errors import (
    MisconfiguredError,
    NotAllowedError,
    SessionEndedError,
)
from idp_bridge.login.pending import Area
from idp_bridge.services import services
from idp_bridge.web import drafts
from idp_bridge.web.people import PeopleSessions, PersonSession
from idp_bridge.web.return_paths import this_page
from idp_bridge.web.rights import NEEDS_FRESH_LOGIN, Right
from idp_bridge.web.viewers import AdministratorViewer, Viewer, find_viewer

View = TypeVar("View", bound=Callable[..., Any])

OPEN: Final = "open"
LOGGED_IN: Final = "logged-in"
_MARK: Final = "needed_right"
_TOKEN: Final = "csrf_token"  # noqa: S105  # the name that Flask-WTF looks for
_NUMBER: Final = "number"
"""What every route under ``/o/`` calls the organisation number in its address."""
_UNAUTHORISED: Final = 401
_SEE_OTHER: Final = 303
_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class Doors(Protocol):
    """Answers to requests of people who must log in first, or again."""

    def ask_to_log_in(self, area: Area, *, afresh: bool = False) -> Response:
        """Begin a login that comes back to this page."""

    def show_ended(self, area: Area, *, is_kept: bool) -> Response:
        """Say that somebody's session is over."""

    def show_old(self, *, is_kept: bool) -> Response:
        """Say that a form needs a fresher login."""


def open_to_all(view: View) -> View:
    """Let everybody use a view, without a session."""
    setattr(view, _MARK, OPEN)
    return view


def needs(right: Right) -> Callable[[View], View]:
    """Let only people with a right use a view."""

    def mark(view: View) -> View:
        setattr(view, _MARK, right)
        return view

    return mark


def needs_session(view: View) -> View:
    """Let everybody who has logged in use a view, whatever their role."""
    setattr(view, _MARK, LOGGED_IN)
    return view


def needed_by(view: Callable[..., Any]) -> Right | str | None:
    """Say what a view needs: a right, :data:`OPEN` or :data:`LOGGED_IN`.

    Returns:
        ``None`` if nobody said.
    """
    found: Right | str | None = getattr(view, _MARK, None)
    return found


def register(app: Flask, *, doors: Doors) -> None:
    """Put the guard in front of every view.

    Args:
        app: The application.
        doors: Answers requests for pages that need a login.
    """
    app.config.update(
        WTF_CSRF_CHECK_DEFAULT=False,  # the guard checks, when it knows the session
        WTF_CSRF_TIME_LIMIT=None,  # a token lives as long as its session
        WTF_CSRF_SSL_STRICT=False,  # browsers may keep the Referer to themselves
    )
    tokens = CSRFProtect(app)
    app.before_request(_Guard(tokens, doors))
    app.context_processor(lambda: {"viewer": g.get("viewer")})


def viewer() -> Viewer:
    """Say which operator looks at this page; only in views that need their right."""
    found: Viewer = g.viewer
    return found


def administrator() -> AdministratorViewer:
    """Say which administrator looks; only in views that need a right of theirs."""
    found: AdministratorViewer = g.viewer
    return found


def session_in_use() -> PersonSession:
    """Say which session this request has; only in views that are not open to all."""
    found: PersonSession = g.person_session
    return found


def people_sessions() -> PeopleSessions:
    """Hand out the sessions of people."""
    parts = services()
    return PeopleSessions(parts.state, parts.clock, parts.settings.web)


class _Guard:
    """Runs before every view."""

    def __init__(self, tokens: CSRFProtect, doors: Doors) -> None:
        self._tokens = tokens
        self._doors = doors

    def __call__(self) -> AnyResponse | None:
        """Let a request through, answer it, or refuse it.

        Raises:
            MisconfiguredError: Nobody said what the view needs.
            NotAllowedError: The person's role has no such right.
            PageNotFoundError: The organisation is not one of the administrator's.
            SessionEndedError: A form came without a session.
            StoreUnavailableError: Nobody can say who it is.
        """
        if request.endpoint is None or request.endpoint == "static":
            return None
        needed = needed_by(current_app.view_functions[request.endpoint])
        if needed is None:
            raise MisconfiguredError(f"{request.endpoint} does not say what it needs")
        return None if needed == OPEN else self._let_in(needed)

    def _let_in(self, needed: Right | str) -> AnyResponse | None:
        session_id = sessions.person_session_id(request)
        known = people_sessions().find(session_id) if session_id else None
        area = _area_of(needed, known)
        if known is None or known.area is not area:
            return self._answer_stranger(
                needed, area, is_over=bool(session_id and not known)
            )
        who = find_viewer(known, (request.view_args or {}).get(_NUMBER))
        if who is None:
            people_sessions().end(session_id or "")
            return self._answer_stranger(needed, area, is_over=True)
        g.viewer, g.person_session = who, known
        session[_TOKEN] = known.form_token
        if isinstance(needed, Right) and needed not in who.rights:
            raise NotAllowedError(f"needs {needed}")
        return self._check_login(needed, known) or self._check_form(area)

    def _answer_stranger(
        self, needed: Right | str, area: Area, *, is_over: bool
    ) -> Response:
        """Log in first; what a form brought is not done, but kept."""
        is_reading = request.method in _READING
        if is_reading and _comes_from_script():
            return _send_script_to_page(area)
        if not is_reading and needed == LOGGED_IN:
            raise SessionEndedError("a form of no area without a session")
        if not is_reading:
            return self._doors.show_ended(area, is_kept=drafts.keep_form())
        if is_over and area is Area.ADMIN:
            return self._doors.show_ended(area, is_kept=False)
        return self._doors.ask_to_log_in(area)

    def _check_login(
        self, needed: Right | str, known: PersonSession
    ) -> Response | None:
        """Ask for a login that is not old, where one is needed."""
        if needed not in NEEDS_FRESH_LOGIN or not is_login_old(known):
            return None
        is_reading = request.method in _READING
        if is_reading and _comes_from_script():
            return _send_script_to_page(known.area)
        if is_reading:
            return self._doors.ask_to_log_in(known.area, afresh=True)
        return self._doors.show_old(is_kept=drafts.keep_form_of_viewer())

    def _check_form(self, area: Area) -> AnyResponse | None:
        """Check the token of a form; what an old page sends is shown once more."""
        try:
            self._tokens.protect()
        except CSRFError:
            if drafts.keep_form_of_viewer():
                return redirect(this_page(area), _SEE_OTHER)
            raise
        return None


def _comes_from_script() -> bool:
    """Tell whether a script on a page of ours asks for a part of a page."""
    return request.headers.get("HX-Request") == "true"


def _send_script_to_page(area: Area) -> Response:
    """Let the browser go to the page itself, which asks for a login.

    A script cannot follow a redirect to another site, and must not put a page for
    logging in where it expected a part of this one. A form that a script sent is
    answered with a page, and sent once more without the script.
    """
    page = this_page(area)
    return Response(status=_UNAUTHORISED, headers={"HX-Redirect": page})


def _area_of(needed: Right | str, known: PersonSession | None) -> Area:
    """Say on which pages a view is; those for everybody are on any."""
    if isinstance(needed, Right):
        return needed.area
    return known.area if known else Area.OPERATOR


def is_login_old(known: PersonSession) -> bool:
    """Tell whether somebody logged in too long ago to change permissions."""
    parts = services()
    return parts.clock() - known.began > parts.settings.web.fresh_login
