"""What must a whole document fulfil before we believe any entity in it?"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from typing import Final

from lxml import etree

from metadata import safe_xml
from metadata.elements import (
    MD,
    Reading,
    attribute,
    authority_of,
    drop_comments,
    nearest,
    valid_until_of,
)
from metadata.entities import PublicKey
from metadata.errors import BadEntityError, SourceRefusedError
from metadata.instants import parse_duration
from metadata.signatures import verify_document
from metadata.sources import PinnedFile, SignedBy, Source

_ENTITY: Final = MD + "EntityDescriptor"
_ENTITIES: Final = MD + "EntitiesDescriptor"


class Unread:
    """A document as it was fetched, which can be taken once.

    Who takes it holds the only copy, so that a hundred megabytes go when they are
    parsed.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.sha256: Final = sha256(data).hexdigest()

    def take(self) -> bytes:
        """Hand the bytes over."""
        data, self._data = self._data, b""
        return data


@dataclass(frozen=True, slots=True)
class TrustedDocument:
    """A document that fulfils every rule of its source."""

    root: etree._Element
    valid_until: datetime | None
    """``None`` only for a pinned file."""
    cache_duration: timedelta | None = None
    """After what time its publisher wants it to be fetched again."""
    signer: PublicKey | None = None
    """Who has signed it; ``None`` for a pinned file."""


@dataclass(frozen=True, slots=True)
class FoundEntity:
    """An ``EntityDescriptor`` in a trusted document."""

    element: etree._Element
    valid_until: datetime | None
    """The nearest ``validUntil`` of the entity and of the groups around it.

    That of a group that is the whole document is not in it: it changes with every
    publication, is kept beside the source, and counts for all entities alike.
    """
    authority: str | None = None
    """Who registered all entities of the nearest group that says so."""


def trusted_document(
    data: bytes | Unread, source: Source, *, now: datetime, reading: Reading
) -> TrustedDocument:
    """Check a document as a whole, in this order: trust, shape, validity.

    Args:
        data: The document as it was fetched.
        source: What we expect of it.
        now: The present moment.
        reading: Where to note what is odd but allowed.

    Returns:
        The document: the very tree that the trust covers, without comments.

    Raises:
        UnreadableXmlError: It is not XML that we read.
        BadSignatureError: No configured certificate verifies the whole of it.
        SourceRefusedError: The pin, the shape or the validity is wrong.
    """
    unread = data if isinstance(data, Unread) else Unread(data)
    if isinstance(source.trust, PinnedFile):
        check_pin(unread.sha256, source.trust.sha256)
    root = safe_xml.parse(unread.take(), limits=safe_xml.METADATA_LIMITS)
    drop_comments(root)
    check_root(root)
    signer = None
    if isinstance(source.trust, SignedBy):
        signer = verify_document(root, source.trust.certificates)
    valid_until = check_validity(root, source, now=now, reading=reading)
    return TrustedDocument(root, valid_until, _cache_duration(root, reading), signer)


def check_pin(present: str, pin: str) -> None:
    """Refuse a file that is not the one that somebody looked at.

    Raises:
        SourceRefusedError: Its SHA-256 is another one.
    """
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


def _cache_duration(root: etree._Element, reading: Reading) -> timedelta | None:
    """Read ``cacheDuration``, which is a wish and makes nothing invalid."""
    text = attribute(root, "cacheDuration")
    if not text:
        return None
    try:
        return parse_duration(text)
    except ValueError as error:
        reading.warn(f"cacheDuration is {error}")
        return None


def split(document: TrustedDocument, *, reading: Reading) -> Iterator[FoundEntity]:
    """Walk through the entities of a document, however deep the groups are nested.

    An entity, or a group, whose ``validUntil`` cannot be read is left out.
    """
    root = document.root
    if root.tag == _ENTITY:
        yield from _walk(root, None, None, reading)
    else:
        yield from _walk_group(root, None, None, reading)


def _walk(
    element: etree._Element,
    valid_until: datetime | None,
    authority: str | None,
    reading: Reading,
) -> Iterator[FoundEntity]:
    try:
        nearest_end = nearest(valid_until, valid_until_of(element))
    except BadEntityError as error:
        name = element.get("entityID") or element.get("Name") or "a group"
        reading.warn(f"{name} left out: {error}")
        return
    if element.tag == _ENTITY:
        yield FoundEntity(element, nearest_end, authority)
    else:
        yield from _walk_group(element, nearest_end, authority, reading)


def _walk_group(
    group: etree._Element,
    valid_until: datetime | None,
    authority: str | None,
    reading: Reading,
) -> Iterator[FoundEntity]:
    registered_by = authority_of(group) or authority
    for child in group.iterchildren(_ENTITY, _ENTITIES):
        yield from _walk(child, valid_until, registered_by, reading)
