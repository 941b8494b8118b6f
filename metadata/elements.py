"""How do we walk through an element of metadata, and what did we find odd in it?

Real metadata breaks its schema: elements out of order, blanks and line breaks around
values. These functions forgive that and nothing else.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from lxml import etree

from metadata import names
from metadata.errors import BadEntityError
from metadata.instants import parse_instant

MAX_WARNINGS: Final = 200
"""What is kept in words; beyond, it is counted."""
MD: Final = f"{{{names.NS_MD}}}"
XML_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_MDRPI: Final = f"{{{names.NS_MDRPI}}}"
_BLANKS: Final = " \t\r\n"
_TRUE: Final = ("true", "1")


@dataclass(slots=True)
class Reading:
    """How strictly we read an entity, and what we left out of it."""

    allow_loopback_http: bool = False
    """Whether an address may be plain ``http`` on this very machine."""
    noted: dict[str, None] = field(default_factory=dict)
    more: int = 0
    """How much was met beyond what is noted."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was noted, in the order in which it was met."""
        more = (f"and {self.more} more",) if self.more else ()
        return (*self.noted, *more)

    def warn(self, text: str) -> None:
        """Note, once, something odd that does not make everything unusable."""
        if len(self.noted) < MAX_WARNINGS:
            self.noted[text] = None
        elif text not in self.noted:
            self.more += 1


def drop_comments(root: etree._Element) -> None:
    """Take all comments out, so that none cuts a text in two."""
    etree.strip_tags(root, etree.Comment)


def children(parent: etree._Element, *path: str) -> Iterator[etree._Element]:
    """Walk down a path of tags and hand on every element at its end."""
    found = [parent]
    for tag in path:
        found = [child for element in found for child in element.iterchildren(tag)]
        if not found:  # most entities lack most of what may be there
            break
    return iter(found)


def text_of(element: etree._Element) -> str:
    """Read the text of an element without the blanks around it."""
    return (element.text or "").strip(_BLANKS)


def texts(parent: etree._Element, *path: str) -> tuple[str, ...]:
    """Read the texts at the end of a path, without empty ones and repetitions."""
    found = (text_of(element) for element in children(parent, *path))
    return tuple(dict.fromkeys(text for text in found if text))


def attribute(element: etree._Element, name: str) -> str:
    """Read an attribute without the blanks around it; absent ones are empty."""
    return (element.get(name) or "").strip(_BLANKS)


def is_true(element: etree._Element, name: str) -> bool:
    """Read an ``xs:boolean`` attribute; absent ones are false."""
    return attribute(element, name) in _TRUE


def local_name(element: etree._Element) -> str:
    """Name an element in a sentence, without its namespace."""
    return str(element.tag).rpartition("}")[2]


def valid_until_of(element: etree._Element) -> datetime | None:
    """Read until when an element says that it holds.

    Raises:
        BadEntityError: There is a ``validUntil``, but it is no moment in UTC.
    """
    if element.get("validUntil") is None:
        return None
    try:
        return parse_instant(attribute(element, "validUntil"))
    except ValueError as error:
        raise BadEntityError(f"validUntil is {error}") from error


def authority_of(element: etree._Element) -> str | None:
    """Read who registered an entity, or the entities of a group (mdrpi 1.0, 2.1)."""
    for found in children(element, MD + "Extensions", _MDRPI + "RegistrationInfo"):
        return attribute(found, "registrationAuthority") or None
    return None


def nearest(*moments: datetime | None) -> datetime | None:
    """Choose the earliest of the moments that there are."""
    return min((moment for moment in moments if moment is not None), default=None)
