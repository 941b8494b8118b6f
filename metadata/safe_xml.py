"""The only XML parser: bounded, without DTD, entities, instructions or network."""

import re
from collections import deque
from dataclasses import dataclass
from functools import cache
from typing import Final

from lxml import etree

from metadata.errors import UnreadableXmlError


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much XML we are ready to read."""

    max_bytes: int
    max_depth: int = 64
    """Levels of nesting, the root counted as one."""
    max_elements: int = 20_000
    max_attributes: int = 64
    """Attributes on one element."""
    max_namespaces: int = 64
    """Declarations of namespaces on one element, because some of lxml's work grows with
    their square; a part that is taken out of its document has those around it, too."""


MESSAGE_LIMITS: Final = Limits(max_bytes=256 * 1024)
"""For protocol messages, before and after decryption."""

METADATA_LIMITS: Final = Limits(max_bytes=200 * 1024 * 1024, max_elements=50_000_000)
"""For a metadata document, which may be a whole federation."""

LARGE: Final = 1024 * 1024
"""Bytes from which on a document is parsed piece by piece."""
_PIECE: Final = 64 * 1024

_DECLARES: Final = b"xmlns"
_DECLARED_ENCODING: Final = re.compile(
    rb"^<\?xml[^>]*?encoding\s*=\s*[\"']([^\"']*)", re.ASCII
)


def parse(data: bytes, *, limits: Limits = MESSAGE_LIMITS) -> etree._Element:
    """Parse XML that nobody has vouched for.

    A DOCTYPE is refused before the parser sees it, so no entity is ever declared, let
    alone expanded. Comments stay in the tree; canonicalisation drops them.

    Args:
        data: The document, in UTF-8.
        limits: How much of it we are ready to read.

    Returns:
        The root element.

    Raises:
        UnreadableXmlError: Not well-formed, not UTF-8, with a DOCTYPE or a processing
            instruction, or beyond a limit.
    """
    _check_bytes(data, limits)
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=limits.max_bytes > MESSAGE_LIMITS.max_bytes,
    )
    try:
        if len(data) < LARGE:
            root = etree.fromstring(data, parser)
        else:
            pieces = _cut(data)
            del data  # the caller of a large document does not keep it either
            root = _fed(parser, pieces)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableXmlError("not well-formed") from error
    _check_tree(root, limits)
    return root


def _cut(data: bytes) -> list[bytes]:
    """Cut a document into pieces, the last one first."""
    begins = range(0, len(data), _PIECE)
    return [data[begin : begin + _PIECE] for begin in reversed(begins)]


def _fed(parser: etree.XMLParser, pieces: list[bytes]) -> etree._Element:
    """Parse a document while it goes away: it is never there beside its whole tree."""
    while pieces:
        parser.feed(pieces.pop())
    return parser.close()


def _check_bytes(data: bytes, limits: Limits) -> None:
    if len(data) > limits.max_bytes:
        raise UnreadableXmlError(f"larger than {limits.max_bytes} bytes")
    if b"<!DOCTYPE" in data:
        raise UnreadableXmlError("has a DOCTYPE")
    declared = _DECLARED_ENCODING.match(data)
    if declared and declared[1].lower() != b"utf-8":
        raise UnreadableXmlError("declares an encoding other than UTF-8")
    if _is_crowded(data, most=limits.max_namespaces):
        raise UnreadableXmlError("declares too many namespaces on one element")
    try:
        data.decode("utf-8", errors="strict")
    except UnicodeDecodeError as error:
        raise UnreadableXmlError("not UTF-8") from error


def _is_crowded(data: bytes, *, most: int) -> bool:
    """Tell whether so many declarations may stand in one tag.

    No ``<`` stands between those of one tag, not even in a value (XML 1.0, 3.1). A text
    that speaks of nothing else is taken for a tag; there is none.
    """
    if data.count(_DECLARES) <= most:
        return False
    latest: deque[int] = deque(maxlen=most + 1)
    place = data.find(_DECLARES)
    while place >= 0:
        latest.append(place)
        if len(latest) > most and data.find(b"<", latest[0], place) < 0:
            return True
        place = data.find(_DECLARES, place + 1)
    return False


def _check_tree(root: etree._Element, limits: Limits) -> None:
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnreadableXmlError("has a DOCTYPE")
    if _beyond(limits)(root):
        raise UnreadableXmlError(f"has instructions, or is beyond {limits}")


@cache
def _beyond(limits: Limits) -> etree.XPath:
    """Write the limits as one expression, which libxml2 answers in one go.

    Depth is asked for as a path of that many steps: cheap, where counting ancestors
    would not be.
    """
    refused = (
        "/descendant::processing-instruction()",
        f"count(/descendant::*) > {limits.max_elements}",
        f"/descendant::*/@*[{limits.max_attributes + 1}]",
        "/*" * (limits.max_depth + 1),
    )
    return etree.XPath(f"boolean({' or '.join(refused)})")
