"""Who runs the bridge, in words for people and for metadata?"""

from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from idp_bridge.settings.accessibility import Accessibility
from idp_bridge.settings.section import Email, Name, Section, Text, WebUrl

_AGENCY: Final = "Migrationsverket"
_AGENCY_EN: Final = "Swedish Migration Agency"
_WEBSITE: Final = "https://www.migrationsverket.se/"


class Words(Section):
    """The same words in two languages."""

    sv: Name
    """Swedish."""
    en: Name
    """English."""


class Agency(Section):
    """The agency as its pages present it."""

    name: Name = _AGENCY
    """Name in the header and in texts."""
    name_en: Name = f"the {_AGENCY_EN}"
    """Name in English sentences."""
    website_url: WebUrl = _WEBSITE
    """Where the link back leads."""
    support_name: Name = "Migrationsverkets kontaktcenter"
    """Who helps when a login fails."""
    support_url: WebUrl = ""
    """Web page of the support; empty: none."""
    support_email: Email = ""
    """E-mail address of the support; empty: none."""
    support_phone: Text = ""
    """Telephone number of the support; empty: none."""
    manual_url: WebUrl = ""
    """Manual for administrators, linked on the start pages; empty: none."""
    questions_url: WebUrl = ""
    """Frequently asked questions, linked on the start pages; empty: none."""
    accessibility_text: Text = ""
    """Text of the page about accessibility; empty: the one that we bring."""
    cookies_text: Text = ""
    """Text of the page about cookies; empty: the one that we bring."""
    privacy_text: Text = ""
    """Text of the page about personal data; empty: the one that we bring."""
    contact_text: Text = ""
    """Text of the page with contacts; empty: the one that we bring."""
    data_protection_email: Email = ""
    """E-mail address of the data protection officer; empty: none."""
    accessibility: Accessibility = Accessibility()
    """What we state about how accessible the pages are."""


class DisplaySettings(Section):
    """What others show of us (``mdui:UIInfo`` in our metadata)."""

    names: Words = Words(sv="Migrationsverkets inloggning", en=f"{_AGENCY_EN} login")
    """Name per language."""
    descriptions: Words = Words(
        sv="Inloggning med SITHS hos Migrationsverket",
        en="Login with SITHS at the Swedish Migration Agency",
    )
    """One sentence per language."""
    logo_url: WebUrl = ""
    """Address of a logotype, https; empty: a sign of ours, ``/static/icon.svg``."""
    logo_width: Annotated[int, Field(ge=1, le=2000)] = 280
    """Width of the logotype in pixels."""
    logo_height: Annotated[int, Field(ge=1, le=2000)] = 80
    """Height of the logotype in pixels."""
    information_url: WebUrl = _WEBSITE
    """Page with information about the service."""
    privacy_url: WebUrl = ""
    """Page about personal data; empty: ours, ``/personuppgifter``."""


class Organisation(Section):
    """The legal person behind the bridge (``md:Organization``)."""

    names: Words = Words(sv=_AGENCY, en=_AGENCY_EN)
    """Registered name per language."""
    display_names: Words = Words(sv=_AGENCY, en=_AGENCY_EN)
    """Everyday name per language."""
    url: WebUrl = _WEBSITE
    """Address of its web site."""
    number: Annotated[str, StringConstraints(pattern=r"^\d{10}$")] = "2021002163"
    """Organisation number, ten digits."""


class Contact(Section):
    """Whom to contact (``md:ContactPerson``)."""

    type: Literal["technical", "support", "administrative", "security"]
    """What about."""
    given_name: Text = ""
    """Given name, or the name of a function; empty: the organisation's."""
    surname: Text = ""
    """Surname; may be empty."""
    email: Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$")]
    """E-mail address."""
    phone: Text = ""
    """Telephone number; may be empty."""
