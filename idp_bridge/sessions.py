"""Which browser is this? One cookie for each login in progress, two for a person.

``__Host-`` binds it to this host and to https; ``SameSite=None`` lets it come back with
the identity provider's POST, however long the person took. Each login has its own, so
two tabs never meet. The cookie of a login session, from which other e-tjänster are
answered, is ``SameSite=None`` too, since they ask with forms of their own; so is the
one that counts how often a browser is sent back and forth. The cookie
of somebody who has logged in at our own pages is ``SameSite=Lax``: it does not come
with a form of another site.
"""

from datetime import timedelta
from typing import Final

from flask import Flask, Request, Response
from flask.sessions import SessionInterface, SessionMixin

PREFIX: Final = "__Host-login-"
PERSON: Final = "__Host-idpb_session"
LOGIN_SESSION: Final = "__Host-idpb_sso"
LOGOUT_PREFIX: Final = "__Host-logout-"
ROUNDS: Final = "__Host-idpb_rounds"
_NAME_LENGTH: Final = 20
"""Eight digits of time, so that names sort by age, and twelve random ones."""
MAX_LOGINS: Final = 8
"""How many logins one browser may have open; one in the middle makes room."""
_FIRST: Final = 4
"""How many of them, the oldest, are never pushed out by later ones."""


class RequestFacts(dict[str, object], SessionMixin):
    """What Flask calls a session: with us it lasts for one request."""


class NoSessions(SessionInterface):
    """Flask keeps no sessions for us: ours are on the server, in the state store."""

    def open_session(self, app: Flask, request: Request) -> RequestFacts:
        """Begin empty; the guard puts in what this request may know."""
        del app, request
        return RequestFacts()

    def save_session(
        self, app: Flask, session: SessionMixin, response: Response
    ) -> None:
        """Keep nothing."""
        del app, session, response


def person_session_id(request: Request) -> str | None:
    """Read the number of the session that this browser holds."""
    return request.cookies.get(PERSON)


def remember_person(response: Response, session_id: str) -> None:
    """Give this browser a session; it ends with the browser, or earlier with us."""
    response.set_cookie(
        PERSON, session_id, path="/", secure=True, httponly=True, samesite="Lax"
    )


def forget_person(response: Response) -> None:
    """Take the session of somebody who has logged out."""
    response.delete_cookie(PERSON, path="/", secure=True, httponly=True, samesite="Lax")


def login_session(request: Request) -> str | None:
    """Read which login session this browser belongs to, and its number in it."""
    return request.cookies.get(LOGIN_SESSION)


def remember_login_session(response: Response, cookie: str) -> None:
    """Give this browser a login session; it ends with the browser, or earlier."""
    _set(response, LOGIN_SESSION, cookie, None)


def forget_login_session(response: Response) -> None:
    """Take the login session of somebody who has logged out."""
    _set(response, LOGIN_SESSION, "", timedelta())


def rounds(request: Request) -> str | None:
    """Read how often this browser was sent back to which e-tjänst, sealed."""
    return request.cookies.get(ROUNDS)


def remember_rounds(response: Response, sealed: str, lifetime: timedelta) -> None:
    """Let this browser count how often it was sent back."""
    _set(response, ROUNDS, sealed, lifetime)


def login_secret(request: Request, login_id: str) -> str | None:
    """Read the secret that this browser holds for a login."""
    return request.cookies.get(_name_of(login_id))


def remember_login(
    request: Request,
    response: Response,
    login_id: str,
    *,
    secret: str,
    lifetime: timedelta,
) -> None:
    """Give this browser the secret of a login; one in the middle makes room.

    A foreign page can begin as many logins in a browser as it likes. What somebody
    began before stays: it is among the first. What they begin afterwards works, too: it
    is among the last.
    """
    _set(response, _name_of(login_id), secret, lifetime)
    others = sorted(name for name in request.cookies if name.startswith(PREFIX))
    surplus = max(0, len(others) - MAX_LOGINS + 1)
    for name in others[_FIRST : _FIRST + surplus]:
        _set(response, name, "", timedelta())


def forget_login(response: Response, login_id: str) -> None:
    """Take the secret of a login that is over."""
    _set(response, _name_of(login_id), "", timedelta())


def logout_secret(request: Request, logout_id: str) -> str | None:
    """Read the secret that this browser holds for a logout."""
    return request.cookies.get(_logout_name_of(logout_id))


def remember_logout(
    response: Response, logout_id: str, *, secret: str, lifetime: timedelta
) -> None:
    """Give this browser the secret of a logout; it comes back with answers."""
    _set(response, _logout_name_of(logout_id), secret, lifetime)


def forget_logout(response: Response, logout_id: str) -> None:
    """Take the secret of a logout that is over."""
    _set(response, _logout_name_of(logout_id), "", timedelta())


def _logout_name_of(logout_id: str) -> str:
    return LOGOUT_PREFIX + logout_id[:_NAME_LENGTH]


def _name_of(login_id: str) -> str:
    return PREFIX + login_id[:_NAME_LENGTH]


def _set(response: Response, name: str, value: str, lifetime: timedelta | None) -> None:
    response.set_cookie(
        name,
        value,
        max_age=lifetime,
        path="/",
        secure=True,
        httponly=True,
        samesite="None",
    )
