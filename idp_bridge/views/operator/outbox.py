"""Which mail waits, was sent, or could not be sent?"""

from werkzeug.wrappers import Response as AnyResponse

from idp_bridge.services import services
from idp_bridge.views.operator.frame import bp
from idp_bridge.views.operator.register import office, show_page
from idp_bridge.web.access import needs
from idp_bridge.web.rights import Right


@bp.get("/utskick")
@needs(Right.REGISTER_READ)
def show_outbox() -> AnyResponse:
    """List the newest mail, with what it says."""
    outbox = office().outbox
    return show_page(
        "outbox",
        found=outbox.list(),
        waiting=outbox.waiting(),
        is_sent=bool(services().settings.mail.host),
    )
