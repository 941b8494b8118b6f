"""Which facts about a person can we tell, and what does SAML call each of them?"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from metadata import names


class Fact(StrEnum):
    """Something that we can tell about a person; the value is its friendly name."""

    HSA_ID = "employeeHsaId"
    GIVEN_NAME = "givenName"
    SURNAME = "sn"
    DISPLAY_NAME = "displayName"
    MAIL = "mail"
    ORGANISATION_NUMBER = "organizationIdentifier"
    ORGANISATION_NAME = "o"
    AFFILIATION = "orgAffiliation"
    """HSA-id and organisation number in one value; carries the HSA-id."""
    PERMISSIONS = "behorighet"
    TRANSACTION = "transactionIdentifier"
    PAIRWISE_ID = "pairwise-id"
    SUBJECT_ID = "subject-id"


class Family(StrEnum):
    """Whose names for attributes an e-tjänst reads."""

    SWEDEN_CONNECT = "sweden-connect"
    SAMBI = "sambi"


SWEDEN_CONNECT_NAMES: Final[Mapping[Fact, str]] = MappingProxyType(
    {
        Fact.HSA_ID: names.ATTR_HSA_ID,
        Fact.GIVEN_NAME: names.ATTR_GIVEN_NAME,
        Fact.SURNAME: names.ATTR_SURNAME,
        Fact.DISPLAY_NAME: names.ATTR_DISPLAY_NAME,
        Fact.MAIL: names.ATTR_MAIL,
        Fact.ORGANISATION_NUMBER: names.ATTR_ORGANISATION_NUMBER,
        Fact.ORGANISATION_NAME: names.ATTR_ORGANISATION_NAME,
        Fact.AFFILIATION: names.ATTR_AFFILIATION,
        Fact.TRANSACTION: names.ATTR_TRANSACTION,
        Fact.PAIRWISE_ID: names.ATTR_PAIRWISE_ID,
        Fact.SUBJECT_ID: names.ATTR_SUBJECT_ID,
    }
)
"""Attribute specification of Sweden Connect 3.1, and SAML's own identifiers."""
SAMBI_NAMES: Final[Mapping[Fact, str]] = MappingProxyType(
    {
        Fact.HSA_ID: names.SAMBI_HSA_ID,
        Fact.GIVEN_NAME: names.SAMBI_GIVEN_NAME,
        Fact.SURNAME: names.SAMBI_SURNAME,
        Fact.MAIL: names.SAMBI_MAIL,
        Fact.ORGANISATION_NUMBER: names.SAMBI_ORGANISATION_NUMBER,
        Fact.ORGANISATION_NAME: names.SAMBI_ORGANISATION_NAME,
    }
)
"""What Sambi has a name of its own for."""
FACTS: Final[Mapping[str, Fact]] = MappingProxyType(
    {
        name: fact
        for family in (SWEDEN_CONNECT_NAMES, SAMBI_NAMES)
        for fact, name in family.items()
    }
)
"""The fact behind each name; permissions have the name that the operator gives."""
USUAL: Final = (
    Fact.HSA_ID,
    Fact.GIVEN_NAME,
    Fact.SURNAME,
    Fact.ORGANISATION_NUMBER,
    Fact.ORGANISATION_NAME,
    Fact.PERMISSIONS,
)
"""What an e-tjänst is told whose metadata asks for nothing."""
MAY_HAVE: Final = (
    *USUAL,
    Fact.DISPLAY_NAME,
    Fact.AFFILIATION,
    Fact.TRANSACTION,
    Fact.PAIRWISE_ID,
    Fact.SUBJECT_ID,
)
"""What every e-tjänst may have if it asks: all but the address."""

_SETS: Final[Mapping[str, tuple[Fact, ...]]] = {
    "hsaid": (Fact.SURNAME, Fact.GIVEN_NAME, Fact.DISPLAY_NAME, Fact.HSA_ID),
    "orgid": (
        Fact.DISPLAY_NAME,
        Fact.AFFILIATION,
        Fact.ORGANISATION_NAME,
        Fact.ORGANISATION_NUMBER,
    ),
    "name": (Fact.SURNAME, Fact.GIVEN_NAME, Fact.DISPLAY_NAME),
}
_EC: Final = "http://id.swedenconnect.se/ec/"
CATEGORIES: Final[Mapping[str, tuple[Fact, ...]]] = MappingProxyType(
    {
        f"{_EC}1.0/loa3-hsaid": _SETS["hsaid"],
        f"{_EC}sc/uncertified-loa3-hsaid": _SETS["hsaid"],
        **{f"{_EC}1.0/loa{level}-orgid": _SETS["orgid"] for level in (2, 3, 4)},
        **{f"{_EC}1.0/loa{level}-name": _SETS["name"] for level in (2, 3, 4)},
    }
)
"""What a service entity category of Sweden Connect asks for: the attribute sets
``hsaid-01``, ``org-person-01`` and ``natural-person-01``. Those with a personal
identity number are left out, because we do not know it."""


def name_of(fact: Fact, family: Family) -> str:
    """Say what a family calls a fact; Sambi borrows what it has no name for."""
    if family is Family.SAMBI and fact in SAMBI_NAMES:
        return SAMBI_NAMES[fact]
    return SWEDEN_CONNECT_NAMES[fact]


def friendly_name_of(name: str, fact: Fact) -> str:
    """Say what people call an attribute: the end of its name, where that is a word."""
    if name.startswith(names.SAMBI):
        return name.removeprefix(names.SAMBI)
    return fact.value
