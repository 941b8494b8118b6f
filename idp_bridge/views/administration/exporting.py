"""How does an administrator take the list of users home? As a file, which is logged."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from flask import Response, request

from authz import audit, sheets
from authz.administration.models import UserLine
from authz.audit import Action, Event
from idp_bridge.services import services
from idp_bridge.views.administration import files, list_state, user_sheet
from idp_bridge.views.administration.frame import (
    ORGANISATION,
    actor,
    administration,
    bp,
    organisation,
)
from idp_bridge.views.administration.user_sheet import Column
from idp_bridge.views.administration.users import choices_here
from idp_bridge.web.access import needs
from idp_bridge.web.rights import Right


@bp.get(f"{ORGANISATION}/export.csv")
@needs(Right.USERS_READ)
def export_users(**_number: str) -> Response:
    """Hand out the users that the address asks for, or all of them."""
    choices, now = choices_here(), services().clock()
    asked = list_state.read(request.args, choices)
    query = replace(asked, page=1, page_size=None)
    page = administration().users(organisation().id, query, now=now)
    columns = user_sheet.columns_of(choices)
    rows = _rows(page.lines, columns)
    data = sheets.write(user_sheet.headings(columns), rows)
    _log(len(page.lines))
    return files.hand_out("anvandare", data)


@bp.get(f"{ORGANISATION}/import/mall.csv")
@needs(Right.USERS_READ)
def export_template(**_number: str) -> Response:
    """Hand out an empty file with the right headings."""
    columns = user_sheet.columns_of(choices_here())
    return files.hand_out("mall", sheets.write(user_sheet.headings(columns), []))


def _rows(
    lines: Iterable[UserLine], columns: Sequence[Column]
) -> Iterator[tuple[str, ...]]:
    now, here = services().clock(), organisation().id
    for some in user_sheet.portions(lines):
        numbers = [line.membership_id for line in some]
        held = administration().holdings(here, numbers, now=now)
        for line in some:
            mine = held.get(line.membership_id, {})
            yield user_sheet.row_of(line, mine, columns)


def _log(count: int) -> None:
    """Remember that the list left the house; of whom, the database knows."""
    here = organisation().id
    event = Event(
        chain=audit.organisation_chain(here),
        at=services().clock(),
        actor=str(actor()),
        action=Action.USER_LIST_EXPORT,
        subject=f"organisation:{here}",
        detail=audit.canonical({"after": {"count": count}}),
    )
    with services().authz.recording(event):
        pass
