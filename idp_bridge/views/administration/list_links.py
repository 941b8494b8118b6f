"""How does somebody come back to the list of users as they left it?"""

from flask import request

from authz.administration.models import ServiceChoice
from idp_bridge.services import services
from idp_bridge.views.administration import list_state
from idp_bridge.views.administration.frame import (
    address_of,
    administration,
    organisation,
)


def choices_here() -> tuple[ServiceChoice, ...]:
    """List the e-tjänster of this organisation with their permissions."""
    now = services().clock()
    return administration().choices(organisation().id, now=now)


def back_to_list(membership: int | None = None) -> str:
    """Make the address of the list as it was, at the row of a user."""
    kept = kept_list()
    address = address_of("show_users") + (f"?{kept}" if kept else "")
    return address if membership is None else f"{address}#rad-{membership}"


def kept_list() -> str | None:
    """Read how the list was, to hand it on from page to page."""
    text = request.args.get("lista", "")
    return list_state.canonical(text, choices_here()) or None if text else None
