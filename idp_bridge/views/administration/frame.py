"""What do all pages of administrators have in common?"""

from typing import Final

from flask import (
    Blueprint,
    Response,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response as AnyResponse

from authz.administration.models import Actor, ActorKind
from authz.administration.service import AdministrationService
from authz.models import Organisation
from idp_bridge import texts
from idp_bridge.errors import MisconfiguredError
from idp_bridge.services import services
from idp_bridge.web import drafts
from idp_bridge.web.access import administrator, session_in_use

bp = Blueprint("administration", __name__)

ORGANISATION: Final = "/o/<number>"
"""How every address of an organisation begins; the guard checks the number."""
USER: Final = f"{ORGANISATION}/anvandare/<int(max=2147483647):membership>"
"""How every address of a user begins: the number of the membership."""
CONFLICT: Final = 409
UNPROCESSABLE: Final = 422
_SEE_OTHER: Final = 303
_NO_CONTENT: Final = 204


bp.add_app_template_filter(texts.clock_time, "clock_time")
bp.add_app_template_filter(texts.day, "day")


def administration() -> AdministrationService:
    """Hand out what reads and changes the users of an organisation."""
    return services().administration


def organisation() -> Organisation:
    """Say whose pages these are.

    Raises:
        MisconfiguredError: The view has no organisation in its address.
    """
    found = administrator().organisation
    if found is None:
        raise MisconfiguredError("a view without an organisation in its address")
    return found


def actor() -> Actor:
    """Say who it is that does something."""
    who = administrator()
    return Actor(kind=ActorKind.ADMINISTRATOR, id=who.person_id, name=who.name)


def address_of(endpoint: str, **values: object) -> str:
    """Make the address of a page of this organisation.

    Args:
        endpoint: The view's name, without the blueprint's.
        values: What else is in the address.
    """
    number = organisation().numbers[0]
    return url_for(f"administration.{endpoint}", number=number, **values)  # type: ignore[arg-type]


def show(template: str, status: int = 200, /, **facts: object) -> Response:
    """Show a page of administrators, which no cache keeps."""
    html = render_template(
        f"administration/{template}.html", frame=_frame(), **frame_facts(), **facts
    )
    response = make_response(html, status)
    response.headers["Cache-Control"] = "no-store"
    return response


def asks_for_part() -> bool:
    """Tell whether a script on a page of ours asks, and puts the answer in place."""
    return request.headers.get("HX-Request") == "true"


def _frame() -> str:
    """Say what is around a form: a page, or a dialog on the page that is there."""
    return f"administration/{'dialog' if asks_for_part() else 'layout'}.html"


def frame_facts() -> dict[str, object]:
    """Say what the frame around every page shows."""
    parts, known = services(), session_in_use()
    web, now = parts.settings.web, parts.clock()
    return {
        "texts": texts.ADMINISTRATION_TEXTS,
        "now": now,
        "address_of": address_of,
        "seal": drafts.drafts().seal(administrator().actor),
        "idle_seconds": int(web.idle.total_seconds()),
        "left_seconds": int((known.began + web.lifetime - now).total_seconds()),
        "ends_at": min(now + web.idle, known.began + web.lifetime),
    }


def go_to(address: str) -> AnyResponse:
    """Send the browser to a page after a form, so that a reload sends nothing."""
    if asks_for_part():
        return Response(status=_NO_CONTENT, headers={"HX-Redirect": address})
    return redirect(address, _SEE_OTHER)
