"""What does the operator state about how accessible the pages are?"""

from datetime import date
from typing import Literal

from idp_bridge.settings.section import Section, Text


class Accessibility(Section):
    """The operator's part of the tillgänglighetsredogörelse (lag 2018:1937)."""

    conformance: Literal["full", "partial", "none"] = "partial"
    """How far the pages meet the law: ``full``, ``partial`` or ``none``."""
    assessed_on: date | None = None
    """When the pages were last assessed; absent: we say that they have not been."""
    updated_on: date | None = None
    """When the statement was last changed; absent: the day of this version's."""
    assessed_how: Text = ""
    """How the pages were assessed, and by whom."""
    shortcomings: tuple[Text, ...] = ()
    """What is not accessible and why, besides what we know ourselves."""
    disproportionate: tuple[Text, ...] = ()
    """Content exempted as an unreasonable burden, with reasons (12 §)."""
    not_covered: tuple[Text, ...] = ()
    """Content that the law does not cover (9 §)."""
