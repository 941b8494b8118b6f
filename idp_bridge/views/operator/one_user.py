"""What does an organisation see of one of its users? Support reads the same.

Nothing can be changed here, and that somebody looked stands in the events of the
organisation.
"""

from typing import Final

from werkzeug.wrappers import Response as AnyResponse

from authz.office.models import AuditQuery
from idp_bridge.services import services
from idp_bridge.views.operator.frame import bp
from idp_bridge.views.operator.organisations import ONE, find
from idp_bridge.views.operator.paging import asked_page
from idp_bridge.views.operator.register import NUMBER, by_now, office, show_page
from idp_bridge.web.access import needs
from idp_bridge.web.rights import Right

_USER: Final = f"{ONE}/anvandare/<{NUMBER}:membership_id>"


@bp.get(_USER)
@needs(Right.REGISTER_READ)
def show_user_of(organisation_id: int, membership_id: int) -> AnyResponse:
    """Show a user as the organisation sees them, and leave a trace.

    Raises:
        NotFoundError: The organisation has no such user.
        PageNotFoundError: There is no such organisation.
    """
    view, parts = find(organisation_id), services()
    user = parts.administration.user(organisation_id, membership_id, now=parts.clock())
    office().people.look_at_user(organisation_id, user.person_id, **by_now())
    query = AuditQuery(
        organisation_id=organisation_id,
        subject=f"person:{user.person_id}",
        page=asked_page(),
    )
    return show_page(
        "organisation_user",
        view=view,
        user=user,
        has_grants=any(one.grants for one in user.services),
        found=office().trail.page(query),
        kept={"organisation_id": organisation_id, "membership_id": membership_id},
    )
