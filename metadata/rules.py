"""What must a whole document fulfil before we believe any entity in it?"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest
from typing import Final

from lxml import etree

from metadata import safe_xml
from metadata.elements import (
    MD,
    Reading,
    drop_comments,
    nearest,
    valid_until_of,
)
from metadata.errors import BadEntityError, SourceRefusedError
from metadata.signatures import verify_enveloped
from metadata.sources import PinnedFile, SignedBy, Source

_ENTITY: Final = MD + "EntityDescriptor"
_ENTITIES: Final = MD + "EntitiesDescriptor"


@dataclass(frozen=True, slots=True)
class TrustedDocument:
    """A document that fulfils every rule of its source."""

    root: etree._Element
    valid_until: datetime | None
    """``None`` only for a pinned file."""


@dataclass(frozen=True, slots=True)
class FoundEntity:
    """An ``EntityDescriptor`` in a trusted document."""

    element: etree._Element
    valid_until: datetime | None
    """The nearest ``validUntil`` of the entity and of all groups around it."""


def trusted_document(
    data: bytes, source: Source, *, now: datetime, reading: Reading
) -> TrustedDocument:
    """Check a document as a whole, in this order: trust, shape, validity.

    Args:
        data: The document as it was fetched.
        source: What we expect of it.
        now: The present moment.
        reading: Where to note what is odd but allowed.

    Returns:
        The document, parsed from the very bytes that the trust covers.

    Raises:
        UnreadableXmlError: It is not XML that we read.
        BadSignatureError: No configured certificate verifies the whole of it.
        SourceRefusedError: The pin, the shape or the validity is wrong.
    """
    trusted = _trusted_bytes(data, source)
    root = safe_xml.parse(trusted, limits=safe_xml.METADATA_LIMITS)
    drop_comments(root)
    check_root(root)
    valid_until = check_validity(root, source, now=now, reading=reading)
    return TrustedDocument(root, valid_until)


def _trusted_bytes(data: bytes, source: Source) -> bytes:
    match source.trust:
        case PinnedFile(sha256=pin):
            check_pin(data, pin)
            return data
        case SignedBy(certificates=certificates):
            root = safe_xml.parse(data, limits=safe_xml.METADATA_LIMITS)
            check_root(root)
            return verify_enveloped(root, certificates)


def check_pin(data: bytes, pin: str) -> None:
    """Refuse a file that is not the one that somebody looked at.

    Raises:
        SourceRefusedError: Its SHA-256 is another one.
    """
    present = sha256(data).hexdigest()
    if not compare_digest(present, pin):
        raise SourceRefusedError(
            f"the file has changed: its SHA-256 is now {present}, pinned is {pin}"
        )


def check_root(root: etree._Element) -> None:
    """Refuse a document that is not metadata (SAML metadata 2.3).

    Raises:
        SourceRefusedError: The root is neither an entity nor a group of entities.
    """
    if root.tag not in (_ENTITY, _ENTITIES):
        raise SourceRefusedError("the root is neither an entity nor a group of them")


def check_validity(
    root: etree._Element, source: Source, *, now: datetime, reading: Reading
) -> datetime | None:
    """Refuse a document that holds no longer, for ever, or for too long (SDP-MD03).

    A pinned file may go without end, because it cannot be replaced unnoticed; it is
    noted.

    Raises:
        SourceRefusedError: ``validUntil`` on the root is missing, passed, unreadable or
            too far away.
    """
    try:
        valid_until = valid_until_of(root)
    except BadEntityError as error:
        raise SourceRefusedError(str(error)) from error
    if valid_until is not None and now >= valid_until:
        raise SourceRefusedError(f"expired at {valid_until.isoformat()}")
    problem = _problem_with_validity(valid_until, source, now)
    if problem and not isinstance(source.trust, PinnedFile):
        raise SourceRefusedError(problem)
    if problem:
        reading.warn(f"{problem}: accepted because the file is pinned")
    return valid_until


def _problem_with_validity(
    valid_until: datetime | None, source: Source, now: datetime
) -> str | None:
    if valid_until is None:
        return "no validUntil on the document"
    if valid_until - now > source.max_validity:
        return f"validUntil is more than {source.max_validity.days} days away"
    return None


def split(document: TrustedDocument, *, reading: Reading) -> Iterator[FoundEntity]:
    """Walk through the entities of a document, however deep the groups are nested.

    An entity, or a group, whose ``validUntil`` cannot be read is left out.
    """
    return _walk(document.root, None, reading)


def _walk(
    element: etree._Element, valid_until: datetime | None, reading: Reading
) -> Iterator[FoundEntity]:
    try:
        nearest_end = nearest(valid_until, valid_until_of(element))
    except BadEntityError as error:
        name = element.get("entityID") or element.get("Name") or "a group"
        reading.warn(f"{name} left out: {error}")
        return
    if element.tag == _ENTITY:
        yield FoundEntity(element, nearest_end)
        return
    for child in element.iterchildren(_ENTITY, _ENTITIES):
        yield from _walk(child, nearest_end, reading)
