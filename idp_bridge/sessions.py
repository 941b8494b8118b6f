"""Which browser is this? One cookie for each login in progress, two for a person.

``__Host-`` binds it to this host and to https; ``SameSite=None`` lets it come back with
the identity provider's POST, however long the person took. Each login has its own, so
two tabs never meet. The cookie of a login session, from which other e-tjänster are
answered, is ``SameSite=None`` too, since they ask with forms of their own; so is the
one that counts how often a browser is sent back and forth. The cookie
of somebody who has logged in at our own pages is ``SameSite=Lax``: it does not come
with a form of another site.
"""

import re
from datetime import timedelta
from functools import lru_cache
from typing import Final

from flask import Flask, Request, Response
from flask.sessions import SessionInterface, SessionMixin
from werkzeug.http import dump_cookie

PREFIX: Final = "__Host-login-"
PERSON: Final = "__Host-idpb_session"
LOGIN_SESSION: Final = "__Host-idpb_sso"
LOGOUT_PREFIX: Final = "__Host-logout-"
ROUNDS: Final = "__Host-idpb_rounds"
_NAME_LENGTH: Final = 20
"""Eight digits of time, so that names sort by age, and twelve random ones."""
MAX_LOGINS: Final = 8
"""How many logins one browser may have open; one in the middle makes room."""
_LOGIN_NAME: Final = re.compile(PREFIX + "[0-9a-f]{20}", re.ASCII)
_PLAIN: Final = re.compile(r"[A-Za-z0-9._-]*", re.ASCII)
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
    return _read(request, PERSON)


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
    return _read(request, LOGIN_SESSION)


def remember_login_session(response: Response, cookie: str) -> None:
    """Give this browser a login session; it ends with the browser, or earlier."""
    _set(response, LOGIN_SESSION, cookie, None)


def forget_login_session(response: Response) -> None:
    """Take the login session of somebody who has logged out."""
    _set(response, LOGIN_SESSION, "", timedelta())


def rounds(request: Request) -> str | None:
    """Read how often this browser was sent back to which e-tjänst, sealed."""
    return _read(request, ROUNDS)


def remember_rounds(response: Response, sealed: str, lifetime: timedelta) -> None:
    """Let this browser count how often it was sent back."""
    _set(response, ROUNDS, sealed, lifetime)


def login_secret(request: Request, login_id: str) -> str | None:
    """Read the secret that this browser holds for a login."""
    return _read(request, _name_of(login_id))


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
    others = sorted(filter(_LOGIN_NAME.fullmatch, request.cookies))
    surplus = max(0, len(others) - MAX_LOGINS + 1)
    for name in others[_FIRST : _FIRST + surplus]:
        _set(response, name, "", timedelta())


def forget_login(response: Response, login_id: str) -> None:
    """Take the secret of a login that is over."""
    _set(response, _name_of(login_id), "", timedelta())


def logout_secret(request: Request, logout_id: str) -> str | None:
    """Read the secret that this browser holds for a logout."""
    return _read(request, _logout_name_of(logout_id))


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


def _read(request: Request, name: str) -> str | None:
    """Read a cookie; asking first is quicker than an error for each that is missing."""
    cookies = request.cookies
    return cookies[name] if name in cookies else None  # noqa: SIM401  # see above


def _set(response: Response, name: str, value: str, lifetime: timedelta | None) -> None:
    """Let the browser keep a text of letters, digits and ``-._``, as all of ours are.

    Raises:
        ValueError: Another text, which would have to be written in another way.
    """
    if not _PLAIN.fullmatch(value):
        raise ValueError("a cookie that would have to be quoted")
    response.headers.add("Set-Cookie", f"{name}={value}{_attributes(lifetime)}")


@lru_cache(maxsize=8)
def _attributes(lifetime: timedelta | None) -> str:
    """Write how a cookie is kept: the same words for all that live as long.

    No date stands among them, as it would be that of the first cookie.
    """
    whole = dump_cookie(
        "x",
        max_age=lifetime,
        sync_expires=False,
        path="/",
        secure=True,
        httponly=True,
        samesite="None",
    )
    return whole.removeprefix("x=")
