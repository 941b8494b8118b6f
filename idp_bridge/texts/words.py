"""Which words stand on our pages, apart from those about errors?"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

STOCKHOLM: Final = ZoneInfo("Europe/Stockholm")

HEADING: Final = "Inloggningen misslyckades"
HEADING_EN: Final = "Login failed"
CANCELLED: Final = "inloggningen avbröts av användaren"
CANCELLED_EN: Final = "login cancelled by user"
TECHNICAL: Final = "ett tekniskt fel har inträffat"
TECHNICAL_EN: Final = "technical error"
ADMINISTRATION: Final = "Administrera behörigheter för e-tjänster"
"""What the administrators' pages are called (the manual, 3.1)."""
EXAMPLE_SERVICE: Final = "Exempeltjänsten"
SITHS_GROUP: Final = "E-tjänstelegitimation"
GROUP_HEADINGS: Final[Mapping[str, str]] = {
    "e-legitimation": "E-legitimation",
    "konto": "Konto",
    "e-tjanstelegitimation": SITHS_GROUP,
}
"""Headings of the page *Logga in*, by the group in the configuration."""
METHOD_DESCRIPTIONS: Final[Mapping[str, str]] = {
    "siths": (
        "SITHS-kort eller SITHS eID. Du går vidare till Ineras portal för inloggning."
    ),
}
"""What stands under a method's button, where more than its title is needed."""

OPERATOR_ROLES: Final[Mapping[str, str]] = {
    "reader": "läsare",
    "handler": "handläggare",
    "system": "systemansvarig",
}
"""What an operator's role is called."""
OWN_PAGES: Final[Mapping[str, tuple[str, str]]] = {
    "operator": (
        "Operatörssidorna",
        "För dig som sköter bryggan mellan e-tjänsterna och legitimeringstjänsterna.",
    ),
    "admin": (
        ADMINISTRATION,
        (
            "Hantera registreringar och tilldela behörigheter för kommunens eller"
            " regionens användare."
        ),
    ),
}
"""What our own pages are called when somebody logs in to them, by area."""

MONTHS: Final = [
    "januari",
    "februari",
    "mars",
    "april",
    "maj",
    "juni",
    "juli",
    "augusti",
    "september",
    "oktober",
    "november",
    "december",
]

LABELS: Final = {
    "reference": ("Felkod", "Reference"),
    "time": ("Tid", "Time"),
    "service": ("E-tjänst", "E-service"),
    "method": ("Inloggningssätt", "Login method"),
    "code": ("Feltyp", "Type of error"),
}
"""What the lines of the technical description are called."""


def genitive(name: str) -> str:
    """Put a Swedish name in the genitive: no second s after s, x and z."""
    return name if name[-1:].lower() in "sxz" else f"{name}s"


def long_date(day: date) -> str:
    """Write a day as in running text: 15 april 2025."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def long_day(moment: datetime) -> str:
    """Write the day of a moment in Sweden as in running text: 15 april 2025."""
    return long_date(moment.astimezone(STOCKHOLM).date())


def short_moment(moment: datetime | None) -> str:
    """Write a moment in a table: 2026-11-23 kl. 13.45, Swedish time."""
    if moment is None:
        return "\N{EN DASH}"
    return f"{moment.astimezone(STOCKHOLM):%Y-%m-%d kl. %H.%M}"


def clock_time(moment: datetime) -> str:
    """Write the time of day as in running text: 14.30, Swedish time."""
    return f"{moment.astimezone(STOCKHOLM):%H.%M}"


def day(moment: datetime) -> str:
    """Write the Swedish day of a moment as in a table: 2025-04-15."""
    return f"{moment.astimezone(STOCKHOLM):%Y-%m-%d}"


def in_stockholm(moment: datetime) -> str:
    """Write a moment as the clock on the wall shows it in Sweden, with its zone."""
    local = moment.astimezone(STOCKHOLM)
    offset = local.strftime("%z")
    return f"{local:%Y-%m-%d kl. %H.%M.%S} ({local:%Z}, UTC{offset[:3]}:{offset[3:]})"
