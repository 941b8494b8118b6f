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
    bp,
    frame_facts,
    organisation,
    show,
)
from idp_bridge.views.administration.paging import shown_pages
from idp_bridge.web.access import needs
from idp_bridge.web.rights import Right

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
    if request.headers.get("HX-Request") == "true":
        html = render_template(
            "administration/users_changed.html", **frame_facts(), **facts
        )
        response = make_response(html)
        response.headers["Cache-Control"] = "no-store"
        return response
    now = services().clock()
    known = administration().administrators(organisation().id, now=now)
    return show("users", is_alone=len(known) < _FEW, **_done(), **facts)


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
        "sizes": (*PAGE_SIZES, None),
        "pages": shown_pages(page.page, page.pages),
        "columns": [
            (column, ADMINISTRATION_TEXTS.columns[column]) for column in SortColumn
        ],
        "list_at": lambda **changes: _address(replace(query, **changes)),
        "sorted_at": lambda column: _address(list_state.sorted_by(query, column)),
        "is_filtered": bool(query.search or query.services or query.permissions),
    }


PAGE_SIZES: Final = list_state.PAGE_SIZES


def _address(query: UserQuery) -> str:
    state = list_state.write(query)
    return address_of("show_users") + (f"?{state}" if state else "")


def _done() -> dict[str, object]:
    """Say what has just been done, when a page of ours led here."""
    removed = request.args.get("borttagen", type=int)
    if removed is None:
        return {"removed": None}
    now = services().clock()
    user = administration().user(organisation().id, removed, now=now)
    return {"removed": user if user.removed else None}
