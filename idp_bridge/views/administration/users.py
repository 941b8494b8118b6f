"""Which users does an organisation have? The list, as a page or only its rows."""

from dataclasses import replace
from typing import Final

from flask import Response, make_response, render_template, request

from authz.administration.models import ServiceChoice, SortColumn, UserQuery
from idp_bridge.services import services
from idp_bridge.texts import ADMINISTRATION_TEXTS
from idp_bridge.views.administration import list_state
from idp_bridge.views.administration.frame import (
    ORGANISATION,
    address_of,
    administration,
    asks_for_part,
    bp,
    frame_facts,
    organisation,
    show,
)
from idp_bridge.views.administration.list_links import (
    back_to_list,
    choices_here,
    kept_list,
)
from idp_bridge.views.administration.one_user import user_in_query
from idp_bridge.views.page_numbers import shown_pages
from idp_bridge.web.access import needs
from idp_bridge.web.rights import Right

__all__ = ["back_to_list", "choices_here", "kept_list", "show_users"]

_FEW: Final = 2
"""As many administrators as an organisation should have at least."""


@bp.get(f"{ORGANISATION}/anvandare")
@needs(Right.USERS_READ)
def show_users(number: str) -> Response:
    """Show the list; a script that asks gets only what changes."""
    del number
    choices = choices_here()
    query = list_state.read(request.args, choices)
    facts = _facts(query, choices)
    if asks_for_part():
        html = render_template(
            "administration/users_changed.html", **frame_facts(), **facts
        )
        response = make_response(html)
        response.headers["Cache-Control"] = "no-store"
        return response
    now = services().clock()
    known = administration().administrators(organisation().id, now=now)
    gone = user_in_query("borttagen")
    review = services().reviews.state(organisation().id)
    return show(
        "users",
        is_alone=len(known) < _FEW,
        late_review=review.due_at if review.is_overdue(now) else None,
        removed=gone if gone and gone.removed else None,
        **facts,
    )


def _facts(query: UserQuery, choices: tuple[ServiceChoice, ...]) -> dict[str, object]:
    now = services().clock()
    page = administration().users(organisation().id, query, now=now)
    query = replace(query, page=page.page)
    return {
        "query": query,
        "choices": choices,
        "page": page,
        "state": list_state.write(query),
        "hidden": list_state.hidden_fields(query),
        "sizes": (*list_state.PAGE_SIZES, None),
        "pages": shown_pages(page.page, page.pages),
        "columns": [
            (column, ADMINISTRATION_TEXTS.columns[column]) for column in SortColumn
        ],
        "list_at": lambda **changes: _address(replace(query, **changes)),
        "sorted_at": lambda column: _address(list_state.sorted_by(query, column)),
        "is_filtered": bool(query.search or query.services or query.permissions),
    }


def _address(query: UserQuery) -> str:
    state = list_state.write(query)
    return address_of("show_users") + (f"?{state}" if state else "")
