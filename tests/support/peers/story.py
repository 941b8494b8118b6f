"""Who are the people and e-tjänster of the tests with real peers?

One region, whose people log in with SimpleSAMLphp; two e-tjänster that differ in what
they want for people without permissions. Everybody is fictitious.
"""

from typing import Final

from metadata.names import (
    ATTR_HSA_ID,
    SAMBI_GIVEN_NAME,
    SAMBI_HSA_ID,
    SAMBI_MAIL,
    SAMBI_ORGANISATION_NUMBER,
    SAMBI_SURNAME,
)
from tests.support.peers.simplesamlphp import Person

REGION: Final = "2321000016"
PASSWORD: Final = "fyra < hemliga & ord"
PERMISSIONS: Final = "https://example.se/attributes/behorighet"
SHOWN: Final = {"HSA": ATTR_HSA_ID, "MAY": PERMISSIONS}
"""The attributes that the e-tjänster show, by short name."""


def _person(user: str, given_name: str, surname: str, number: str) -> Person:
    return Person(
        user,
        PASSWORD,
        {
            SAMBI_HSA_ID: [f"SE{REGION}-{number}"],
            SAMBI_GIVEN_NAME: [given_name],
            SAMBI_SURNAME: [surname],
            SAMBI_MAIL: [f"{user}@example.se"],
            SAMBI_ORGANISATION_NUMBER: [f"{REGION[:6]}-{REGION[6:]}"],
        },
    )


ASA: Final = _person("asa", "Åsa", "Öberg", "B001")
"""May report and review."""
BO: Final = _person("bo", "Bo", "Äng", "B002")
"""May review only."""
CIA: Final = _person("cia", "Cia", "Utan", "B003")
"""Is known and has no permissions."""
DAN: Final = _person("dan", "Dan", "Främling", "B004")
"""Is not known to the bridge."""
PEOPLE: Final = (ASA, BO, CIA, DAN)

GRANTS: Final = {
    ASA.user: ("landsting:granska", "landsting:rapportera", "ersattning:ansoka"),
    BO.user: ("landsting:granska",),
    CIA.user: (),
}
"""What the known people may do."""


def hsa_id(person: Person) -> str:
    """Say a person's HSA-id."""
    return person.attributes[SAMBI_HSA_ID][0]


def personal_data(person: Person) -> tuple[str, ...]:
    """List what must not be written down about a person."""
    return tuple(
        value
        for name, values in person.attributes.items()
        for value in values
        if name != SAMBI_ORGANISATION_NUMBER
    )


def asking_later(sp_entity_id: str) -> dict[str, object]:
    """Agree with an e-tjänst that it asks what people may do after they logged in."""
    return {
        "entity_id": sp_entity_id,
        "service": "ersattning",
        "permission_attribute": PERMISSIONS,
        "attribute_queries": True,
        "push_permissions": False,
    }


def catalogue(*, refusing: str, releasing: str) -> str:
    """Write the catalogue.

    Args:
        refusing: The entityID of the e-tjänst that wants nobody without permissions.
        releasing: The entityID of the e-tjänst that decides for itself.
    """
    return _CATALOGUE.format(
        region=REGION,
        refusing=refusing,
        releasing=releasing,
        users="\n".join(map(_user, (ASA, BO, CIA))),
    )


_CATALOGUE: Final = """\
[[services]]
code = "landsting"
name = "E-tjänst för landsting"
kind = "region"
entity_ids = ["{refusing}"]
claim_format = "scoped"
without_grant = "refuse"
  [[services.permissions]]
  code = "rapportera"
  name = "Rapportera hälsoundersökning"
  [[services.permissions]]
  code = "granska"
  name = "Granska < och & godkänna"

[[services]]
code = "ersattning"
name = "Ansök om statlig ersättning"
entity_ids = ["{releasing}"]
claim_format = "code"
without_grant = "release"
  [[services.permissions]]
  code = "ansoka"
  name = "Ansöka"

[[organisations]]
number = "{region}"
name = "Region Exempel"
kind = "region"

[[agreements]]
organisation = "{region}"
service = "landsting"
valid_from = 2025-01-01

[[agreements]]
organisation = "{region}"
service = "ersattning"
valid_from = 2025-01-01

{users}
"""


def _user(person: Person) -> str:
    (given_name,) = person.attributes[SAMBI_GIVEN_NAME]
    (surname,) = person.attributes[SAMBI_SURNAME]
    permissions = ", ".join(f'"{one}"' for one in GRANTS[person.user])
    return f"""\
[[users]]
organisation = "{REGION}"
hsa_id = "{hsa_id(person)}"
given_name = "{given_name}"
surname = "{surname}"
email = "{person.user}@example.se"
permissions = [{permissions}]
"""
