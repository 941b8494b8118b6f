"""Which e-tjänster are in the demonstration, and what do they call their permissions?

An e-tjänst has its own list of what each code means: the bridge only sends codes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from authz.models import OrganisationKind
from metadata import names


@dataclass(frozen=True, slots=True, kw_only=True)
class EService:
    """An e-tjänst that logs people in through the bridge."""

    code: str
    entity_id: str
    name: str
    name_en: str
    kind: OrganisationKind
    description: str
    description_en: str
    permissions: Mapping[str, str]
    """Code and what it means."""
    logout_bindings: tuple[str, ...] = (names.BINDING_REDIRECT,)
    """How it can be told that somebody has logged out elsewhere."""
    asks_afterwards: bool = False
    """Whether it asks the attribute authority for permissions, after the login."""


ERSATTNING: Final = EService(
    code="statlig-ersattning",
    entity_id="https://ersattning.demo.example.se/saml",
    name="Ansök om statlig ersättning",
    name_en="Apply for government compensation",
    kind=OrganisationKind.KOMMUN,
    description="Kommuner ansöker om ersättning för asylsökande.",
    description_en="Municipalities apply for compensation for asylum seekers.",
    permissions={
        "forskola": "Asylsökande i förskola",
        "forskoleklass": "Asylsökande i förskoleklass",
        "grundskola": "Asylsökande i grundskola",
        "gymnasieskola": "Asylsökande i gymnasieskola",
        "barn-utan-vardnadshavare": "Administrera barn utan vårdnadshavare",
    },
)
LANDSTING: Final = EService(
    code="landsting",
    entity_id="https://landsting.demo.example.se/saml",
    name="E-tjänst för landsting",
    name_en="E-service for regions",
    kind=OrganisationKind.REGION,
    description=(
        "Se asylsökande i din region samt rapportera och söka ersättning för"
        " genomförda hälsoundersökningar. Kallas också E-tjänst för regioner eller"
        " Melker."
    ),
    description_en="Regions report health examinations of asylum seekers.",
    permissions={
        "rapportera": "Rapportera hälsoundersökning",
        "ny-ansokan": "Skapa ny ansökan om ersättning",
        "skicka-in": "Skicka in ansökan om ersättning",
        "asylsokandelistan": "Se asylsökande m.fl. i länet (asylsökandelistan)",
        "statistik": "Se statistik för regionen",
    },
    logout_bindings=(names.BINDING_SOAP, names.BINDING_REDIRECT),
)
ANSVAR: Final = EService(
    code="ansvar-ensamkommande",
    entity_id="https://ansvar.demo.example.se/saml",
    name="Se och ändra ansvar för ensamkommande",
    name_en="See and change responsibility for unaccompanied minors",
    kind=OrganisationKind.KOMMUN,
    description="Kommuner ser och ändrar vilken kommun som ansvarar för ett barn.",
    description_en="Municipalities see and change who is responsible for a child.",
    permissions={
        "se": "Se ansvar",
        "andra": "Ändra ansvar",
    },
    asks_afterwards=True,
)
SERVICES: Final = (ERSATTNING, LANDSTING, ANSVAR)
