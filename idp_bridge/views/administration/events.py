"""Who did what, and when? For the organisation and for one user."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, time
from typing import Final

from flask import Response, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from authz import sheets
from authz.administration.models import EventKind, EventLine, EventPage, EventQuery
from idp_bridge.services import services
from idp_bridge.texts import CHANGE_TEXTS, STOCKHOLM, event_texts, short_moment
from idp_bridge.views.administration import files, ticks
from idp_bridge.views.administration.frame import (
    ORGANISATION,
    UNPROCESSABLE,
    USER,
    address_of,
    administration,
    bp,
    go_to,
    organisation,
    show,
)
from idp_bridge.views.administration.list_state import read as read_list
from idp_bridge.views.page_numbers import shown_pages
from idp_bridge.web.access import needs
from idp_bridge.web.rights import Right

MOST: Final = 20_000
"""As many events as a file holds; the newest ones."""
_FINE: Final = 200
_MAX_ACTOR: Final = 60
_DAYS: Final = ("fran", "till")
"""The fields with days."""
_HEADINGS: Final = (
    "tid",
    "vem",
    "vad",
    "anledning",
    "innan",
    "efter",
    "referens",
)

bp.add_app_template_filter(event_texts.who_did, "who_did")
bp.add_app_template_filter(event_texts.known_as, "known_as")
bp.add_app_template_filter(event_texts.what_happened, "what_happened")
bp.add_app_template_filter(event_texts.values_in, "values_in")
bp.add_app_template_filter(event_texts.reason_of, "reason_of")


@bp.get(f"{ORGANISATION}/handelser")
@needs(Right.USERS_READ)
def show_events(**_number: str) -> Response:
    """Show what happened in the organisation, the newest first."""
    return _show(_read(request.args), "show_events", "export_events", None)


@bp.get(f"{USER}/handelser")
@needs(Right.USERS_READ)
def show_user_events(membership: int, **_number: str) -> Response:
    """Show what happened to one user."""
    query = replace(_read(request.args), membership_id=membership)
    return _show(query, "show_user_events", "export_user_events", membership)


@bp.get(f"{ORGANISATION}/handelser.csv")
@needs(Right.USERS_READ)
def export_events(**_number: str) -> AnyResponse:
    """Hand out what happened as a file."""
    return _file(_read(request.args), address_of("show_events"))


@bp.get(f"{USER}/handelser.csv")
@needs(Right.USERS_READ)
def export_user_events(membership: int, **_number: str) -> AnyResponse:
    """Hand out what happened to one user as a file."""
    _user(membership)
    query = replace(_read(request.args), membership_id=membership)
    return _file(query, address_of("show_user_events", membership=membership))


def _read(args: MultiDict[str, str]) -> EventQuery:
    """Read a filter; what is no filter of ours is left out."""
    first, last = (ticks.read_day(args.get(name, "")) for name in _DAYS)
    kinds = {kind.value for kind in EventKind}
    return EventQuery(
        since=datetime.combine(first, time(), tzinfo=STOCKHOLM) if first else None,
        until=ticks.end_after(last) if last else None,
        actor=_who(args.get("vem", "")),
        kinds=tuple(
            EventKind(text)
            for text in dict.fromkeys(args.getlist("typ"))
            if text in kinds
        ),
        page=read_list(args, ()).page,
    )


def _who(text: str) -> str | None:
    """Read who did something; what nobody is called finds nothing."""
    fits = text.isascii() and text.isprintable() and len(text) <= _MAX_ACTOR
    return (text or None) if fits else "-"


def _problems() -> dict[str, str]:
    """Say which days cannot be read: a list without them would be another list."""
    typed = {name: request.args.get(name, "") for name in _DAYS}
    return {
        name: CHANGE_TEXTS.ends["date"]
        for name, text in typed.items()
        if text and ticks.read_day(text) is None
    }


def _show(
    query: EventQuery, endpoint: str, export: str, membership: int | None
) -> Response:
    page = _find(query)
    where = {} if membership is None else {"membership": membership}
    kept = [(n, v) for n, v in request.args.items(multi=True) if n != "sida"]
    problems = _problems()
    return show(
        "events",
        UNPROCESSABLE if problems else _FINE,
        problems=problems,
        page=page,
        most_in_file=MOST,
        days=_by_day(page.events),
        query=query,
        kinds=event_texts.EVENT_KINDS,
        user=_user(membership),
        typed={name: request.args.get(name, "") for name in _DAYS},
        path=address_of(endpoint, **where),
        kept=kept,
        export_path=address_of(export, **where),
        pages=shown_pages(page.page, page.pages),
    )


def _user(membership: int | None) -> object:
    if membership is None:
        return None
    now = services().clock()
    return administration().user(organisation().id, membership, now=now)


def _find(query: EventQuery) -> EventPage:
    return administration().events(organisation().id, query)


def _by_day(events: Iterable[EventLine]) -> list[tuple[datetime, list[EventLine]]]:
    """Put events of the same day in Sweden together."""
    days: list[tuple[datetime, list[EventLine]]] = []
    for event in events:
        at = event.at.astimezone(STOCKHOLM)
        if not days or days[-1][0].date() != at.date():
            days.append((at, []))
        days[-1][1].append(event)
    return days


def _file(query: EventQuery, shown_at: str) -> AnyResponse:
    if _problems():
        asked = request.query_string.decode("latin-1")
        return go_to(f"{shown_at}?{asked}")
    page = _find(replace(query, page=1, page_size=MOST))
    return files.hand_out("handelser", sheets.write(_HEADINGS, map(_row, page.events)))


def _row(event: EventLine) -> tuple[str, ...]:
    return (
        short_moment(event.at),
        event_texts.who_did(event),
        event_texts.what_happened(event),
        event_texts.reason_of(event),
        _told(event, "before"),
        _told(event, "after"),
        str(event.number),
    )


def _told(event: EventLine, side: str) -> str:
    return ", ".join(
        f"{name}: {value}" for name, value in event_texts.values_in(event, side)
    )
