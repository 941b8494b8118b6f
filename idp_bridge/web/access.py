"""May this browser do what it asks for? Decided here, before any view begins.

Every view says what it needs, with one decorator. Nobody gets through to a view that
says nothing. A view for people is reached with a session of its area, with a role that
has the right *now*, and, when it writes, with the token of one of our forms. Views that
partners and strangers use say :func:`open_to_all` and have no session to be misused.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from flask import Flask, Response, current_app, g, request, session
from flask_wtf.csrf import CSRFProtect

from authz.models import Operator
from idp_bridge import sessions
from idp_bridge.errors import (
    MisconfiguredError,
    NotAllowedError,
    SessionEndedError,
)
from idp_bridge.login.parts import store_errors
from idp_bridge.login.pending import Area
from idp_bridge.services import services
from idp_bridge.web.people import PeopleSessions, PersonSession
from idp_bridge.web.return_paths import start_of
from idp_bridge.web.rights import RIGHTS_OF_OPERATORS, Right

View = TypeVar("View", bound=Callable[..., Any])
AskToLogIn = Callable[[Area], Response]

OPEN: Final = "open"
LOGGED_IN: Final = "logged-in"
_MARK: Final = "needed_right"
_TOKEN: Final = "csrf_token"  # noqa: S105  # the name that Flask-WTF looks for
_UNAUTHORISED: Final = 401
_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who looks at a page of ours, as the permission store knows them now."""

    operator: Operator
    rights: frozenset[Right]

    @property
    def name(self) -> str:
        """Both names."""
        return f"{self.operator.given_name} {self.operator.surname}"

    @property
    def actor(self) -> str:
        """Who it is in the audit trail."""
        return f"operator:{self.operator.id}"

    def may(self, right: str) -> bool:
        """Tell whether something can be offered at all."""
        return right in self.rights


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


def register(app: Flask, *, ask_to_log_in: AskToLogIn) -> None:
    """Put the guard in front of every view.

    Args:
        app: The application.
        ask_to_log_in: Answers a request for pages that need a login.
    """
    app.config.update(
        WTF_CSRF_CHECK_DEFAULT=False,  # the guard checks, when it knows the session
        WTF_CSRF_TIME_LIMIT=None,  # a token lives as long as its session
        WTF_CSRF_SSL_STRICT=False,  # browsers may keep the Referer to themselves
    )
    tokens = CSRFProtect(app)
    app.before_request(_Guard(tokens, ask_to_log_in))
    app.context_processor(lambda: {"viewer": g.get("viewer")})


def viewer() -> Viewer:
    """Say who looks at this page; only in views that need a right."""
    found: Viewer = g.viewer
    return found


def people_sessions() -> PeopleSessions:
    """Hand out the sessions of people."""
    parts = services()
    return PeopleSessions(parts.state, parts.clock, parts.settings.web)


class _Guard:
    """Runs before every view."""

    def __init__(self, tokens: CSRFProtect, ask_to_log_in: AskToLogIn) -> None:
        self._tokens = tokens
        self._ask_to_log_in = ask_to_log_in

    def __call__(self) -> Response | None:
        """Let a request through, answer it, or refuse it.

        Raises:
            MisconfiguredError: Nobody said what the view needs.
            NotAllowedError: The person's role has no such right.
            SessionEndedError: A form came without a session.
            StoreUnavailableError: Nobody can say who it is.
        """
        if request.endpoint is None or request.endpoint == "static":
            return None
        needed = needed_by(current_app.view_functions[request.endpoint])
        if needed is None:
            raise MisconfiguredError(f"{request.endpoint} does not say what it needs")
        return None if needed == OPEN else self._let_in(needed)

    def _let_in(self, needed: Right | str) -> Response | None:
        known = _find_session()
        who = None if known is None else _find_viewer(known)
        if known is None or who is None:
            return self._answer_stranger()
        g.viewer = who
        session[_TOKEN] = known.form_token
        if needed != LOGGED_IN and needed not in who.rights:
            raise NotAllowedError(f"needs {needed}")
        self._tokens.protect()
        return None

    def _answer_stranger(self) -> Response:
        """Log in first; what a form brought is not done."""
        area = Area.OPERATOR
        if request.headers.get("HX-Request") == "true":
            return Response(
                status=_UNAUTHORISED, headers={"HX-Redirect": start_of(area)}
            )
        if request.method not in _READING:
            raise SessionEndedError("a form without a session")
        return self._ask_to_log_in(area)


def _find_session() -> PersonSession | None:
    session_id = sessions.person_session_id(request)
    return people_sessions().find(session_id) if session_id else None


def _find_viewer(known: PersonSession) -> Viewer | None:
    """Read the person anew: whoever was removed is nobody from now on."""
    parts = services()
    with store_errors():
        operator = parts.authz.operator(known.person, now=parts.clock())
    if operator is None:
        return None
    return Viewer(operator=operator, rights=RIGHTS_OF_OPERATORS[operator.role])
