"""Which login, and which login session, does the browser of this request belong to?"""

from functools import lru_cache

from flask import Response, request

from idp_bridge import sessions
from idp_bridge.errors import LoginLostError
from idp_bridge.login import choose, single_sign_on
from idp_bridge.login.begin import BegunLogin
from idp_bridge.login.pending import LOGIN_ID, PendingLogin
from idp_bridge.login.session import BrowserSession
from idp_bridge.login.single_sign_on import LiveLogin
from idp_bridge.rounds import WHILE, Rounds
from idp_bridge.services import services


def this_browser() -> BrowserSession | None:
    """Say what this browser holds; ``None`` before its first login began."""
    return BrowserSession.from_cookie(sessions.login_session(request))


def remember_browser(response: Response, browser: BrowserSession) -> None:
    """Let the browser hold its session, with the number of its latest login."""
    sessions.remember_login_session(response, browser.to_cookie())


def forget_browser(response: Response) -> None:
    """Let the browser forget its session: somebody has logged out."""
    sessions.forget_login_session(response)


def find_pending(login_id: str) -> tuple[PendingLogin, str]:
    """Find a login in progress of this browser, and the secret that it holds for it.

    Raises:
        LoginLostError: It is over, too old, or began in another browser.
        StoreUnavailableError: The store does not answer.
    """
    if not LOGIN_ID.fullmatch(login_id):
        raise LoginLostError("not an identifier of a login")
    secret = sessions.login_secret(request, login_id)
    return choose.find(login_id, secret, services().parts), secret or ""


def live_login(pending: PendingLogin) -> LiveLogin | None:
    """Find the login of earlier, in this browser, that may answer a login in progress.

    Raises:
        StoreUnavailableError: The store does not answer.
    """
    if pending.own_pages is not None:
        return None
    return single_sign_on.find(pending.request, this_browser(), services().parts)


def check_no_loop(sp_entity_id: str) -> None:
    """Refuse to send this browser round once more for an e-tjänst.

    Raises:
        LoopError: It was sent back there very often just now.
    """
    _rounds().check_no_loop(
        sessions.rounds(request), sp_entity_id=sp_entity_id, now=services().clock()
    )


def count_round(response: Response, sp_entity_id: str) -> None:
    """Count that this browser is sent back to an e-tjänst with our answer."""
    sealed = _rounds().one_more(
        sessions.rounds(request), sp_entity_id=sp_entity_id, now=services().clock()
    )
    sessions.remember_rounds(response, sealed, WHILE)


def _rounds() -> Rounds:
    return _rounds_with(services().settings.secret_key.get_secret_value())


@lru_cache(maxsize=1)
def _rounds_with(secret: str) -> Rounds:
    """Make what seals the cookies once; every login comes here twice."""
    return Rounds(secret)


def remember_begun(response: Response, begun: BegunLogin) -> Response:
    """Let the browser remember a login that has begun, and a session for its tabs."""
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
