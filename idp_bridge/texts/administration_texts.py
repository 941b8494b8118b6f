"""What do administrators read where a page shows a word of ours?"""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Final

_NAVIGATION: Final = (
    ("show_users", "Användare"),
    ("show_events", "Händelser"),
    ("show_ending", "Upphör snart"),
    ("show_review", "Genomgång"),
)
"""Views, and what leads to each is called."""
_COLUMNS: Final[Mapping[str, str]] = {
    "given_name": "Förnamn",
    "surname": "Efternamn",
    "hsa_id": "HSA-id",
    "email": "E-post",
    "services": "E-tjänster",
}
_HSA_ID: Final = (
    "HSA-id börjar med SE, sedan organisationsnumret, ett bindestreck och en följd av"
    " siffror och bokstäver. Kontrollera mot kortet \N{EN DASH} det är inte kortets"
    " nummer."
)
_EMAIL: Final = "Skriv en e-postadress, till exempel fornamn.efternamn@kommunen.se."
_FIELDS: Final[Mapping[str, str]] = {
    "given_name": "förnamnet",
    "surname": "efternamnet",
    "hsa_id": "HSA-id",
    "email": "e-postadressen",
}
_PROBLEMS: Final[Mapping[str, str]] = {
    "missing": "Fyll i {field}.",
    "too-long": "Korta {field}: det är för långt.",
    "control-character": "Ta bort tecken i {field} som inte går att visa.",
    "not-an-hsa-id": _HSA_ID,
    "not-an-email": _EMAIL,
}
_IS_ADMINISTRATOR: Final = (
    "Personen är administratör. Samma person kan inte vara både administratör och"
    " användare."
)
_ELSEWHERE: Final = (
    "Det går inte att använda detta HSA-id här. Kontrollera det mot kortet. Stämmer"
    " det, kontakta supporten."
)
_TOO_MANY: Final = (
    "Du har gjort för många försök. Vänta {seconds} sekunder och försök igen."
)
_FOREIGN_NUMBER: Final = (
    "HSA-id:t hör till ett annat organisationsnummer ({number}). Stämmer det?"
)
_RESTORE_REFUSED: Final[Mapping[str, str]] = {
    "too-late": "Det har gått mer än 30 dagar. Lägg till användaren på nytt i stället.",
    "elsewhere": _ELSEWHERE,
    "is-administrator": _IS_ADMINISTRATOR,
    "back-already": "Användaren är redan återställd.",
}

ADMINISTRATION_TEXTS: Final = SimpleNamespace(
    navigation=_NAVIGATION,
    columns=_COLUMNS,
    restore_refused=_RESTORE_REFUSED,
    is_administrator=_IS_ADMINISTRATOR,
    elsewhere=_ELSEWHERE,
    duplicate="Det finns redan en användare med detta HSA-id:",
    removed_earlier="En användare med detta HSA-id har nyligen tagits bort.",
    too_many=_TOO_MANY,
    foreign_number=_FOREIGN_NUMBER,
)
"""Words by what they stand for, as templates look them up."""


def field_problem(field: str, problem: str) -> str:
    """Say what is wrong with a field of the form about a user."""
    name = _FIELDS.get(field, "fältet")
    return _PROBLEMS.get(problem, "Kontrollera {field}.").format(field=name)
