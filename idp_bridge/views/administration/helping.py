"""How does an administrator do what the manual tells? In short pages, by chapter."""

from collections.abc import Mapping
from typing import Final

from flask import Response, request

from idp_bridge.errors import PageNotFoundError
from idp_bridge.texts.help_texts import CHAPTERS
from idp_bridge.views.administration.frame import ORGANISATION, bp, show
from idp_bridge.web.access import needs
from idp_bridge.web.rights import Right

_TEMPLATES: Final[Mapping[str, str]] = {
    "hitta-anvandare": "list",
    "lagg-till": "add",
    "behorigheter": "permissions",
    "andra": "change",
    "ta-bort": "remove",
    "handelser": "events",
    "logga-ut": "log-out",
}
_ABOUT: Final[Mapping[str, str]] = {
    "show_users": "hitta-anvandare",
    "export_users": "hitta-anvandare",
    "show_new_user": "lagg-till",
    "add_user": "lagg-till",
    "show_import": "lagg-till",
    "upload": "lagg-till",
    "show_user": "behorigheter",
    "show_permissions": "behorigheter",
    "save_permissions": "behorigheter",
    "show_copy": "behorigheter",
    "show_holders": "behorigheter",
    "save_many": "behorigheter",
    "show_ending": "behorigheter",
    "show_change": "andra",
    "change_user": "andra",
    "show_removal": "ta-bort",
    "show_events": "handelser",
    "show_user_events": "handelser",
    "show_review": "handelser",
    "show_record": "handelser",
}
"""Views, and the chapter that is about each."""


@bp.get(f"{ORGANISATION}/hjalp")
@needs(Right.USERS_READ)
def show_help(**_number: str) -> Response:
    """List the chapters."""
    return show("help/index", chapters=CHAPTERS)


@bp.get(f"{ORGANISATION}/hjalp/<chapter>")
@needs(Right.USERS_READ)
def show_help_about(chapter: str, **_number: str) -> Response:
    """Show one chapter.

    Raises:
        PageNotFoundError: There is none of this name.
    """
    if chapter not in CHAPTERS:
        raise PageNotFoundError("no such chapter")
    return show(f"help/{_TEMPLATES[chapter]}", chapters=CHAPTERS, chapter=chapter)


@bp.context_processor
def _offer_help() -> dict[str, str | None]:
    """Say which chapter is about the page that is shown, for the link in its frame."""
    view = (request.endpoint or "").rpartition(".")[2]
    return {"help_chapter": _ABOUT.get(view)}
