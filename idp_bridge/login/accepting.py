"""A person who is known presses *Fortsätt*: may the answer go?"""

from idp_bridge.login import finish, single_sign_on
from idp_bridge.login.issue import IssuedAnswer
from idp_bridge.login.parts import Parts
from idp_bridge.login.pending import PendingLogin
from idp_bridge.login.single_sign_on import LiveLogin
from idp_bridge.tracing.steps import Steps


def go_on(
    pending: PendingLogin, live: LiveLogin, parts: Parts, steps: Steps
) -> IssuedAnswer | None:
    """Answer as the person of a login of earlier, who has said so.

    Returns:
        ``None`` when the session was ended at this moment.

    Raises:
        BridgeError: The person may not go on, or the login has just ended.
    """
    issued = single_sign_on.answer(live, pending.request, parts, steps)
    if issued is not None:
        finish.use_up_login(pending, parts)
    return issued
