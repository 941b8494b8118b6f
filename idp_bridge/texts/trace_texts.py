"""What do operators read about a login that was refused?"""

from collections.abc import Mapping
from datetime import datetime
from types import SimpleNamespace
from typing import Final

from idp_bridge.texts.error_texts import TEXTS
from idp_bridge.texts.words import STOCKHOLM

_STEPS: Final[Mapping[str, str]] = {
    "request-accepted": "E-tjänstens begäran togs emot och klarade kontrollerna",
    "methods-offered": "Inloggningssätt som passar begäran",
    "session-found": "En tidigare inloggning i samma webbläsare användes",
    "sent-upstream": "Personen skickades till legitimeringstjänsten",
    "answer-received": "Legitimeringstjänstens svar kom tillbaka",
    "answer-verified": "Svaret klarade alla kontroller",
    "decided": "Personen fick släppas in",
    "issued": "Intyget till e-tjänsten skapades",
    "refused": "Stopp",
}
_DETAILS: Final[Mapping[str, str]] = {
    "signed": "signerad",
    "unsigned": "inte signerad",
}
_TOLD: Final[Mapping[str, str]] = {
    "nobody": "E-tjänsten fick inget svar, personen bara en sida.",
    "by-button": "E-tjänsten får svaret när personen trycker på knappen på sidan.",
    "at-once": "E-tjänsten fick svaret direkt, för den ville inte att vi visar sidor.",
}
_KINDS: Final[Mapping[str, str]] = {
    "login": "Inloggning",
    "logout": "Utloggning",
    "query": "Fråga om attribut",
    "page": "Sida eller formulär",
}
_PERIODS: Final[Mapping[str, str]] = {
    "timme": "Senaste timmen",
    "dygn": "Senaste dygnet",
    "vecka": "Senaste veckan",
}


def _cause(code: str) -> str:
    """Say why in one sentence: the first line of the page that the person saw."""
    return TEXTS[code].sv if code in TEXTS else code


def _instant(moment: datetime) -> str:
    """Write a moment to the millisecond, Swedish time."""
    local = moment.astimezone(STOCKHOLM)
    return f"{local:%H.%M.%S},{local.microsecond // 1000:03}"


TRACE_TEXTS: Final = SimpleNamespace(
    steps=_STEPS,
    details=_DETAILS,
    told=_TOLD,
    kinds=_KINDS,
    periods=_PERIODS,
    causes=TEXTS,
    cause=_cause,
    instant=_instant,
)
"""Words by what they stand for, as templates look them up."""
