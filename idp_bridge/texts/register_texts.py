"""What do operators read about organisations, people, e-tjänster and what happened?"""

from collections.abc import Mapping
from typing import Final

KINDS_OF_ORGANISATIONS: Final[Mapping[str, str]] = {
    "kommun": "Kommun",
    "region": "Region",
    "agency": "Myndighet",
}
WITHOUT_GRANT: Final[Mapping[str, str]] = {
    "refuse": "Neka inloggningen",
    "release": "Släpp in personen utan behörigheter",
}
"""What an e-tjänst wants for somebody who is known but may do nothing there."""
NEEDS_REASON: Final[Mapping[str, str]] = {
    "no": "Administratören får skriva en anledning",
    "yes": "Administratören måste skriva en anledning",
}
"""What an e-tjänst wants when its permissions are given or taken."""
CLAIM_FORMATS: Final[Mapping[str, str]] = {
    "scoped": "Organisation, e-tjänst och behörighet med kolon emellan (scoped)",
    "code": "Bara behörighetens kod (code)",
    "entitlement": "En URN per behörighet (entitlement)",
    "systemrole": "E-tjänst och behörighetens namn som Ineras systemRole (systemrole)",
    "authorizationscope": "JSON som Ineras authorizationScope (authorizationscope)",
    "org_rights": "JSON som Diggs org_rights (org_rights)",
    "bpp": "OIO Basic Privilege Profile, XML i base64 (bpp)",
}
"""How an e-tjänst wants to hear of permissions, the most usual first."""
PERSON_ROLES: Final[Mapping[str, str]] = {
    "administrator": "Administratör",
    "user": "Användare",
}
OUTCOMES: Final[Mapping[str, str]] = {
    "allowed": "Personen släpps in.",
    "service-closed": "E-tjänsten är inte öppen.",
    "unknown-person": "HSA-id:t är inte registrerat hos någon organisation.",
    "inactive-person": "Personen är inte aktiv: borttagen eller utanför sin giltighet.",
    "inactive-organisation": "Organisationen är inte aktiv.",
    "wrong-organisation": "Legitimeringen gällde en annan organisation.",
    "no-agreement": "Organisationen hade inget avtal om e-tjänsten.",
    "no-permission": "Personen hade ingen behörighet som gällde i e-tjänsten.",
}
"""What a decision says, to whoever asks why."""
REASONS: Final[Mapping[str, str]] = {
    "counts": "Gäller",
    "grant-not-yet-valid": "Har inte börjat gälla",
    "grant-ended": "Har upphört eller tagits bort",
    "permission-not-yet-valid": "Behörigheten finns inte i e-tjänsten ännu",
    "permission-ended": "Behörigheten finns inte längre i e-tjänsten",
    "service-closed": "E-tjänsten är inte öppen",
    "no-agreement": "Inget avtal",
    "inactive-organisation": "Organisationen är inte aktiv",
    "inactive-person": "Personen är inte aktiv",
}
"""Why a permission counts or not."""
NOTICE_LEVELS: Final[Mapping[str, str]] = {
    "information": "Information",
    "warning": "Varning",
    "outage": "Driftstörning",
}
"""How much a notice matters."""
NOTICE_PLACES: Final[Mapping[str, str]] = {
    "everywhere": "Alla sidor",
    "login": "Sidan där man väljer inloggningssätt",
    "administration": "Administratörernas sidor",
    "news": "Aktuellt i e-tjänsterna på startsidorna",
}
"""Where a notice stands."""
TILES: Final[Mapping[str, str]] = {
    "without-administrator": "organisationer utan administratör",
    "one-administrator": "organisationer med bara en administratör",
    "agreements-ending": "avtal som upphör inom 60 dagar",
    "reviews-overdue": "organisationer vars genomgång är försenad",
    "sources-warning": "metadatakällor som behöver ses över",
    "logins-refused": "misslyckade inloggningar senaste timmen",
}
"""What the numbers on the first page count."""
ENDINGS: Final[Mapping[str, tuple[str, str, str]]] = {
    "organisation": (
        "Avsluta organisationen",
        "Ingen från organisationen kan logga in i någon e-tjänst efter slutet.",
        "Uppgifter och händelser finns kvar, och organisationen kan öppnas igen.",
    ),
    "agreement": (
        "Avsluta avtalet",
        "Organisationens användare kan inte använda e-tjänsten efter slutet.",
        "Behörigheterna finns kvar att läsa. Ett nytt avtal gör att de gäller igen.",
    ),
    "service": (
        "Avsluta e-tjänsten",
        "Ingen kan logga in i e-tjänsten efter slutet.",
        "Behörigheter och avtal finns kvar att läsa.",
    ),
    "permission": (
        "Avsluta behörigheten",
        "Behörigheten lämnas inte längre till e-tjänsten efter slutet.",
        "Andra behörigheter påverkas inte.",
    ),
}
"""For what somebody is about to end: heading, what is lost, what is not."""
TYPED_LATE: Final = (
    "Sidan var för gammal. Försök igen. Det du skrev är inte sparat ännu."
)
DONE: Final[Mapping[str, str]] = {
    "saved": "Ändringen är sparad.",
    "organisation-added": (
        "Organisationen är registrerad. Nästa steg är avtal och administratörer."
    ),
    "organisation-ended": "Organisationens slut är sparat.",
    "organisation-reopened": "Organisationen är öppen.",
    "agreement-added": "Avtalet är registrerat.",
    "agreement-ended": "Avtalets slut är sparat.",
    "administrator-added": "Administratören är registrerad.",
    "administrator-promoted": (
        "Personen är nu administratör. Behörigheterna som användare är avslutade."
    ),
    "administrator-replaced": "Administratören är utbytt.",
    "administrator-ended": "Administratören är avslutad.",
    "service-added": (
        "E-tjänsten är registrerad. Nästa steg är behörigheter och entityID."
    ),
    "service-ended": "E-tjänstens slut är sparat.",
    "permission-added": "Behörigheten är registrerad.",
    "permission-ended": "Behörighetens slut är sparat.",
    "notice-added": "Informationen är sparad.",
    "notice-ended": "Informationen visas inte längre.",
    "operator-added": "Operatören är registrerad.",
    "operator-ended": "Operatören är avslutad.",
    "filter-saved": "Filtret är sparat.",
    "filter-removed": "Filtret är borttaget.",
}
"""What a page says about what was just done, by the word in its address."""
THINGS: Final[Mapping[str, str]] = {
    "agreement": "Avtal",
    "catalogue": "Katalogfil",
    "change": "Ångrade ändringar",
    "grant": "Behörigheter som getts eller tagits",
    "membership": "Personer som börjat eller slutat",
    "metadata-source": "Metadatakällor",
    "name-id": "Personens namn hos e-tjänster",
    "notice": "Driftinformation",
    "operator": "Operatörer",
    "organisation": "Organisationer",
    "permission": "E-tjänsters behörigheter",
    "person": "Personuppgifter och uppslag",
    "retention": "Gallring",
    "review": "Genomgångar",
    "service": "E-tjänster",
    "trace": "Felkoder",
    "user-list": "Listor över användare",
}
"""What entries of the audit trail are about."""
_NOUNS: Final[Mapping[str, str]] = {
    "agreement": "avtal",
    "catalogue": "katalogfil",
    "change": "ändring",
    "export": "export",
    "grant": "behörighet",
    "import": "import",
    "membership": "tillhörighet",
    "metadata-source": "metadatakälla",
    "name-id": "namn hos e-tjänst",
    "notice": "driftinformation",
    "operator": "operatör",
    "organisation": "organisation",
    "permission": "behörighet i e-tjänst",
    "person": "person",
    "retention": "gallring",
    "review": "genomgång",
    "service": "e-tjänst",
    "trace": "felkod",
}
_VERBS: Final[Mapping[str, str]] = {
    "add": "Lade till",
    "approve": "Godkände",
    "change": "Ändrade",
    "create": "Skapade",
    "end": "Avslutade",
    "export": "Tog ut uppgifter om",
    "give": "Gav",
    "load": "Läste in",
    "look-up": "Slog upp",
    "move": "Flyttade",
    "order": "Beställde hämtning av",
    "refresh": "Hämtade",
    "remove": "Tog bort",
    "reopen": "Öppnade",
    "restore": "Återställde",
    "run": "Körde",
    "start": "Började",
    "take": "Tog bort",
    "undo": "Ångrade",
}
_DEEDS: Final[Mapping[str, str]] = {
    "catalogue:load": "Läste in en katalogfil",
    "grant:end": "En behörighet upphörde",
    "membership:end": "Slutade hos organisationen",
    "membership:restore": "Återställdes hos organisationen",
    "membership:start": "Började hos organisationen",
    "metadata-source:order": "Beställde något för en metadatakälla",
    "name-id:create": "Fick ett namn hos en e-tjänst",
    "person:look-up": "Slog upp personen",
    "reminder:send": "Skickade en påminnelse",
    "review:finish": "Avslutade en genomgång",
    "review:keep": "Gick igenom: behåll",
    "trace:look-up": "Såg vad som hände före en felkod",
    "user-list:export": "Tog ut användare till en fil",
    "user-list:look-up": "Såg listan över användare",
    "retention:run": "Gallrade",
}
"""What a verb and a noun do not say well."""
ACTORS: Final[Mapping[str, str]] = {
    "bridge": "Systemet",
    "operator:command-line": "Kommandoraden",
    "system": "Systemet",
}
"""Who did something and is no person."""
FACTS: Final[Mapping[str, str]] = {
    "added": "tillagt",
    "after": "efter",
    "before": "före",
    "columns": "uppgifter",
    "entity_id": "entityID",
    "given_at": "given",
    "given_by": "given av",
    "hsa_id": "HSA-id",
    "email": "e-post",
    "entity_ids": "entityID",
    "given_name": "förnamn",
    "kind": "typ",
    "level": "nivå",
    "name": "namn",
    "needs_reason": "anledning krävs",
    "numbers": "organisationsnummer",
    "page": "sida",
    "permission": "behörighet",
    "place": "plats",
    "reason": "orsak",
    "reference": "diarienummer",
    "removed": "borttaget",
    "role": "roll",
    "rule": "regel",
    "service": "e-tjänst",
    "surname": "efternamn",
    "text": "text",
    "text_en": "text på engelska",
    "valid_from": "från",
    "valid_until": "till",
}
"""What the details of an entry are called."""
NOTHING: Final = "ingenting"
SYSTEM: Final = "Hela systemet"
ORGANISATION_HEADINGS: Final = (
    "Namn",
    "Organisationsnummer",
    "Typ",
    "Avtal",
    "Administratörer",
    "Användare",
    "Senaste händelse",
    "Sista dag",
)
TRAIL_HEADINGS: Final = (
    "Tid",
    "Av",
    "Händelse",
    "Gäller",
    "Organisation",
    "Detaljer",
    "Kontrollsumma",
)
_PROBLEMS: Final[Mapping[str, str]] = {
    "required": "Fyll i {field}.",
    "too-many-filters": "Du har redan 20 sparade filter. Ta bort något av dem först.",
    "long": "Texten i {field} är för lång.",
    "signs": "Det finns tecken som inte syns i {field}. Skriv om texten.",
    "mail": ("Skriv en e-postadress, till exempel fornamn.efternamn@kommunen.se."),
    "hsa-id": (
        "HSA-id börjar med SE, sedan organisationsnumret, ett bindestreck och en"
        " följd av siffror och bokstäver. Kontrollera mot kortet. Det är inte"
        " kortets nummer."
    ),
    "number": (
        "Skriv ett organisationsnummer med tio siffror, till exempel 212000-0142."
    ),
    "code": "Skriv en kod med små bokstäver (a-z), siffror och bindestreck.",
    "choice": "Välj {field}.",
    "address": "Skriv en adress som börjar med https:// i {field}.",
    "day": "Skriv {field} som år-månad-dag, till exempel 2026-12-31.",
    "order": "Den sista dagen kan inte komma före den första.",
    "order-of-minutes": "Slutet kan inte komma före början.",
    "minute": "Skriv {field} som datum och klockslag, till exempel 2026-12-31 14:30.",
    "past": (
        "Den sista dagen måste vara i dag eller senare. Lämna fältet tomt för att"
        " avsluta genast."
    ),
    "after-end": (
        "Det slutar redan före den dagen. Använd Ändra om det ska gälla längre."
    ),
    "before-beginning": "Det har inte börjat gälla då.",
    "shorter": (
        "Här kan du bara förlänga. Använd Avsluta för att se vilka som berörs innan"
        " det blir kortare."
    ),
    "invalid": "Rätta {field}.",
    "ended-already": "Det är redan avslutat.",
    "number-taken": "En organisation har redan det organisationsnumret.",
    "main-number": (
        "Huvudnumret kan inte tas bort. Gör först ett annat nummer till huvudnummer."
    ),
    "code-taken": "Koden används redan.",
    "entity-taken": "En annan e-tjänst har redan det entityID:t.",
    "agreement-there": (
        "Organisationen har redan ett avtal om e-tjänsten under den tiden."
    ),
    "administrator-there": "Personen är redan administratör för organisationen.",
    "last-administrator": (
        "Organisationen måste alltid ha minst en administratör. Registrera en ny"
        " administratör först, eller byt ut den här."
    ),
    "operator-there": "Det finns redan en operatör med det HSA-id:t.",
    "last-operator": (
        "Det måste alltid finnas någon som är systemansvarig. Ge rollen till någon"
        " annan först."
    ),
}


def problem_of_field(problem: str, label: str) -> str:
    """Say what is wrong with a field.

    Args:
        problem: Its key.
        label: What the field is called on the page.
    """
    return _PROBLEMS[problem].format(field=in_running_text(label))


def in_running_text(label: str) -> str:
    """Write a label inside a sentence; what begins with two capitals keeps them."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def deed(action: str) -> str:
    """Say what happened, as the beginning of a sentence without its subject."""
    if action in _DEEDS:
        return _DEEDS[action]
    noun, _, verb = action.partition(":")
    return f"{_VERBS.get(verb, verb)} {_NOUNS.get(noun, noun)}"


def subject(key: str) -> str:
    """Say what an entry is about when it has no name of its own."""
    noun, _, rest = key.partition(":")
    return f"{_NOUNS[noun]} {rest}" if noun in _NOUNS else key


def number_with_hyphen(number: str) -> str:
    """Write an organisation number as people do: 212000-0142."""
    return f"{number[:6]}-{number[6:]}"
