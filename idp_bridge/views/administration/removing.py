"""Who shall not be a user any more, or shall be one again (the manual, 9)?"""

from werkzeug.wrappers import Response as AnyResponse

from authz.administration.errors import RestoreRefusedError
from idp_bridge.services import services
from idp_bridge.texts import ADMINISTRATION_TEXTS
from idp_bridge.views.administration.frame import (
    CONFLICT,
    USER,
    actor,
    address_of,
    administration,
    bp,
    go_to,
    organisation,
    show,
)
from idp_bridge.views.administration.list_links import kept_list
from idp_bridge.views.administration.one_user import show_one, user_here
from idp_bridge.web.access import needs
from idp_bridge.web.form_pages import only_button
from idp_bridge.web.rights import Right


@bp.get(f"{USER}/ta-bort")
@needs(Right.USERS_CHANGE)
def show_removal(number: str, membership: int) -> AnyResponse:
    """Ask whether a user shall be removed, and say what that means."""
    del number
    user, lista = user_here(membership), kept_list()
    back = address_of("show_user", membership=membership, lista=lista)
    if user.removed:
        return go_to(back)
    given = [len(one.grants) for one in user.services if one.grants]
    return show(
        "remove_user",
        user=user,
        grants=sum(given),
        services=len(given),
        lista=lista,
        back=back,
    )


@bp.post(f"{USER}/ta-bort")
@needs(Right.USERS_CHANGE)
@only_button
def remove_user(number: str, membership: int) -> AnyResponse:
    """Remove a user; everything ends at once and can come back for a while."""
    del number
    if not user_here(membership).removed:
        administration().remove_user(
            organisation().id, membership, actor=actor(), now=services().clock()
        )
    kept = kept_list()
    address = address_of("show_users", borttagen=membership)
    return go_to(f"{address}&{kept}" if kept else address)


@bp.post(f"{USER}/aterstall")
@needs(Right.DELEGATE)
def restore_user(number: str, membership: int) -> AnyResponse:
    """Bring a removed user back with the permissions that were taken."""
    del number
    try:
        administration().restore_user(
            organisation().id, membership, actor=actor(), now=services().clock()
        )
    except RestoreRefusedError as error:
        problem = ADMINISTRATION_TEXTS.restore_refused[error.reason]
        return show_one(user_here(membership), CONFLICT, restore_problem=problem)
    return go_to(address_of("show_user", membership=membership, klart="aterstalld"))
