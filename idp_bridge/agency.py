"""Who is the agency behind the e-tjänster, as its pages name it?

Every field may be set by the operator; the defaults are Migrationsverket's. A field that
is empty leaves its sentence or link out of the pages.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Conformance(StrEnum):
    """How far the pages follow the law on accessibility (lag 2018:1937)."""

    FULL = "full"
    PARTIAL = "partial"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Accessibility:
    """What the operator states in the tillgänglighetsredogörelse."""

    conformance: Conformance = Conformance.PARTIAL
    assessed_on: date | None = None
    """When the pages were last assessed; ``None`` says that they have not been."""
    updated_on: date | None = None
    assessed_how: str = ""
    shortcomings: tuple[str, ...] = ()
    """What is not accessible and why, besides what we know ourselves."""
    disproportionate: tuple[str, ...] = ()
    """Content exempted as an unreasonable burden, with reasons (12 §)."""
    not_covered: tuple[str, ...] = ()
    """Content that the law does not cover (9 §)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """The agency's names, addresses and statements."""

    name: str = "Migrationsverket"
    name_en: str = "the Swedish Migration Agency"
    website_url: str = "https://www.migrationsverket.se/"
    support_url: str = ""
    """Page of the technical support; ``/kontakt`` is used when it is empty."""
    support_email: str = ""
    support_phone: str = ""
    support_hours: str = ""
    data_protection_email: str = ""
    privacy_url: str = ""
    """The agency's own page about personal data."""
    accessibility: Accessibility = Accessibility()
