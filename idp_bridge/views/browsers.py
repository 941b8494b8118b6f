"""Which login session does the browser of this request belong to?"""

from flask import Response, request

from idp_bridge import sessions
from idp_bridge.login.session import BrowserSession


def this_browser() -> BrowserSession | None:
    """Say what this browser holds; ``None`` before its first login began."""
    return BrowserSession.from_cookie(sessions.login_session(request))


def remember_browser(response: Response, browser: BrowserSession) -> None:
    """Let the browser hold its session, with the number of its latest login."""
    sessions.remember_login_session(response, browser.to_cookie())


def forget_browser(response: Response) -> None:
    """Let the browser forget its session: somebody has logged out."""
    sessions.forget_login_session(response)
