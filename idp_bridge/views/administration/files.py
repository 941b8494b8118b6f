"""How does a file leave us? As a download with a plain name, kept by no cache."""

from typing import Final

from flask import Response

from idp_bridge.services import services
from idp_bridge.texts import STOCKHOLM
from idp_bridge.views.administration.frame import organisation

_CSV: Final = "text/csv; charset=utf-8"


def hand_out(what: str, data: bytes) -> Response:
    """Hand out a file named after what it holds, the organisation and the day.

    Args:
        what: A plain word.
        data: The file.
    """
    day = services().clock().astimezone(STOCKHOLM).date()
    name = f"{what}-{organisation().numbers[0]}-{day}.csv"
    response = Response(data, content_type=_CSV)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response
