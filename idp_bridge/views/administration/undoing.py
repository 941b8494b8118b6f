"""Can the last change be taken back?"""

from typing import Final

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from authz.administration.errors import RestoreRefusedError, UndoRefusedError
from authz.administration.models import ChangeKind
from idp_bridge.login.pending import Area
from idp_bridge.services import services
from idp_bridge.views.administration import results
from idp_bridge.views.administration.frame import (
    ORGANISATION,
    actor,
    address_of,
    administration,
    bp,
    go_to,
    organisation,
    show,
)
from idp_bridge.web.access import needs
from idp_bridge.web.return_paths import safe_path
from idp_bridge.web.rights import Right

_CONFLICT: Final = 409


@bp.post(f"{ORGANISATION}/angra/<int(max=2147483647):change>")
@needs(Right.DELEGATE)
def undo(change: int, **_number: str) -> AnyResponse:
    """Undo a change and go back, or say why it cannot be undone."""
    back = _back()
    try:
        result = administration().undo(
            organisation().id, change, actor=actor(), now=services().clock()
        )
    except (RestoreRefusedError, UndoRefusedError) as error:
        return _show_refused(error.reason, back)
    told = results.remember(ChangeKind.UNDO, result)
    return go_to(f"{back}?{results.PARAMETER}={told}")


def _show_refused(reason: str, back: str) -> Response:
    return show("undo_refused", _CONFLICT, reason=reason, back=back)


def _back() -> str:
    """Say where the form stood: a page of this organisation, else the list."""
    wanted = safe_path(request.form.get("tillbaka", ""), Area.ADMIN)
    path = wanted.partition("?")[0]
    own = any(path.startswith(f"/o/{number}/") for number in organisation().numbers)
    return path if own else address_of("show_users")
