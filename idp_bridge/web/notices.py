"""What does everybody who looks at a page have to know now?"""

from flask import Flask

from authz.models import OrganisationKind
from authz.office.models import Notice, NoticePlace
from idp_bridge.services import services


def register(app: Flask) -> None:
    """Let templates ask for what stands on pages."""
    app.jinja_env.globals["notices_at"] = notices_at


def notices_at(place: str, kind: str | None = None) -> tuple[Notice, ...]:
    """List what stands on the pages of a place at this moment.

    Args:
        place: Which pages.
        kind: Of organisation: what is about an e-tjänst for others is left out.

    Raises:
        StoreUnavailableError: The database does not answer.
    """
    parts = services()
    found = parts.office.notices.current(NoticePlace(place), now=parts.clock())
    wanted = OrganisationKind(kind) if kind else None
    return tuple(one for one in found if one.concerns(wanted))
