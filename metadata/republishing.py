"""How do we pass on an entity that we trust? Only what we use of it, signed by us.

Who believes us shall believe of an entity what we believe: each role from the source
that decides about it, until its end, and nothing that somebody else has signed in it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from lxml import etree

from metadata import names, safe_xml
from metadata.entities import Role
from metadata.instants import format_instant
from metadata.joining import ROLE_TAGS, Share, join
from metadata.reader import descriptors_of
from metadata.records import EntityRecord
from metadata.signatures import SigningKey, sign_enveloped

_SIGNATURE: Final = f"{{{names.NS_DS}}}Signature"
_VALUE_PREFIXES: Final[dict[str | None, str]] = {"xs": names.NS_XS, "xsd": names.NS_XS}
"""Prefixes that stand inside values (``xsi:type="xs:string"``), where the canonical
form does not see them."""
_PREFIX_LIST: Final = ("xs", "xsd")
_ID_DIGITS: Final = 40


@dataclass(frozen=True, slots=True)
class Part:
    """What one source says of an entity, and in which roles we believe that."""

    record: EntityRecord
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """An entity as we pass it on."""

    parts: tuple[Part, ...]
    """In the order of the sources."""
    valid_until: datetime
    cache_duration: timedelta


def republish(edition: Edition, key: SigningKey) -> bytes:
    """Write and sign an entity; the same edition with the same key is the same bytes.

    Returns:
        The document, in UTF-8.
    """
    root = join([Share(_used(part), part.roles) for part in edition.parts])
    root.set("ID", _id_of(edition, key))
    root.set("validUntil", format_instant(edition.valid_until))
    root.set("cacheDuration", f"PT{int(edition.cache_duration.total_seconds())}S")
    sign_enveloped(
        root,
        key,
        inclusive_prefixes=_PREFIX_LIST,
        leave_nothing_to_chance=True,
    )
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _used(part: Part) -> etree._Element:
    """Take an entity without what we do not use of it."""
    parsed = safe_xml.parse(part.record.xml, limits=safe_xml.METADATA_LIMITS)
    root = _with_value_prefixes(parsed)
    used = [_first(descriptors_of(root, role)) for role in sorted(part.roles)]
    for element in list(root):
        if element.tag == _SIGNATURE or (
            element.tag in ROLE_TAGS and element not in used
        ):
            root.remove(element)
    for element in root.iterchildren(*ROLE_TAGS):
        for signature in element.findall(_SIGNATURE):
            element.remove(signature)
    return root


def _first(elements: Iterable[etree._Element]) -> etree._Element | None:
    return next(iter(elements), None)


def _with_value_prefixes(root: etree._Element) -> etree._Element:
    """Declare the prefixes of values again, so that who validates understands them."""
    declared = {**_VALUE_PREFIXES, **root.nsmap}
    new = etree.Element(root.tag, attrib=dict(root.attrib), nsmap=declared)
    new.text = root.text
    new.extend(list(root))
    return new


def _id_of(edition: Edition, key: SigningKey) -> str:
    """Name a document by what decides how it looks."""
    words = (
        edition.parts[0].record.entity_id,
        *(
            word
            for part in edition.parts
            for word in (part.record.sha256, *sorted(part.roles))
        ),
        edition.valid_until.isoformat(),
        str(edition.cache_duration),
    )
    digest = sha256("\n".join(words).encode() + key.certificate).hexdigest()
    return f"_{digest[:_ID_DIGITS]}"
