"""What does an error page say, and which sentences stand around it?"""

from dataclasses import dataclass
from enum import StrEnum

from idp_bridge.texts.words import HEADING, HEADING_EN


class Kind(StrEnum):
    """Which sentences stand around the first line."""

    CANCELLED = "cancelled"
    TECHNICAL = "technical"
    UNCLEAR = "unclear"
    """It may be either of the two; the identity provider did not say."""
    REFUSED = "refused"
    """We know the reason: the manual's two reasons would be wrong here."""
    PAGE = "page"
    """Nothing to do with a login: a page that is missing, a form that is too old."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorText:
    """What an error page says about one code."""

    sv: str
    en: str
    kind: Kind = Kind.TECHNICAL
    reason: str = ""
    """The reason as the end of the manual's sentence, for ``REFUSED``."""
    reason_en: str = ""
    heading: str = HEADING
    heading_en: str = HEADING_EN
    tips: bool = False
    """Whether the tips about card, reader and browser can help."""


def technical(sv: str, en: str) -> ErrorText:
    """Say that something technical went wrong."""
    return ErrorText(sv=sv, en=en)


def card(sv: str, en: str, kind: Kind) -> ErrorText:
    """Say what happened, with the tips about card, reader and browser."""
    return ErrorText(sv=sv, en=en, kind=kind, tips=True)


def refused(sv: str, en: str, reason: str, reason_en: str) -> ErrorText:
    """Say a reason that we know, also as the end of the manual's sentence."""
    return ErrorText(
        sv=sv, en=en, kind=Kind.REFUSED, reason=reason, reason_en=reason_en
    )


def page(heading: str, sv: str, heading_en: str, en: str) -> ErrorText:
    """Say something that has nothing to do with a login."""
    return ErrorText(
        sv=sv, en=en, kind=Kind.PAGE, heading=heading, heading_en=heading_en
    )
