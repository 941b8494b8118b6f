"""How does one get each error page in earnest, by clicking in the demonstration?

A code that is missing here needs a machine that fails or an e-tjänst that is wrongly
built; its page can be looked at all the same.
"""

from collections.abc import Mapping
from typing import Final

from idp_bridge.demo.people import STOPPED
from idp_bridge.demo.tricks import TRICKS

_PEOPLE: Final = {
    person.error: f"Logga in som {person.name} i Ansök om statlig ersättning."
    for person in reversed(STOPPED)
    if person.error
}
_TRICKS: Final = {
    trick.error: f"Välj ”{trick.label}” under Skicka ett felaktigt svar i portalen."
    for trick in TRICKS.values()
}
RECIPES: Final[Mapping[str, str]] = (
    _TRICKS
    | _PEOPLE
    | {
        "login-cancelled": "Tryck på Avbryt i portalen.",
        "no-agreement": "Logga in som Anna Åkerlund i E-tjänst för landsting.",
        "login-lost": (
            "Logga in, gå tillbaka till portalen med webbläsarens bakåtknapp och "
            "legitimera dig en gång till."
        ),
        "not-found": "Öppna en adress som inte finns.",
    }
)
"""By error code, what to do."""
