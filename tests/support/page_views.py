"""What do the pages that show many things say when there is none of them?

Every view that is only read is here: in :data:`LISTS` if it may have nothing to show,
in :data:`THINGS` if it shows one thing or always has something, in :data:`FILES` if it
is no page. Pages with a form of their own are in ``tests/support/page_forms.py``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Nothing:
    """A page in an installation, or an organisation, in which there is nothing yet."""

    at: str
    says: str
    """What that means."""
    next: str = ""
    """Where the next action leads; not given, there is nothing to do."""


_O: Final = "/operator"
_ORGANISATION: Final = f"{_O}/organisationer/{{organisation}}"
_HOME: Final = "/o/{number}"

LISTS: Final[Mapping[str, Nothing]] = {
    "administration.show_users": Nothing(
        at=f"{_HOME}/anvandare",
        says=(
            "Det finns inga användare ännu. Lägg till den första användaren så kan du"
            " sedan ge behörigheter."
        ),
        next=f"{_HOME}/anvandare/ny",
    ),
    "administration.show_holders": Nothing(
        at=f"{_HOME}/behorighet/statlig-ersattning/forskola",
        says="Det finns inga användare ännu. Lägg till den första användaren",
        next=f"{_HOME}/anvandare/ny",
    ),
    "administration.show_events": Nothing(
        at=f"{_HOME}/handelser?fran=2031-01-01",
        says="Inga händelser matchar det du har valt.",
        next=f"{_HOME}/handelser",
    ),
    "administration.show_ending": Nothing(
        at=f"{_HOME}/upphor", says="Inga behörigheter upphör inom 30 dagar."
    ),
    "administration.show_review": Nothing(
        at=f"{_HOME}/genomgang",
        says="En gång om året går du igenom alla användare som har behörigheter.",
    ),
    "operator.show_organisations": Nothing(
        at=f"{_O}/organisationer",
        says=(
            "Det finns inga organisationer ännu. Registrera den första så kan du sedan"
            " lägga till avtal och administratörer."
        ),
        next=f"{_O}/organisationer/ny",
    ),
    "operator.show_agreements_of": Nothing(
        at=f"{_ORGANISATION}/avtal",
        says=(
            "Organisationen har inget avtal. Utan avtal kan ingen från organisationen"
            " använda en e-tjänst."
        ),
        next=f"{_ORGANISATION}/avtal/nytt",
    ),
    "operator.show_administrators_of": Nothing(
        at=f"{_ORGANISATION}/administratorer",
        says=(
            "Organisationen har ingen administratör. Utan administratör kan ingen ge"
            " eller ta bort behörigheter."
        ),
        next=f"{_ORGANISATION}/administratorer/ny",
    ),
    "operator.show_users_of": Nothing(
        at=f"{_ORGANISATION}/anvandare",
        says=(
            "Det finns inga användare ännu. Organisationens administratörer lägger till"
            " dem."
        ),
    ),
    "operator.show_events_of": Nothing(
        at=f"{_ORGANISATION}/handelser?sida=1000000",
        says="Det finns inga händelser att visa.",
    ),
    "operator.show_agreements": Nothing(
        at=f"{_O}/avtal",
        says="Det finns inga avtal att visa. Ett avtal lägger du till hos",
    ),
    "operator.show_catalogue": Nothing(
        at=f"{_O}/e-tjanster",
        says="Det finns inga e-tjänster ännu. Registrera den första.",
        next=f"{_O}/e-tjanster/ny",
    ),
    "operator.show_notices": Nothing(
        at=f"{_O}/notiser",
        says="Det finns ingenting aktuellt och ingen driftinformation.",
        next=f"{_O}/notiser/ny",
    ),
    "operator.show_refusals": Nothing(
        at=f"{_O}/felkoder",
        says="Ingen inloggning har misslyckats under den tid som du har valt.",
    ),
    "operator.show_outbox": Nothing(
        at=f"{_O}/utskick", says="Inga meddelanden har skrivits. De skrivs när"
    ),
    "operator.show_overdue_reviews": Nothing(
        at=f"{_O}/genomgangar", says="Ingen genomgång är försenad."
    ),
    "operator.show_trail": Nothing(
        at=f"{_O}/logg?fran=2031-01-01",
        says="Det finns inga händelser att visa.",
        next=f"{_O}/logg",
    ),
    "operator.show_sources": Nothing(
        at=f"{_O}/metadata",
        says=(
            "Det finns inga källor ännu. Utan en källa kan ingen logga in. Lägg till"
            " den första."
        ),
        next=f"{_O}/metadata/ny-kalla",
    ),
    "operator.show_entities": Nothing(
        at=f"{_O}/metadata/entiteter",
        says="Det finns inga entiteter ännu. De kommer med en källa",
        next=f"{_O}/metadata",
    ),
}
"""Pages that may have nothing to show, by their view."""

THINGS: Final = frozenset(
    {
        "administration.show_organisations",
        "administration.show_user",
        "administration.show_user_events",
        "administration.show_record",
        "administration.show_help",
        "administration.show_help_about",
        "operator.show_start",
        "operator.show_organisation",
        "operator.show_service",
        "operator.show_user_of",
        "operator.show_refusal",
        "operator.show_entity",
        "operator.show_source",
        "operator.show_operators",
    }
)
"""Pages about one thing, and pages that always have something to show."""

FILES: Final = frozenset(
    {
        "administration.export_users",
        "administration.export_events",
        "administration.export_user_events",
        "administration.export_template",
        "operator.export_organisations",
        "operator.export_trail",
    }
)
"""Answers that are saved and not looked at."""
