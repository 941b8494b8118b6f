"""What happened, in all organisations and in the bridge itself, and who did it?"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from flask import Response, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from authz import sheets
from authz.audit import AuditEntry
from authz.office.models import AuditPage, AuditQuery
from idp_bridge.texts import STOCKHOLM, register_texts
from idp_bridge.views.operator.frame import bp, go_to, hand_out
from idp_bridge.views.operator.paging import asked_choice, asked_page
from idp_bridge.views.operator.register import (
    NUMBER,
    office,
    show_form,
    trying,
    typed_late,
)
from idp_bridge.views.operator.saved_filters import KEPT, canonical, my_filters
from idp_bridge.views.operator.typed import Typed
from idp_bridge.web.access import needs, viewer
from idp_bridge.web.form_pages import form_on
from idp_bridge.web.rights import Right

MOST_ROWS: Final = 50_000
"""How many entries a file has at most, as the page says; whoever needs more chooses a
shorter period."""
_PLACES: Final = {
    "too-many-filters": ("namn", "too-many-filters"),
    "name": ("namn", ""),
}
_AT_A_TIME: Final = 1000
_MAX_NUMBER: Final = 2_147_483_647


@bp.get("/logg")
@needs(Right.REGISTER_READ)
def show_trail() -> AnyResponse:
    """Show the audit trail, the newest first."""
    return _show(typed_late())


@bp.post("/logg/filter")
@needs(Right.REGISTER_READ)
@form_on("operator.show_trail")
def save_filter() -> AnyResponse:
    """Save what the log shows under a name, and go back to it."""
    typed = Typed(request.form)
    query, name = canonical(typed["filter"]), typed.line("namn", longest=60)
    if not typed.problems:
        with trying(typed, _PLACES):
            office().saved_filters.save(viewer().operator.id, name, query)
    return _show(typed) if typed.problems else _back(query, "filter-saved")


@bp.post(f"/logg/filter/<{NUMBER}:filter_id>/ta-bort")
@needs(Right.REGISTER_READ)
def remove_filter(filter_id: int) -> AnyResponse:
    """Forget a saved filter."""
    office().saved_filters.remove(viewer().operator.id, filter_id)
    return _back("", "filter-removed")


def _back(query: str, word: str) -> AnyResponse:
    address = url_for("operator.show_trail", klart=word)
    return go_to(f"{address}&{query}" if query else address)


def _show(late: Typed | None) -> AnyResponse:
    """Show the log, and the form for its filter as it came late or with mistakes."""
    typed = Typed(request.args)
    for field, problem in (late.problems if late else {}).items():
        typed.refuse(field, problem)
    query = _query(typed)
    found = office().trail.page(replace(query, page=asked_page()))
    return show_form(
        "trail",
        typed,
        found=found,
        things=register_texts.THINGS,
        chosen_organisation=_name_of(query.organisation_id, found),
        kept=_kept(),
        filters=my_filters(),
        filter=canonical(late["filter"] if late else _query_string()),
        late=late,
    )


@bp.get("/logg.csv")
@needs(Right.REGISTER_READ)
def export_trail() -> Response:
    """Give out what the filters leave as a file for spreadsheets."""
    query = _query(Typed(request.args))
    headings = register_texts.TRAIL_HEADINGS
    data = sheets.write(headings, _rows(replace(query, page_size=_AT_A_TIME)))
    return hand_out("logg", data)


def _query_string() -> str:
    return request.query_string.decode("latin-1")


def _query(typed: Typed) -> AuditQuery:
    """Read the filters; a day that is none is shown as wrong and left out."""
    number = typed["organisation"]
    is_number = number.isascii() and number.isdigit()
    wanted = int(number[:10]) if is_number else None
    if wanted is not None and wanted > _MAX_NUMBER:
        wanted = 0  # the number of no organisation
    return AuditQuery(
        organisation_id=wanted,
        only_system=typed["bara"] == "system",
        actor=_word(typed["av"]),
        action=asked_choice("handelse", register_texts.THINGS) or "",
        since=typed.first_day("fran"),
        until=typed.last_day("till"),
    )


def _word(text: str) -> str:
    """Keep what can be an actor."""
    fits = text.isascii() and text.isprintable() and len(text) <= 200  # noqa: PLR2004
    return text.strip() if fits else "-"


def _kept() -> dict[str, str]:
    asked: MultiDict[str, str] = request.args
    return {name: asked[name] for name in KEPT if asked.get(name)}


def _name_of(organisation_id: int | None, found: AuditPage) -> str:
    if organisation_id is None:
        return ""
    key = f"organisation:{organisation_id}"
    return found.names.get(key, str(organisation_id))


def _rows(query: AuditQuery) -> Iterator[tuple[str, ...]]:
    for number in range(1, MOST_ROWS // _AT_A_TIME + 1):
        found = office().trail.page(replace(query, page=number))
        for entry in found.entries:
            yield _row_of(entry, found.names)
        if not found.has_more:
            return


def _row_of(entry: AuditEntry, names: Mapping[str, str]) -> tuple[str, ...]:
    event = entry.event
    return (
        _moment(event.at),
        names.get(event.actor, register_texts.ACTORS.get(event.actor, event.actor)),
        register_texts.deed(event.action),
        names.get(event.subject, event.subject),
        names.get(event.chain, event.chain),
        event.detail,
        entry.hash,
    )


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(STOCKHOLM):%Y-%m-%d %H:%M:%S}"


def facts_of(detail: str) -> list[tuple[str, str]]:
    """Read what an entry says besides its headline, as names and values."""
    read: dict[str, Any] = json.loads(detail)
    return [
        (register_texts.FACTS.get(name, name), _as_text(value))
        for name, value in read.items()
        if value not in (None, {}, [], "")
    ]


def _as_text(value: object) -> str:
    if isinstance(value, Mapping):
        words = (
            (register_texts.FACTS.get(k, k), _as_text(v)) for k, v in value.items()
        )
        return ", ".join(f"{name}: {word}" for name, word in words)
    if isinstance(value, list):
        return ", ".join(map(_as_text, value))
    return register_texts.NOTHING if value is None else str(value)


bp.add_app_template_filter(facts_of, "facts_of_event")
