"""A person who is known presses *Fortsätt*: may the answer go, as they have seen it?

Everything is decided anew when the button is pressed. What has changed since the page
was shown is not sent unseen: it is shown first.
"""

from idp_bridge.login import finish, issue, seals, showing, single_sign_on
from idp_bridge.login.issue import DecidedAnswer, IssuedAnswer
from idp_bridge.login.parts import Parts
from idp_bridge.login.pending import PendingLogin
from idp_bridge.login.session import BrowserSession
from idp_bridge.login.single_sign_on import LiveLogin, Outcome
from idp_bridge.tracing.steps import Step, Steps


def go_on(
    pending: PendingLogin, live: LiveLogin, parts: Parts, steps: Steps
) -> Outcome:
    """Answer as the person of a login of earlier, who has said so.

    Raises:
        BridgeError: The person may not go on, or the login has just ended.
    """
    outcome = single_sign_on.answer(live, pending.request, parts, steps)
    if isinstance(outcome, IssuedAnswer):
        finish.use_up_login(pending, parts)
    return outcome


def decide(
    pending: PendingLogin, live: LiveLogin | None, parts: Parts, steps: Steps
) -> DecidedAnswer | None:
    """Decide what would be sent now, for who has just logged in, or did so earlier.

    Returns:
        ``None`` when nobody is known any more.

    Raises:
        BridgeError: The person may not go on.
    """
    about = pending.authentication
    if about is None and live is not None:
        about = live.authentication
    if about is None:
        return None
    decided = issue.decide(about, pending.request, parts)
    steps.note(Step.DECIDED)
    return decided


def send(
    pending: PendingLogin,
    decided: DecidedAnswer,
    browser: BrowserSession | None,
    live: LiveLogin | None,
    parts: Parts,
) -> IssuedAnswer | None:
    """Send what was decided now and has been seen; remember that it was.

    Returns:
        ``None`` when the session was ended at this moment.

    Raises:
        BridgeError: The login has just ended, or a store does not answer.
    """
    showing.remember(decided, parts)
    if pending.authentication is not None:
        finish.use_up_login(pending, parts)
        return issue.after_login(pending.authentication, decided, browser, parts)
    if live is None:
        return None
    issued = issue.from_session(live.login, decided, live.browser, parts)
    if issued is not None:
        finish.use_up_login(pending, parts)
    return issued


def is_as_seen(decided: DecidedAnswer, *, seal: str | None, secret: str) -> bool:
    """Tell whether what would be sent is what the page of a form has shown."""
    return seals.fits(seal, showing.seal(decided, secret))
