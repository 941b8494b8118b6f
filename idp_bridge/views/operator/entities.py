"""Which parties do we know, and what do we know about one?"""

from datetime import timedelta
from typing import Final

from flask import Response, request

from idp_bridge.errors import PageNotFoundError
from idp_bridge.services import services
from idp_bridge.views.operator.frame import admin, bp, filled, show
from idp_bridge.views.operator.paging import Paging, asked_page, asked_search
from idp_bridge.web.access import needs
from idp_bridge.web.rights import Right
from metadata.comparing import addresses_of
from metadata.entities import Role
from metadata.errors import UnknownEntityError

PAGE_SIZE: Final = 50
SOON: Final = timedelta(days=60)
"""How long before its end a certificate is worth a warning."""
_MAX_PAGE: Final = 10_000


@bp.get("/metadata/entiteter")
@needs(Right.METADATA_READ)
def show_entities() -> Response:
    """List entities; what is looked for stands in the address."""
    search = asked_search()
    source = request.args.get("kalla", "")
    role = _role_of(request.args.get("roll", ""))
    found = admin().entities(
        search,
        source=source or None,
        role=role,
        page=asked_page(most=_MAX_PAGE),
        page_size=PAGE_SIZE,
    )
    paging = Paging(total=found.total, page=found.page, page_size=found.page_size)
    return show(
        "entities",
        found=found,
        pages=paging.numbers,
        last_page=paging.last,
        sources=[state.source.name for state in admin().list()],
        search=search,
        source=source,
        role=role,
        roles=tuple(Role),
        kept=filled({"sok": search, "kalla": source, "roll": role}),
        soon=services().clock() + SOON,
    )


@bp.get("/metadata/entitet")
@needs(Right.METADATA_READ)
def show_entity() -> Response:
    """Show everything about one entity, from every source that brings it.

    Raises:
        PageNotFoundError: No source brings it.
    """
    entity_id = request.args.get("id", "")
    try:
        views = admin().show(entity_id)
    except UnknownEntityError as error:
        raise PageNotFoundError("no such entity") from error
    return show(
        "entity",
        entity_id=entity_id,
        views=views,
        endpoints_of=addresses_of,
        soon=services().clock() + SOON,
    )


def _role_of(word: str) -> Role | None:
    return Role(word) if word in set(Role) else None
