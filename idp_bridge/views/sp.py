"""Our service provider: identity providers answer here."""

from flask import Blueprint, Response, request

from idp_bridge import sessions
from idp_bridge.errors import BridgeError, LoginLostError
from idp_bridge.login import finish
from idp_bridge.saml import bindings
from idp_bridge.services import services
from idp_bridge.views import people, release_page
from idp_bridge.views.browsers import this_browser
from idp_bridge.views.handing_over import hand_over
from idp_bridge.views.refusals import refuse
from idp_bridge.web.access import open_to_all

bp = Blueprint("sp", __name__)


@bp.post("/saml/sp/acs")
@open_to_all
def consume_response() -> Response:
    """Take a Response, and hand our own to the e-tjänst that waits."""
    parts = services().parts
    message = bindings.decode_post(request.form.getlist("SAMLResponse"))
    found = finish.find(
        message, lambda login_id: sessions.login_secret(request, login_id), parts
    )
    pending = found.pending
    if pending.own_pages is not None:
        return people.finish_login(found, pending.own_pages)
    try:
        done = finish.complete(found, this_browser(), parts)
    except BridgeError as error:
        return refuse(
            error,
            pending.request,
            login_id=pending.login_id,
            upstream=found.upstream,
            steps=found.steps.taken,
        )
    if isinstance(done, finish.WaitingAnswer):
        secret = sessions.login_secret(request, pending.login_id) or ""
        return release_page.show(done.decided, done.pending, secret)
    return hand_over(done, pending, found.steps)


@bp.get("/saml/sp/acs")
@open_to_all
def show_lost() -> Response:
    """Answer a reload or a bookmark of the address that takes Responses."""
    raise LoginLostError("a bookmark into the login")
