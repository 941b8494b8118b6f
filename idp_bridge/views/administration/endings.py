"""Which permissions end soon?"""

from datetime import timedelta
from typing import Final

from flask import Response, request

from idp_bridge.services import services
from idp_bridge.views.administration.frame import (
    ORGANISATION,
    administration,
    bp,
    organisation,
    show,
)
from idp_bridge.web.access import needs
from idp_bridge.web.rights import Right

DAYS: Final = (30, 90, 365)


@bp.get(f"{ORGANISATION}/upphor")
@needs(Right.USERS_READ)
def show_ending(**_number: str) -> Response:
    """List what ends within a time that the reader may choose."""
    wanted = request.args.get("dagar", "")
    days = next((each for each in DAYS if str(each) == wanted), DAYS[0])
    endings = administration().ending_soon(
        organisation().id, timedelta(days=days), now=services().clock()
    )
    return show("ending", endings=endings, days=days, choices=DAYS)
