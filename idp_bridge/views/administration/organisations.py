"""For which organisation does an administrator work now?"""

from flask import Response, url_for
from werkzeug.wrappers import Response as AnyResponse

from idp_bridge.views.administration.frame import bp, go_to, show
from idp_bridge.web.access import administrator, needs
from idp_bridge.web.rights import Right


@bp.get("/admin/")
@needs(Right.USERS_READ)
def show_organisations() -> AnyResponse:
    """Go to the only organisation, or let the administrator choose."""
    its = administrator().administrator.organisations
    if len(its) == 1:
        number = its[0].numbers[0]
        return go_to(url_for("administration.show_users", number=number))
    return show("organisations", organisations=its)


@bp.post("/admin/fortsatt")
@needs(Right.USERS_READ)
def stay() -> Response:
    """Note that somebody is still there; the guard has just done so."""
    return Response(status=204)
