"""Who is a user, and what may they do? The view of one (the manual, 7)."""

from typing import Final

from flask import Response, request

from authz.administration.errors import NotFoundError
from authz.administration.models import UserView
from idp_bridge.services import services
from idp_bridge.views.administration.frame import (
    USER,
    administration,
    bp,
    organisation,
    show,
)
from idp_bridge.views.administration.list_links import back_to_list, kept_list
from idp_bridge.web.access import needs
from idp_bridge.web.rights import Right

_MAX_DIGITS: Final = 9


@bp.get(USER)
@needs(Right.USERS_READ)
def show_user(number: str, membership: int) -> Response:
    """Show a user with the permissions that count or will count."""
    del number
    return show_one(user_here(membership))


def user_here(membership: int) -> UserView:
    """Find a user of this organisation.

    Raises:
        NotFoundError: There is none, or it is somebody else's.
        StoreUnavailableError: The database does not answer.
    """
    now = services().clock()
    return administration().user(organisation().id, membership, now=now)


def user_in_query(name: str) -> UserView | None:
    """Find the user whom an address names, if it names one of this organisation."""
    text = request.args.get(name, "")
    if not (text.isascii() and text.isdigit()) or len(text) > _MAX_DIGITS:
        return None
    try:
        return user_here(int(text))
    except NotFoundError:
        return None


def show_one(
    user: UserView, status: int = 200, *, restore_problem: str | None = None
) -> Response:
    """Show the view of a user."""
    return show(
        "user",
        status,
        user=user,
        has_grants=any(one.grants for one in user.services),
        done=request.args.get("klart"),
        restore_problem=restore_problem,
        lista=kept_list(),
        back=back_to_list(user.membership_id),
    )
