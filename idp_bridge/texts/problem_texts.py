"""What do we say to people whom a service sends to us because a login did not do?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from idp_bridge.texts.words import SITHS_GROUP


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemText:
    """What happened and what to do, in two languages."""

    what: str
    todo: str
    what_en: str
    todo_en: str


OTHER_PROBLEM: Final = ProblemText(
    what="Något gick fel i e-tjänsten efter inloggningen.",
    todo="Gå tillbaka till e-tjänsten och försök igen. Kontakta supporten om felet "
    "kvarstår.",
    what_en="Something went wrong in the e-service after the login.",
    todo_en="Go back to the e-service and try again. Contact support if the error "
    "persists.",
)
PROBLEMS: Final[Mapping[str, ProblemText]] = {
    "IDENTIFICATION_FAILURE": ProblemText(
        what="E-tjänsten fick inte alla uppgifter om dig som den behöver.",
        todo="Be administratören i din kommun eller region att kontrollera hur du är "
        "registrerad.",
        what_en="The e-service did not get all the details about you that it needs.",
        todo_en="Ask the administrator in your municipality or region to check how you "
        "are registered.",
    ),
    "AUTHENTICATION_FAILURE": ProblemText(
        what="E-tjänsten kräver en säkrare inloggning än den som du använde.",
        todo=f"Gå tillbaka till e-tjänsten och logga in igen med {SITHS_GROUP}.",
        what_en="The e-service needs a stronger login than the one that you used.",
        todo_en="Go back to the e-service and log in again with a SITHS card.",
    ),
    "AUTHORIZATION_FAILURE": ProblemText(
        what="Du saknar behörighet i e-tjänsten.",
        todo="Kontakta administratören i din kommun eller region.",
        what_en="You have no permission in the e-service.",
        todo_en="Contact the administrator in your municipality or region.",
    ),
    "OTHER_ERROR": OTHER_PROBLEM,
}
"""By the codes of the REFEDS error handling URL specification."""
