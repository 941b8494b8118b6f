"""What do operators read where a page shows a word of ours?"""

from collections.abc import Mapping
from datetime import timedelta
from types import SimpleNamespace
from typing import Final

_STATUSES: Final[Mapping[str, tuple[str, str]]] = {
    "ok": ("OK", "Hämtas som den ska."),
    "stale": (
        "Gammal men giltig",
        (
            "Ingen har letat efter en nyare version fast det är dags. Kontrollera att"
            " uppdateringen i bakgrunden är igång."
        ),
    ),
    "failed": (
        "Hämtning misslyckades",
        "Den senaste goda versionen används tills den går ut.",
    ),
    "waiting": (
        "Väntar på godkännande",
        "En ny version används inte förrän någon har godkänt den.",
    ),
    "expired": (
        "Utgången",
        (
            "Det som finns har gått ut och används inte. Inloggningar som behöver det"
            " fungerar inte."
        ),
    ),
}
_ROLES: Final[Mapping[str, str]] = {
    "idp": "IdP",
    "sp": "SP (e-tjänst)",
    "aa": "AA (attribut)",
}
_KINDS: Final[Mapping[str, str]] = {
    "url": "Adress (https)",
    "file": "Fil på servern",
    "mdq": "MDQ-server",
}
_ACTIONS: Final[Mapping[str, str]] = {
    "add": "Lägg till",
    "change": "Ändra",
    "move": "Flytta",
    "refresh": "Hämta nu",
    "approve": "Godkänn",
    "remove": "Ta bort",
}
_USES: Final[Mapping[str, str]] = {
    "signing": "signering",
    "encryption": "kryptering",
    "": "signering och kryptering",
}
_PROBLEMS: Final[Mapping[str, str]] = {
    "source-refused": "Dokumentet eller platsen uppfyller inte kraven.",
    "fetch-failed": "Det gick inte att hämta dokumentet.",
    "missing-signature": "Dokumentet saknar signatur.",
    "bad-signature": "Ingen av källans nycklar stämmer med signaturen.",
    "weak-algorithm": "Signaturen eller nyckeln är för svag.",
    "metadata-expired": "Dokumentet har gått ut.",
    "unreadable-xml": "Dokumentet är inte XML som går att läsa.",
    "unknown-source": "Källan finns inte.",
}
_FORM: Final[Mapping[str, str]] = {
    "name": "Skriv ett namn med små bokstäver, siffror, punkt eller bindestreck.",
    "name-taken": "Det finns redan en källa med det namnet.",
    "name-missing": "Det finns ingen källa med det namnet att ändra.",
    "kind": "Välj en typ.",
    "location": "Skriv var dokumentet finns.",
    "location-url": "Skriv en adress som börjar med https://.",
    "location-file": "Skriv hela sökvägen på servern, från roten.",
    "certificate": "Certifikatet går inte att läsa. Det ska vara PEM, det vill säga"
    " börja med -----BEGIN CERTIFICATE-----.",
    "certificate-weak": "Nyckeln i certifikatet är för svag: RSA ska ha minst 2048"
    " bitar och EC minst P-256.",
    "trust": "Ange ett certifikat eller, för en fil, dess SHA-256.",
    "trust-both": "Ange antingen ett certifikat eller en SHA-256, inte båda.",
    "pin": "SHA-256 ska vara 64 hexadecimala siffror.",
    "pin-only-file": "SHA-256 kan bara anges för en fil på servern.",
    "roles": "Välj minst en roll.",
    "days": "Skriv ett antal dagar mellan 1 och 365.",
    "shrinkage": "Skriv ett antal procent mellan 0 och 100.",
    "minutes": "Skriv ett antal minuter mellan 1 och 10080, eller inget alls.",
    "filter": "Skriv ett värde på varje rad, utan blanksteg i värdet.",
}
_FILTERS: Final[Mapping[str, str]] = {
    "allow_entity_ids": "Ta bara dessa entityID",
    "deny_entity_ids": "Ta aldrig dessa entityID",
    "allow_authorities": "Ta bara det som dessa har registrerat",
    "deny_authorities": "Ta aldrig det som dessa har registrerat",
    "allow_categories": "Ta bara entiteter med någon av dessa kategorier",
    "deny_categories": "Ta aldrig entiteter med någon av dessa kategorier",
}

HANDLERS: Final = "handläggare och systemansvariga"
OWNERS: Final = "systemansvariga"
"""Who can change what others only see."""
MOVED: Final = "Källan {name} står nu på plats {place} i ordningen."
_UNITS: Final = (
    (timedelta(days=1), "dygns", "varje dygn"),
    (timedelta(hours=1), "timmars", "varje timme"),
    (timedelta(minutes=1), "minuters", "varje minut"),
)


def every(interval: timedelta) -> str:
    """Say how often something happens, in the largest unit that fits."""
    minutes = max(interval, timedelta(minutes=1)) // timedelta(minutes=1)
    rounded = timedelta(minutes=minutes)
    unit, plural, once = next(one for one in _UNITS if not rounded % one[0])
    count = rounded // unit
    return once if count == 1 else f"med {count} {plural} mellanrum"


_FACTS: Final[Mapping[str, str]] = {
    "role": "Roller",
    "certificate": "Certifikat (användning, SHA-256, går ut)",
    "address": "Adresser",
    "attribute": "Uppgifter som tjänsten ber om",
    "rule": "Krav på signaturer",
    "category": "Kategorier",
    "level": "Tillitsnivåer",
    "scope": "Scope",
    "name": "Namn",
    "end": "Giltig till",
}

OPERATOR_TEXTS: Final = SimpleNamespace(
    statuses=_STATUSES,
    roles=_ROLES,
    kinds=_KINDS,
    actions=_ACTIONS,
    uses=_USES,
    problems=_PROBLEMS,
    form=_FORM,
    filters=_FILTERS,
    facts=_FACTS,
)
"""Words by what they stand for, as templates look them up."""
