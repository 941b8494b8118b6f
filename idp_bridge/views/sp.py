"""Our service provider: identity providers answer here."""

from flask import Blueprint, Response, request

from idp_bridge import logs, pages, sessions
from idp_bridge.errors import BridgeError, LoginLostError
from idp_bridge.login import finish
from idp_bridge.metrics import ISSUED
from idp_bridge.saml import bindings
from idp_bridge.services import services
from idp_bridge.views import people
from idp_bridge.views.browsers import remember_browser, this_browser
from idp_bridge.views.refusals import form_of, refuse
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
        issued = finish.complete(found, this_browser(), parts)
    except BridgeError as error:
        return refuse(
            error,
            pending.request,
            login_id=pending.login_id,
            upstream=found.upstream,
            steps=found.steps.taken,
        )
    services().metrics.count(ISSUED)
    logs.login_issued(
        sp_entity_id=pending.request.sp_entity_id,
        idp_entity_id=found.upstream.entity_id,
        login_id=pending.login_id,
        steps=found.steps.seconds(),
    )
    ready = issued.answer
    response = pages.show_handoff(form_of(ready), to_name=ready.sp_name)
    sessions.forget_login(response, pending.login_id)
    remember_browser(response, issued.browser)
    return response


@bp.get("/saml/sp/acs")
@open_to_all
def show_lost() -> Response:
    """Answer a reload or a bookmark of the address that takes Responses."""
    raise LoginLostError("a bookmark into the login")
