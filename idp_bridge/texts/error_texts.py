"""What does a person read about each error code, in Swedish and in English?"""

from typing import Final

from idp_bridge.texts.error_kinds import ErrorText, Kind
from idp_bridge.texts.error_kinds import card as _card
from idp_bridge.texts.error_kinds import page as _page
from idp_bridge.texts.error_kinds import refused as _refused
from idp_bridge.texts.error_kinds import technical as _technical

_OURS_SV: Final = "Ett tekniskt fel har inträffat hos oss. "
_OURS_EN: Final = "A technical error has occurred on our side. "
_SERVICE_SV: Final = "Ett tekniskt fel har inträffat: "
_SERVICE_EN: Final = "A technical error has occurred: "
_IDP_SV: Final = "Ett tekniskt fel har inträffat: svaret från legitimeringstjänsten "
_IDP_EN: Final = "A technical error has occurred: the answer from the login service "
_AGAIN_SV: Final = " Börja om från e-tjänsten."
_AGAIN_EN: Final = " Start again from the e-service."

TEXTS: Final[dict[str, ErrorText]] = {
    # ours
    "technical": _technical(
        _OURS_SV + "Försök igen om en stund.",
        _OURS_EN + "Try again in a little while.",
    ),
    "store-unavailable": _technical(
        _OURS_SV + "Vi når inte vårt register just nu. Försök igen om några minuter.",
        _OURS_EN + "We cannot reach our records. Try again in a few minutes.",
    ),
    "misconfigured": _technical(
        _OURS_SV + "Det hjälper inte att försöka igen. Kontakta supporten.",
        _OURS_EN + "Trying again does not help. Contact support.",
    ),
    # a message that we must not act on
    "protocol": _technical(
        _SERVICE_SV + "vi fick ett meddelande som vi inte kan godta." + _AGAIN_SV,
        _SERVICE_EN + "we received a message that we cannot accept." + _AGAIN_EN,
    ),
    "relay-state": _technical(
        _SERVICE_SV
        + "e-tjänsten skickade med en för lång uppgift om vart du ska tillbaka "
        "(RelayState)." + _AGAIN_SV,
        _SERVICE_EN + "the e-service sent too long a note about where you came from "
        "(RelayState)." + _AGAIN_EN,
    ),
    "unreadable-message": _technical(
        _SERVICE_SV + "vi fick ett meddelande som inte går att läsa." + _AGAIN_SV,
        _SERVICE_EN + "we received a message that cannot be read." + _AGAIN_EN,
    ),
    "bad-envelope": _technical(
        _SERVICE_SV + "vi fick ett meddelande i ett kuvert som vi inte kan öppna.",
        _SERVICE_EN + "we received a message in an envelope that we cannot open.",
    ),
    "bad-query-attribute": _technical(
        _SERVICE_SV + "e-tjänsten frågade efter en uppgift på ett sätt som inte går.",
        _SERVICE_EN + "the e-service asked for information in a way that fails.",
    ),
    "not-entitled": _technical(
        _SERVICE_SV + "e-tjänsten får inte hämta uppgifter om behörigheter här.",
        _SERVICE_EN + "the e-service may not ask for permissions here.",
    ),
    "too-many-queries": _technical(
        _SERVICE_SV + "e-tjänsten frågar för ofta. Försök igen om en stund.",
        _SERVICE_EN + "the e-service asks too often. Try again in a while.",
    ),
    "unknown-subject": _technical(
        _SERVICE_SV + "e-tjänsten frågade om någon som inte är känd för den.",
        _SERVICE_EN + "the e-service asked about somebody whom it does not know.",
    ),
    "wrong-version": _technical(
        _SERVICE_SV + "meddelandet är skrivet i en version som vi inte använder.",
        _SERVICE_EN + "the message is written in a version that we do not use.",
    ),
    "bad-signature": _technical(
        _SERVICE_SV + "meddelandets underskrift går inte att kontrollera.",
        _SERVICE_EN + "the signature of the message cannot be verified.",
    ),
    "weak-algorithm": _technical(
        _SERVICE_SV + "meddelandet är inte tillräckligt väl skyddat.",
        _SERVICE_EN + "the message is not protected well enough.",
    ),
    "undecryptable": _technical(
        _IDP_SV + "går inte att läsa.", _IDP_EN + "cannot be read."
    ),
    "wrong-destination": _technical(
        _SERVICE_SV + "meddelandet är avsett för en annan adress." + _AGAIN_SV,
        _SERVICE_EN + "the message is meant for another address." + _AGAIN_EN,
    ),
    "wrong-issuer": _technical(
        _IDP_SV + "kommer från fel avsändare.", _IDP_EN + "has the wrong sender."
    ),
    "wrong-audience": _technical(
        _IDP_SV + "är avsett för en annan tjänst.",
        _IDP_EN + "is meant for another service.",
    ),
    "wrong-subject": _technical(
        _IDP_SV + "gäller inte den här inloggningen." + _AGAIN_SV,
        _IDP_EN + "does not belong to this login." + _AGAIN_EN,
    ),
    "unknown-condition": _technical(
        _IDP_SV + "har ett villkor som vi inte kan uppfylla.",
        _IDP_EN + "has a condition that we cannot meet.",
    ),
    "expired": _technical(
        "Inloggningen tog för lång tid." + _AGAIN_SV,
        "The login took too long." + _AGAIN_EN,
    ),
    "not-yet-valid": _technical(
        _SERVICE_SV + "klockorna i tjänsterna går inte lika. Försök igen om en stund.",
        _SERVICE_EN + "the clocks of the services differ. Try again in a while.",
    ),
    "replayed": _technical(
        "Den här inloggningen har redan använts." + _AGAIN_SV,
        "This login has already been used." + _AGAIN_EN,
    ),
    "unsolicited": _technical(
        "Starta inloggningen från e-tjänsten.", "Start the login from the e-service."
    ),
    "unknown-request": _technical(
        _IDP_SV + "gäller en annan inloggning." + _AGAIN_SV,
        _IDP_EN + "belongs to another login." + _AGAIN_EN,
    ),
    "bad-assertion": _technical(
        _IDP_SV + "är inte komplett.", _IDP_EN + "is not complete."
    ),
    "bad-attribute": _technical(
        "Din legitimation lämnade inte alla uppgifter, eller uppgifter som vi inte kan "
        "läsa. HSA-id saknas eller är felaktigt.",
        "Your identification did not provide all details, or details that we cannot "
        "read. The HSA-id is missing or incorrect.",
    ),
    "stale-authentication": _technical(
        "E-tjänsten kräver att du legitimerar dig på nytt, men legitimeringstjänsten "
        "använde en tidigare inloggning. Stäng webbläsaren och försök igen.",
        "The e-service needs you to identify yourself again, but the login service "
        "used an earlier login. Close the browser and try again.",
    ),
    "unknown-partner": _technical(
        _SERVICE_SV + "vi känner inte avsändaren, eller så har dess uppgifter gått ut.",
        _SERVICE_EN + "we do not know the sender, or its details have expired.",
    ),
    "unknown-acs": _technical(
        _SERVICE_SV + "e-tjänsten vill ha svaret till en adress som inte är anmäld.",
        _SERVICE_EN + "the e-service wants the answer at an unregistered address.",
    ),
    "unknown-session": _technical(
        _SERVICE_SV + "e-tjänsten bad oss avsluta en inloggning som den inte har fått.",
        _SERVICE_EN + "the e-service asked us to end a login that it was not given.",
    ),
    "unsupported-request": _technical(
        _SERVICE_SV + "e-tjänsten bad om något som vi inte erbjuder.",
        _SERVICE_EN + "the e-service asked for something that we do not offer.",
    ),
    "name-id-policy": _technical(
        _SERVICE_SV + "e-tjänsten bad om en typ av identitet som vi inte lämnar ut.",
        _SERVICE_EN + "the e-service asked for a kind of identifier we do not issue.",
    ),
    "proxy-count": _technical(
        _SERVICE_SV + "e-tjänsten tillåter inte att vi frågar legitimeringstjänsten.",
        _SERVICE_EN + "the e-service does not let us ask the login service.",
    ),
    "unsupported-idp": _technical(
        _SERVICE_SV + "e-tjänsten bad om ett sätt att logga in som inte finns här.",
        _SERVICE_EN + "the e-service asked for a way to log in that is not offered.",
    ),
    "unavailable-idp": _technical(
        "Det går inte att logga in just nu. Legitimeringstjänsten är inte tillgänglig. "
        "Försök igen om en stund.",
        "It is not possible to log in right now. The login service is not available. "
        "Try again in a little while.",
    ),
    "missing-attribute": _technical(
        "E-tjänsten kräver en uppgift om dig som vi inte kan lämna.",
        "The e-service requires a detail about you that we cannot give.",
    ),
    "upstream-failed": _card(
        "Legitimeringstjänsten kunde inte slutföra inloggningen.",
        "The login service could not complete the login.",
        Kind.UNCLEAR,
    ),
    # a person who may not go on
    "login-refused": _refused(
        "Du kan inte logga in i den här e-tjänsten.",
        "You cannot log in to this e-service.",
        "e-tjänsten inte släpper in dig",
        "the e-service does not let you in",
    ),
    "login-cancelled": _card(
        "Du avbröt inloggningen.", "You cancelled the login.", Kind.CANCELLED
    ),
    "possible-fraud": _refused(
        "Inloggningen stoppades av säkerhetsskäl. Kontakta supporten.",
        "The login was stopped for security reasons. Contact support.",
        "den stoppades av säkerhetsskäl",
        "security reasons",
    ),
    "wrong-authn-context": ErrorText(
        sv="Din legitimation har för låg nivå. Behörighetsnivå 3 krävs.",
        en="The level of your identification is too low. Level 3 is required.",
        kind=Kind.REFUSED,
        reason="legitimationen har för låg nivå",
        reason_en="the level of your identification is too low",
        tips=True,
    ),
    "no-passive": _refused(
        "Du behöver logga in, men e-tjänsten bad oss att inte visa någon inloggning.",
        "You need to log in, but the e-service asked us not to show any login.",
        "e-tjänsten inte tillåter att en inloggning visas",
        "the e-service does not allow a login to be shown",
    ),
    "unknown-person": _refused(
        "Du är inte registrerad. Kontakta administratören i din kommun eller region.",
        "You are not registered. Contact the administrator in your municipality or "
        "region.",
        "du inte är registrerad",
        "you are not registered",
    ),
    "wrong-person": _refused(
        "E-tjänsten väntade sig en annan person. Logga in med rätt legitimation.",
        "The e-service expected somebody else. Log in with the right identification.",
        "e-tjänsten väntade sig en annan person",
        "the e-service expected somebody else",
    ),
    "inactive-person": _refused(
        "Du är inte längre registrerad. Kontakta administratören i din kommun eller "
        "region.",
        "You are no longer registered. Contact the administrator in your municipality "
        "or region.",
        "du inte längre är registrerad",
        "you are no longer registered",
    ),
    "wrong-organisation": _refused(
        "Du är registrerad i en annan organisation än den som din legitimation gäller. "
        "Kontakta administratören i din kommun eller region.",
        "You are registered in another organisation than that of your identification. "
        "Contact the administrator in your municipality or region.",
        "din legitimation gäller en annan organisation",
        "your identification belongs to another organisation",
    ),
    "inactive-organisation": _refused(
        "Din organisation använder inte längre e-tjänsterna. Kontakta administratören "
        "i din kommun eller region.",
        "Your organisation no longer uses the e-services. Contact the administrator in "
        "your municipality or region.",
        "din organisation inte längre använder e-tjänsterna",
        "your organisation no longer uses the e-services",
    ),
    "no-agreement": _refused(
        "Din organisation har inget avtal för den här e-tjänsten. Kontakta "
        "administratören i din kommun eller region.",
        "Your organisation has no agreement for this e-service. Contact the "
        "administrator in your municipality or region.",
        "din organisation inte har något avtal för e-tjänsten",
        "your organisation has no agreement for the e-service",
    ),
    "no-permission": _refused(
        "Du saknar behörighet i den här e-tjänsten. Kontakta administratören i din "
        "kommun eller region.",
        "You have no permission in this e-service. Contact the administrator in your "
        "municipality or region.",
        "du saknar behörighet i e-tjänsten",
        "you have no permission in the e-service",
    ),
    "service-closed": _refused(
        "E-tjänsten är inte öppen.",
        "The e-service is not open.",
        "e-tjänsten inte är öppen",
        "the e-service is not open",
    ),
    "not-operator": _refused(
        "Du är inte registrerad som operatör. Kontakta den som är systemansvarig.",
        "You are not registered as an operator. Contact the person in charge.",
        "du inte är registrerad som operatör",
        "you are not registered as an operator",
    ),
    "not-administrator": _refused(
        "Du är inte registrerad som administratör för någon kommun eller region. Be "
        "din organisation anmäla dig till Migrationsverkets kontaktcenter.",
        "You are not registered as an administrator of any municipality or region. "
        "Ask your organisation to register you.",
        "du inte är registrerad som administratör",
        "you are not registered as an administrator",
    ),
    "login-lost": _refused(
        "Inloggningen tog för lång tid eller öppnades i flera flikar." + _AGAIN_SV,
        "The login took too long or was opened in several tabs." + _AGAIN_EN,
        "den tog för lång tid eller öppnades i flera flikar",
        "it took too long or was opened in several tabs",
    ),
    "logout-lost": _page(
        "Utloggningen är avslutad",
        "Utloggningen är redan klar, eller tog för lång tid. Stäng webbläsaren om du "
        "vill vara säker på att du är utloggad överallt.",
        "The logout has ended",
        "The logout is complete already, or took too long. Close your browser to be "
        "sure that you are logged out everywhere.",
    ),
    "login-loop": ErrorText(
        sv="Vi stoppade inloggningen eftersom den skickades fram och tillbaka. Stäng "
        "webbläsaren och försök igen om en stund.",
        en="We stopped the login because it was sent back and forth. Close the browser "
        "and try again in a little while.",
        kind=Kind.REFUSED,
        reason="den skickades fram och tillbaka",
        reason_en="it was sent back and forth",
        tips=True,
    ),
    # pages
    "not-found": _page(
        "Sidan finns inte",
        "Kontrollera adressen. Sidan kan vara flyttad eller borttagen.",
        "Page not found",
        "Check the address. The page may have been moved or removed.",
    ),
    "bad-request": _page(
        "Vi förstod inte det som skickades",
        "Gå tillbaka och försök igen.",
        "We did not understand what was sent",
        "Go back and try again.",
    ),
    "method-not-allowed": _page(
        "Sidan kan inte öppnas så här",
        "Gå till startsidan och börja om.",
        "The page cannot be opened like this",
        "Go to the start page and begin again.",
    ),
    "too-large": _page(
        "Det som skickades är för stort",
        "Gå tillbaka och skicka något mindre.",
        "What was sent is too large",
        "Go back and send something smaller.",
    ),
    "too-many-requests": _page(
        "Du har gjort för många försök",
        "Vänta en minut och försök igen.",
        "You have made too many attempts",
        "Wait a minute and try again.",
    ),
    "form-expired": _page(
        "Sidan var för gammal",
        "Gå tillbaka, ladda om sidan och försök igen.",
        "The page was too old",
        "Go back, reload the page and try again.",
    ),
    "not-allowed": _page(
        "Du har inte behörighet till den här sidan",
        "Din roll räcker inte till. Be den som är systemansvarig om du behöver kunna"
        " göra detta.",
        "You may not use this page",
        "Your role is not enough. Ask the person in charge if you need to be able to do"
        " this.",
    ),
    "session-ended": _page(
        "Du är utloggad",
        "Du har varit inaktiv länge och är utloggad. Det du skickade är inte sparat."
        " Logga in igen för att fortsätta.",
        "You are logged out",
        "You have been inactive for long and are logged out. What you sent is not"
        " saved. Log in again to go on.",
    ),
    "unexpected": _page(
        "Något gick fel hos oss",
        "Försök igen om en stund. Kontakta supporten om felet kvarstår.",
        "Something went wrong on our side",
        "Try again in a little while. Contact support if the error persists.",
    ),
}

RESTART: Final = frozenset(
    {"login-lost", "expired", "replayed", "unsolicited", "wrong-subject"}
)
"""Codes after which the person begins again rather than tries again."""

NO_RETRY: Final = frozenset({"possible-fraud"})
"""Codes after which the person is never invited to try again."""


def retry_label(code: str) -> str:
    """Say what the button that leads back into the login is called."""
    return "Börja om" if code in RESTART else "Försök igen"


def text_for(code: str) -> ErrorText:
    """Find the text of an error code; one that is missing speaks as ``technical``."""
    return TEXTS.get(code, TEXTS["technical"])
