"""Under which entityIDs does an e-tjänst ask? Chosen from metadata that we trust."""

from dataclasses import replace
from typing import Final

from flask import request, url_for
from werkzeug.wrappers import Response as AnyResponse

from idp_bridge.errors import PageNotFoundError
from idp_bridge.views.operator.catalogue import SERVICE, find_service
from idp_bridge.views.operator.frame import admin, bp, filled, go_to
from idp_bridge.views.operator.paging import Paging, asked_page, asked_search
from idp_bridge.views.operator.register import by_now, office, show_form, trying
from idp_bridge.views.operator.service_values import as_new
from idp_bridge.views.operator.typed import Typed
from idp_bridge.web.access import needs
from idp_bridge.web.form_pages import only_button
from idp_bridge.web.rights import Right
from metadata.entities import Role
from metadata.errors import UnknownEntityError

_PAGE_SIZE: Final = 20
_PLACES: Final = {
    "already-there": ("entity_id", "entity-taken"),
    "entity_ids": ("entity_id", ""),
}


@bp.get(f"{SERVICE}/entiteter")
@needs(Right.CATALOGUE_CHANGE)
def show_entities_of_service(code: str) -> AnyResponse:
    """Show under which entityIDs an e-tjänst asks, and which others there are."""
    return _show(code, {})


@bp.post(f"{SERVICE}/entiteter")
@needs(Right.CATALOGUE_CHANGE)
@only_button
def add_entity_to_service(code: str) -> AnyResponse:
    """Let an e-tjänst ask under one more entityID.

    Raises:
        PageNotFoundError: No e-tjänst in our metadata has it.
    """
    typed = Typed(request.form)
    if not _is_known(typed["entity_id"]):
        raise PageNotFoundError("no such service provider in our metadata")
    service = find_service(code).service
    return _save(code, typed, (*service.entity_ids, typed["entity_id"]))


@bp.post(f"{SERVICE}/entiteter/ta-bort")
@needs(Right.CATALOGUE_CHANGE)
def remove_entity_from_service(code: str) -> AnyResponse:
    """Let an e-tjänst no longer ask under an entityID.

    Raises:
        PageNotFoundError: It does not ask under it.
    """
    typed = Typed(request.form)
    known = find_service(code).service.entity_ids
    if typed["entity_id"] not in known:
        raise PageNotFoundError("no such entityID here")
    return _save(code, typed, tuple(one for one in known if one != typed["entity_id"]))


def _is_known(entity_id: str) -> bool:
    try:
        views = admin().show(entity_id)
    except UnknownEntityError:
        return False
    return any(Role.SP in view.record.roles for view in views)


def _save(code: str, typed: Typed, entity_ids: tuple[str, ...]) -> AnyResponse:
    service = find_service(code).service
    changed = replace(as_new(service), entity_ids=tuple(dict.fromkeys(entity_ids)))
    with trying(typed, _PLACES):
        office().services.change(code, changed, **by_now())
    if typed.problems:
        return _show(code, typed)
    return go_to(url_for("operator.show_entities_of_service", code=code, klart="saved"))


def _show(code: str, typed: Typed | dict[str, str]) -> AnyResponse:
    service, search = find_service(code).service, asked_search()
    found = admin().entities(
        search, role=Role.SP, page=asked_page(), page_size=_PAGE_SIZE
    )
    return show_form(
        "service_entities",
        typed,
        service=service,
        found=found,
        paging=Paging(total=found.total, page=found.page, page_size=_PAGE_SIZE),
        search=search,
        kept={"code": code, **filled({"sok": search})},
    )
