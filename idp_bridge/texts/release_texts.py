"""What is an attribute called, and why is an e-tjänst told it or not?"""

from collections.abc import Mapping
from typing import Final

ATTRIBUTES: Final[Mapping[str, tuple[str, str]]] = {
    "employeeHsaId": ("HSA-id", "HSA-id"),
    "givenName": ("förnamn", "given name"),
    "sn": ("efternamn", "surname"),
    "surname": ("efternamn", "surname"),
    "displayName": ("namn", "name"),
    "mail": ("e-postadress", "e-mail address"),
    "organizationIdentifier": ("organisationsnummer", "organisation number"),
    "o": ("organisationens namn", "name of the organisation"),
    "organizationName": ("organisationens namn", "name of the organisation"),
    "orgAffiliation": (
        "HSA-id och organisationsnummer i ett värde",
        "HSA-id and organisation number in one value",
    ),
    "behorighet": ("behörigheter i e-tjänsten", "permissions in the e-service"),
    "transactionIdentifier": ("inloggningens nummer", "number of the login"),
    "pairwise-id": (
        "beteckning som bara gäller i e-tjänsten",
        "identifier for this e-service alone",
    ),
    "subject-id": (
        "beteckning som är densamma i alla e-tjänster",
        "identifier that is the same at all e-services",
    ),
}
"""What is told about somebody, by the attribute's friendly name, Sambi's too."""
MISSING: Final = ("Uppgifter som saknas", "Missing details")
WHYS: Final[Mapping[str, str]] = {
    "requested": "E-tjänstens metadata ber om den.",
    "category": "En entitetskategori i e-tjänstens metadata ber om den.",
    "signal": "E-tjänstens metadata ber om den (subject-id:req).",
    "usual": "E-tjänstens metadata ber inte om något: alla får den.",
    "operator": "Bestämt här (release).",
}
"""Why an e-tjänst would be told something."""
OBSTACLES: Final[Mapping[str, str]] = {
    "unknown": "Nej: bryggan känner inte till den.",
    "not-allowed": "Nej: e-tjänsten får inte ha den (may_have).",
    "other-name": "Nej: HSA-id lämnas under ett annat namn (hsa_id_attributes).",
    "no-scope": "Nej: bryggan har inget scope för den (subject_scope, scopes).",
    "asked-later": "Inte vid inloggningen: e-tjänsten frågar (push_permissions).",
}
"""Why it is not told."""
