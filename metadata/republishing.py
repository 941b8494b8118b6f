"""How do we pass on an entity that we trust? Only what we use of it, signed by us.

Who believes us shall believe of an entity what we believe: the roles that its source
may bring, until its end, and nothing that somebody else has signed in it.
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
from metadata.reader import descriptors_of
from metadata.records import EntityRecord
from metadata.signatures import SigningKey, sign_enveloped

_SIGNATURE: Final = f"{{{names.NS_DS}}}Signature"
_ROLES: Final = tuple(
    f"{{{names.NS_MD}}}{name}Descriptor"
    for name in (
        "IDPSSO",
        "SPSSO",
        "AttributeAuthority",
        "AuthnAuthority",
        "PDP",
        "Role",
        "Affiliation",
    )
)
_VALUE_PREFIXES: Final[dict[str | None, str]] = {"xs": names.NS_XS, "xsd": names.NS_XS}
"""Prefixes that stand inside values (``xsi:type="xs:string"``), where the canonical
form does not see them."""
_PREFIX_LIST: Final = ("xs", "xsd")
_ID_DIGITS: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """An entity as we pass it on."""

    record: EntityRecord
    roles: frozenset[Role]
    """The roles in which we use this record."""
    valid_until: datetime
    cache_duration: timedelta


def republish(edition: Edition, key: SigningKey) -> bytes:
    """Write and sign an entity; the same edition with the same key is the same bytes.

    Returns:
        The document, in UTF-8.
    """
    parsed = safe_xml.parse(edition.record.xml, limits=safe_xml.METADATA_LIMITS)
    root = _with_value_prefixes(parsed)
    used = [_first(descriptors_of(root, role)) for role in sorted(edition.roles)]
    for element in list(root):
        if element.tag == _SIGNATURE or (element.tag in _ROLES and element not in used):
            root.remove(element)
    for element in root.iterchildren(*_ROLES):
        for signature in element.findall(_SIGNATURE):
            element.remove(signature)
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
        edition.record.entity_id,
        edition.record.sha256,
        *sorted(edition.roles),
        edition.valid_until.isoformat(),
        str(edition.cache_duration),
    )
    digest = sha256("\n".join(words).encode() + key.certificate).hexdigest()
    return f"_{digest[:_ID_DIGITS]}"
