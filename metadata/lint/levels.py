"""How bad is a finding, and by whose rules?"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Level(StrEnum):
    """How bad a finding is, the worst first."""

    ERROR = "error"
    WARNING = "warning"
    ADVICE = "advice"


ERROR: Final = Level.ERROR
WARNING: Final = Level.WARNING
ADVICE: Final = Level.ADVICE
_ORDER: Final = tuple(Level)


def worst(levels: tuple[Level, ...]) -> Level:
    """Choose the worst of some levels."""
    return min(levels, key=_ORDER.index)


class Profile(StrEnum):
    """Whose rules a demand comes from."""

    SAML = "saml"
    """SAML's own specifications and what the bridge can use; these always count."""
    SAML2INT = "saml2int"
    SWEDEN_CONNECT = "sweden-connect"
    SWAMID = "swamid"


CHOOSABLE: Final = tuple(profile for profile in Profile if profile != Profile.SAML)
"""The profiles that somebody may be asked to follow."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What one profile says about a rule."""

    profile: Profile
    level: Level
    clause: str


def saml(level: Level, clause: str) -> Demand:
    """Demand something of everybody."""
    return Demand(Profile.SAML, level, clause)


def saml2int(level: Level, clause: str) -> Demand:
    """Demand something by saml2int 2.0."""
    return Demand(Profile.SAML2INT, level, clause)


def sweden(level: Level, clause: str) -> Demand:
    """Demand something by Sweden Connect's deployment profile, at a section of it."""
    return Demand(Profile.SWEDEN_CONNECT, level, f"Sweden Connect {clause}")


def swamid(level: Level, clause: str) -> Demand:
    """Demand something by SWAMID's SAML WebSSO technology profile."""
    return Demand(Profile.SWAMID, level, f"SWAMID {clause}")
