"""An answer goes to an e-tjänst: the page that posts it, and what the browser keeps."""

from typing import Final

from flask import Response

from idp_bridge import logs, pages, sessions
from idp_bridge.login.issue import IssuedAnswer
from idp_bridge.login.pending import PendingLogin
from idp_bridge.metrics import ISSUED
from idp_bridge.services import services
from idp_bridge.tracing.steps import Steps
from idp_bridge.views.browsers import count_round, remember_browser
from idp_bridge.views.refusals import form_of

_SEE_OTHER: Final = 303


def hand_over(issued: IssuedAnswer, pending: PendingLogin, steps: Steps) -> Response:
    """Let the browser bring an answer to the e-tjänst; the login is over.

    Args:
        issued: The answer.
        pending: The login.
        steps: What it has come through.
    """
    services().metrics.count(ISSUED)
    logs.login_issued(
        sp_entity_id=pending.request.sp_entity_id,
        idp_entity_id=issued.idp_entity_id,
        login_id=pending.login_id,
        steps=steps.seconds(),
    )
    ready = issued.answer
    response = pages.show_handoff(form_of(ready), to_name=ready.sp_name)
    sessions.forget_login(response, pending.login_id)
    remember_browser(response, issued.browser)
    count_round(response, pending.request.sp_entity_id)
    return response


def redirect(url: str) -> Response:
    """Send the browser on, to an address that no cache may keep."""
    response = Response(status=_SEE_OTHER)
    response.headers["Location"] = url
    response.headers["Cache-Control"] = "no-store"
    return response
