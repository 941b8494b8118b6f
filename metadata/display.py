"""What do people see of another party?"""

from collections.abc import Iterable
from typing import Final

from lxml import etree

from metadata import names
from metadata.elements import MD, XML_LANG, Reading, attribute, children, text_of
from metadata.endpoints import fault_of
from metadata.entities import Display

_MDUI: Final = f"{{{names.NS_MDUI}}}"
_PREFERRED: Final = ("sv", "en")


def read_display(
    entity: etree._Element, role: etree._Element, reading: Reading
) -> Display:
    """Read ``mdui:UIInfo`` of a role; its organisation's name stands in for a name."""
    info = (MD + "Extensions", _MDUI + "UIInfo")
    organisation = (MD + "Organization", MD + "OrganizationDisplayName")
    found = _by_language(children(role, *info, _MDUI + "DisplayName"))
    return Display(
        names=found or _by_language(children(entity, *organisation)),
        descriptions=_by_language(children(role, *info, _MDUI + "Description")),
        logo_url=_logo(children(role, *info, _MDUI + "Logo"), reading),
    )


def name_in_short(display: Display) -> str | None:
    """Choose one name for a list: Swedish, else English, else any."""
    for language in (*_PREFERRED, *display.names):
        if language in display.names:
            return display.names[language]
    return None


def _by_language(elements: Iterable[etree._Element]) -> dict[str, str]:
    """Collect texts by their language; the first of a language counts."""
    found: dict[str, str] = {}
    for element in elements:
        text = " ".join(text_of(element).split())
        if text:
            found.setdefault(attribute(element, XML_LANG).lower() or "und", text)
    return found


def _logo(elements: Iterable[etree._Element], reading: Reading) -> str | None:
    """Choose the first logo that a page could show."""
    for element in elements:
        location = text_of(element)
        fault = fault_of(location, allow_loopback_http=reading.allow_loopback_http)
        if fault is None:
            return location
        reading.warn(f"Logo left out: its address {fault}")
    return None
