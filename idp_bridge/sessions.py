"""Which browser is this? One cookie for each login in progress.

``__Host-`` binds it to this host and to https; ``SameSite=None`` lets it come back with
the identity provider's POST, however long the person took. Each login has its own, so
two tabs never meet.
"""

from datetime import timedelta
from typing import Final

from flask import Flask, Request, Response
from flask.sessions import SessionInterface, SessionMixin

PREFIX: Final = "__Host-login-"
_NAME_LENGTH: Final = 20
"""Eight digits of time, so that names sort by age, and twelve random ones."""
MAX_LOGINS: Final = 8
"""How many logins one browser may have open; the oldest make room."""


class NoSessions(SessionInterface):
    """Nobody stays logged in at the bridge itself; each login has its own cookie."""

    def open_session(self, app: Flask, request: Request) -> None:
        """Find no session; Flask then refuses to write to one."""
        del app, request

    def save_session(
        self, app: Flask, session: SessionMixin, response: Response
    ) -> None:
        """Keep nothing."""
        del app, session, response


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
    """Give this browser the secret of a login; the oldest make room."""
    _set(response, _name_of(login_id), secret, lifetime)
    others = sorted(name for name in request.cookies if name.startswith(PREFIX))
    for name in others[: max(0, len(others) - MAX_LOGINS + 1)]:
        _set(response, name, "", timedelta())


def forget_login(response: Response, login_id: str) -> None:
    """Take the secret of a login that is over."""
    _set(response, _name_of(login_id), "", timedelta())


def _name_of(login_id: str) -> str:
    return PREFIX + login_id[:_NAME_LENGTH]


def _set(response: Response, name: str, value: str, lifetime: timedelta) -> None:
    response.set_cookie(
        name,
        value,
        max_age=lifetime,
        path="/",
        secure=True,
        httponly=True,
        samesite="None",
    )
