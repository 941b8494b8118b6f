"""What does everybody who looks at a page have to know now?"""

from flask import Flask

from authz.office.models import Notice, NoticePlace
from idp_bridge.services import services


def register(app: Flask) -> None:
    """Let templates ask for what stands on pages."""
    app.jinja_env.globals["notices_at"] = notices_at


def notices_at(place: str) -> tuple[Notice, ...]:
    """List what stands on the pages of a place at this moment.

    Raises:
        StoreUnavailableError: The database does not answer.
    """
    parts = services()
    return parts.office.notices.current(NoticePlace(place), now=parts.clock())
