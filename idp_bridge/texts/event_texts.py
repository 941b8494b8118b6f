"""What happened, in Swedish words? Made of an entry of the audit trail."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from authz.administration.models import EventKind, EventLine
from idp_bridge.texts.words import STOCKHOLM

_SENTENCES: Final[Mapping[str, str]] = {
    "agreement:add": "lade till ett avtal",
    "agreement:change": "ändrade ett avtal",
    "agreement:end": "avslutade ett avtal",
    "attribute:query": "lämnade ut uppgifter om {whom} till en e-tjänst som frågade",
    "change:undo": "ångrade en ändring",
    "grant:change": "ändrade slutdatum för {what} för {whom}",
    "grant:end": "tog bort {what} från {whom}",
    "grant:give": "gav {what} till {whom}",
    "membership:end": "tog bort {whom}",
    "membership:restore": "återställde {whom}",
    "membership:start": "lade till {whom}",
    "name-id:create": "gav {whom} ett namn i en e-tjänst vid första inloggningen",
    "organisation:add": "lade till organisationen",
    "organisation:change": "ändrade organisationens uppgifter",
    "organisation:end": "avslutade organisationen",
    "organisation:reopen": "öppnade organisationen igen",
    "person:add": "registrerade {whom}",
    "person:change": "ändrade uppgifter om {whom}",
    "person:export": "tog ut ett registerutdrag om {whom}",
    "person:look-up": "sökte upp {whom}",
    "reminder:send": "skickade en påminnelse till administratörerna",
    "review:finish": "avslutade en genomgång",
    "review:keep": "gick igenom {whom}: behåll",
    "review:change": "gick igenom {whom}: ändra",
    "review:start": "började en genomgång",
    "user-list:export": "exporterade användare till en fil",
    "user-list:look-up": "såg listan över organisationens användare",
}
_OF_ADMINISTRATORS: Final[Mapping[str, str]] = {
    "membership:end": "avslutade {whom} som administratör",
    "membership:start": "registrerade {whom} som administratör",
}
_EXPIRED: Final = "{what} upphörde för {whom}"
_OTHER: Final = "gjorde något som saknar beskrivning ({action})"
_SYSTEM: Final = "Systemet"
_OURSELVES: Final = frozenset({"bridge"})
_SOMEBODY: Final[Mapping[str, str]] = {
    "administrator": "En administratör",
    "operator": "En operatör",
    "system": _SYSTEM,
}
"""What somebody is called whose name is not known any more."""
_COLUMNS: Final[Mapping[str, str]] = {
    "columns": "Uppgifter",
    "count": "Antal",
    "email": "E-post",
    "given_name": "Förnamn",
    "hsa_id": "HSA-id",
    "kind": "Typ",
    "name": "Namn",
    "numbers": "Organisationsnummer",
    "page": "Sida",
    "reference": "Diarienummer",
    "role": "Roll",
    "service": "E-tjänst",
    "surname": "Efternamn",
    "valid_from": "Gäller från",
    "valid_until": "Slutdatum",
}
_VALUES: Final[Mapping[str, str]] = {
    "administrator": "administratör",
    "kommun": "kommun",
    "region": "region",
    "agency": "myndighet",
    "user": "användare",
}
_FOREVER: Final = "inget"
_INSTANT: Final = timedelta(microseconds=1)

EVENT_KINDS: Final[Mapping[EventKind, str]] = {
    EventKind.PERMISSIONS: "Behörigheter",
    EventKind.USERS: "Användare",
    EventKind.ADMINISTRATORS: "Administratörer",
    EventKind.LOOK_UPS: "Uppslag",
    EventKind.AGREEMENTS: "Avtal och organisation",
}
"""What groups of events are called."""


def who_did(event: EventLine) -> str:
    """Say who did something: a name, with *operatör* for somebody at the agency."""
    if event.actor_name is None:
        return known_as(event.actor)
    is_operator = event.actor.startswith("operator:")
    return f"{event.actor_name} (operatör)" if is_operator else event.actor_name


def known_as(who: str) -> str:
    """Say who somebody is of whom only what the trail calls them may be known."""
    kind, colon, _ = who.partition(":")
    if not colon:
        return _SYSTEM if who in _OURSELVES else who
    return _SOMEBODY.get(kind, who)


def what_happened(event: EventLine) -> str:
    """Say what happened, beginning with a small letter."""
    sentence = _SENTENCES.get(event.action, _OTHER)
    if event.detail.get("role") == "administrator":
        sentence = _OF_ADMINISTRATORS.get(event.action, sentence)
    if event.detail.get("expired"):
        sentence = _EXPIRED
    whom = event.subject_name or "en person"
    return sentence.format(what=_what(event), whom=whom, action=event.action)


def values_in(event: EventLine, side: str) -> list[tuple[str, str]]:
    """List what was there, or is there now, as names and values.

    Args:
        event: What happened.
        side: ``before`` or ``after``.
    """
    values = event.detail.get(side)
    return list(_pairs(values)) if isinstance(values, Mapping) else []


def reason_of(event: EventLine) -> str:
    """Say why, if somebody wrote it down."""
    reason = event.detail.get("reason")
    return reason if isinstance(reason, str) else ""


def _what(event: EventLine) -> str:
    if event.permission and event.service:
        return f"{event.permission.name} i {event.service.name}"
    code = event.detail.get("permission")
    return str(code) if code else "en behörighet"


def _pairs(values: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if name in _COLUMNS:
            yield _COLUMNS[name], _value(name, value)


def _value(name: str, value: object) -> str:
    if value is None:
        return _FOREVER if name == "valid_until" else "\N{EN DASH}"
    if name == "columns" and isinstance(value, list):
        return ", ".join(_COLUMNS[each] for each in value if each in _COLUMNS)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if name in {"valid_from", "valid_until"}:
        return _day(str(value), is_end=name == "valid_until")
    return _VALUES.get(str(value), str(value))


def _day(text: str, *, is_end: bool) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    if moment.tzinfo is None:
        return text
    shown = moment - _INSTANT if is_end else moment
    return f"{shown.astimezone(STOCKHOLM):%Y-%m-%d}"
