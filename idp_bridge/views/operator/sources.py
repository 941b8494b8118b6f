"""Which sources are there, how are they doing, and what shall happen to them?"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

from flask import Response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from idp_bridge.errors import PageNotFoundError
from idp_bridge.order_desk import witness
from idp_bridge.services import order_desk, services
from idp_bridge.texts import operator_texts
from idp_bridge.views.operator import certificates
from idp_bridge.views.operator.frame import admin, bp, go_to, show
from idp_bridge.views.operator.status import status_of
from idp_bridge.web.access import needs, viewer
from idp_bridge.web.form_pages import only_button
from idp_bridge.web.rights import Right
from metadata.errors import UnknownSourceError
from metadata.orders import Action, Order
from metadata.records import SourceState
from metadata.schedule import MAX_REFRESH
from metadata.sources import PinnedFile

_FINE: Final = 200
_CONFLICT: Final = 409


@bp.get("/metadata")
@needs(Right.METADATA_READ)
def show_sources() -> Response:
    """List all sources, with the worst news first in each row."""
    now = services().clock()
    states = admin().list()
    return show(
        "sources",
        rows=[(state, status_of(state, now)) for state in states],
        names=[state.source.name for state in states],
        overlaps=admin().overlaps(),
        orders=_visible(order_desk(services()).latest(), states),
        done=_told_of_move(request.args.get("flyttad", ""), states),
    )


@bp.get("/metadata/kallor/<name>")
@needs(Right.METADATA_READ)
def show_source(name: str) -> Response:
    """Show everything about one source."""
    return _show(_find(name))


@bp.post("/metadata/kallor/<name>/hamta")
@needs(Right.METADATA_REFRESH)
def fetch_now(name: str) -> AnyResponse:
    """Let a source be fetched within seconds."""
    return _order(Action.REFRESH, name)


@bp.post("/metadata/kallor/<name>/godkann")
@needs(Right.METADATA_TRUST)
def approve(name: str) -> AnyResponse:
    """Let the version that waits be taken: exactly the one that was looked at."""
    pending = _find(name).pending
    sha256 = request.form.get("sha256", "")
    if pending is None or pending.sha256 != sha256:
        return _show(_find(name), has_changed=True)
    return _order(Action.APPROVE, name, sha256=sha256)


@bp.post("/metadata/kallor/<name>/flytta")
@needs(Right.METADATA_TRUST)
def move(name: str) -> AnyResponse:
    """Put a source before the one that the form names, or last.

    Raises:
        PageNotFoundError: There is no such source any more.
    """
    moving = admin(witness=witness(viewer().actor, services().clock))
    try:
        moving.move(name, before=request.form.get("fore") or None)
    except UnknownSourceError as error:
        raise PageNotFoundError("no source of this name") from error
    return go_to(url_for("operator.show_sources", flyttad=name))


@bp.get("/metadata/kallor/<name>/ta-bort")
@needs(Right.METADATA_TRUST)
def confirm_removal(name: str) -> Response:
    """Ask once more, and say what will be lost."""
    return show("remove_source", state=_find(name))


@bp.post("/metadata/kallor/<name>/ta-bort")
@needs(Right.METADATA_TRUST)
@only_button
def remove(name: str) -> AnyResponse:
    """Let a source and everything that it brought be forgotten."""
    return _order(Action.REMOVE, name)


def _order(action: Action, name: str, **detail: str) -> AnyResponse:
    _find(name)
    desk = order_desk(services())
    desk.take(action, name, actor=viewer().actor, **detail)
    return go_to(url_for("operator.show_source", name=name))


def _find(name: str) -> SourceState:
    """Find a source.

    Raises:
        PageNotFoundError: There is none of this name.
    """
    found = next((one for one in admin().list() if one.source.name == name), None)
    if found is None:
        raise PageNotFoundError("no source of this name")
    return found


def _show(state: SourceState, *, has_changed: bool = False) -> Response:
    """Show a source; with a warning when what waits is not what was looked at."""
    source = state.source
    latest = order_desk(services()).latest()
    return show(
        "source",
        _CONFLICT if has_changed else _FINE,
        state=state,
        status=status_of(state, services().clock()),
        is_pinned=isinstance(source.trust, PinnedFile),
        certificates=certificates.of_trust(source.trust),
        filters=asdict(source.filters),
        orders=[one for one in latest if one.source == source.name],
        overlaps=admin().overlaps_of(source.name),
        longest=MAX_REFRESH,
        has_changed=has_changed,
    )


def _told_of_move(name: str, states: Sequence[SourceState]) -> str | None:
    """Say where a source stands that was just moved."""
    for place, state in enumerate(states, start=1):
        if state.source.name == name:
            return operator_texts.MOVED.format(name=name, place=place)
    return None


def _visible(orders: Sequence[Order], states: Sequence[SourceState]) -> list[Order]:
    """Keep what concerns sources that have no page of their own."""
    names = {state.source.name for state in states}
    return [one for one in orders if one.source not in names]
