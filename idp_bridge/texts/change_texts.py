"""What do administrators read about changes of permissions, files and reviews?"""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Final

_UNDO_REFUSED: Final[Mapping[str, str]] = {
    "too-late": "Det har gått för lång tid sedan ändringen.",
    "undone-already": "Ändringen är redan ångrad.",
    "changed-since": (
        "Någon har ändrat samma behörigheter eller uppgifter sedan dess. Kontrollera"
        " vad som gäller nu och ändra för hand."
    ),
    "user-removed": "Användaren är borttagen. Återställ användaren först.",
    "no-agreement": "Avtalet för e-tjänsten gäller inte längre.",
}
_REFUSED: Final[Mapping[str, str]] = {
    "no-agreement-for-change": (
        "Behörigheten i {about} går inte att ge eller ändra nu. Avtalet eller"
        " behörigheten gäller inte längre."
    ),
    "own-rights": "Ingen ändrar sina egna behörigheter.",
    "no-reason": "Skriv en anledning. Det krävs för {about}.",
    "bad-fields": "Något i formuläret går inte att använda. Gå tillbaka och ändra det.",
}
_ENDS: Final[Mapping[str, str]] = {
    "date": "Skriv datumet som åååå-mm-dd, till exempel 2027-06-30.",
    "in-the-past": "Datumet får inte ha passerat.",
}
_SHEET: Final[Mapping[str, str]] = {
    "no-file": "Välj en fil.",
    "too-large": "Filen är för stor. Den får vara högst 2 MB.",
    "too-many-rows": "Filen har för många rader. Den får ha högst 2 000 användare.",
    "too-many-columns": "Filen har för många kolumner.",
    "encoding": (
        "Filen är sparad på ett sätt som vi inte kan läsa. Spara den som"
        " CSV UTF-8 och försök igen."
    ),
    "empty": "Filen är tom.",
    "not-csv": "Filen är inte en CSV-fil, eller så saknas ett citattecken.",
    "long-cell": "En cell innehåller alldeles för mycket text.",
    "wide-row": "Raden har fler celler än det finns rubriker.",
    "no-rows": "Filen har rubriker men inga användare.",
    "elsewhere": (
        "Du har gjort för många försök med HSA-id som inte går att använda här."
        " Kontrollera filen och försök igen om en timme."
    ),
    "on-line": "Rad {line}: {words}",
    "about": "{words} Det gäller ”{about}”.",
    "missing-column": "Det saknas en kolumn.",
    "repeated-column": "Två kolumner har samma rubrik.",
    "unknown-column": (
        "Rubriken är varken Förnamn, Efternamn, HSA-id, E-post eller en behörighet"
        " som din organisation kan ge."
    ),
}
_ROWS: Final[Mapping[str, str]] = {
    "missing": "Fyll i {field}.",
    "too-long": "{field} är för långt.",
    "control-character": "{field} innehåller tecken som inte går att använda.",
    "not-an-hsa-id": (
        "HSA-id börjar med SE, sedan organisationsnumret, ett bindestreck och en följd"
        " av siffror och bokstäver."
    ),
    "not-an-email": (
        "Skriv en e-postadress, till exempel fornamn.efternamn@kommunen.se."
    ),
    "in-the-past": "Ett slutdatum har redan passerat.",
    "cell": (
        "{field}: skriv Ja, Ja till 2027-06-30 eller lämna cellen tom (inte det som"
        " står där)."
    ),
    "duplicate-in-file": "Samma HSA-id står på flera rader.",
    "is-administrator": (
        "Personen är administratör. Samma person kan inte vara både administratör och"
        " användare."
    ),
    "elsewhere": "HSA-id:t går inte att använda här. Kontrollera att det stämmer.",
    "removed-earlier": (
        "Användaren är borttagen. Återställ användaren i stället, eller vänta tills 30"
        " dagar har gått."
    ),
    "no-agreement-for-change": "Avtalet för e-tjänsten gäller inte.",
    "own-rights": "Ingen ändrar sina egna behörigheter.",
    "other": "Raden går inte att spara. Kontrollera den.",
}
_ROW_STATES: Final[Mapping[str, str]] = {
    "new": "Ny",
    "changed": "Ändras",
    "unchanged": "Oförändrad",
    "wrong": "Fel",
}
_REVIEW_REFUSED: Final[Mapping[str, str]] = {
    "open-already": "Det pågår redan en genomgång.",
    "finished": "Genomgången är redan avslutad.",
    "changed-since": (
        "Något har ändrats sedan du öppnade sidan. Ingenting är sparat. Läs listan igen"
        " innan du trycker på OK."
    ),
    "not-finished": "Alla användare är inte genomgångna ännu.",
}
_OUTCOMES: Final[Mapping[str, str]] = {
    "pending": "Kvar",
    "keep": "Behåll",
    "change": "Ändrad",
    "remove": "Borttagen",
}
_FORMS: Final[Mapping[str, str]] = {
    "nobody": "Välj minst en användare.",
    "too-many": "Välj högst 5 000 användare åt gången.",
    "no-permission": "Välj en behörighet.",
    "no-reason": "Skriv en anledning. Det krävs för {service}.",
    "reason-too-long": "Anledningen är för lång. Skriv högst 500 tecken.",
    "reason": "Ta bort tecken i anledningen som inte går att visa.",
    "no-colleague": "Välj en kollega.",
}

CHANGE_TEXTS: Final = SimpleNamespace(
    undo_refused=_UNDO_REFUSED,
    refused=_REFUSED,
    ends=_ENDS,
    sheet=_SHEET,
    forms=_FORMS,
    outcomes=_OUTCOMES,
    rows=_ROWS,
    row_states=_ROW_STATES,
    review_refused=_REVIEW_REFUSED,
    fields={
        "given_name": "Förnamn",
        "surname": "Efternamn",
        "hsa_id": "HSA-id",
        "email": "E-post",
    },
)
"""Words for what codes mean, and headings of files."""
