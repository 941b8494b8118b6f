"""The only XML parser: bounded, without DTD, entities, instructions or network."""

import re
from dataclasses import dataclass
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


MESSAGE_LIMITS: Final = Limits(max_bytes=256 * 1024)
"""For protocol messages, before and after decryption."""

METADATA_LIMITS: Final = Limits(max_bytes=200 * 1024 * 1024, max_elements=50_000_000)
"""For a metadata document, which may be a whole federation."""

_DECLARED_ENCODING: Final = re.compile(
    rb"^<\?xml[^>]*?encoding\s*=\s*[\"']([^\"']*)", re.ASCII
)
_INSTRUCTIONS: Final = etree.XPath("boolean(//processing-instruction())")
_ELEMENT_COUNT: Final = etree.XPath("count(//*)")
_ATTRIBUTES: Final = etree.XPath("boolean(//*[count(@*) > $limit])")


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
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableXmlError("not well-formed") from error
    _check_tree(root, limits)
    return root


def _check_bytes(data: bytes, limits: Limits) -> None:
    if len(data) > limits.max_bytes:
        raise UnreadableXmlError(f"larger than {limits.max_bytes} bytes")
    if b"<!DOCTYPE" in data:
        raise UnreadableXmlError("has a DOCTYPE")
    declared = _DECLARED_ENCODING.match(data)
    if declared and declared[1].lower() != b"utf-8":
        raise UnreadableXmlError("declares an encoding other than UTF-8")
    try:
        data.decode("utf-8", errors="strict")
    except UnicodeDecodeError as error:
        raise UnreadableXmlError("not UTF-8") from error


def _check_tree(root: etree._Element, limits: Limits) -> None:
    if _INSTRUCTIONS(root):
        raise UnreadableXmlError("has a processing instruction")
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnreadableXmlError("has a DOCTYPE")
    if _ELEMENT_COUNT(root) > limits.max_elements:
        raise UnreadableXmlError(f"more than {limits.max_elements} elements")
    if _ATTRIBUTES(root, limit=limits.max_attributes):
        raise UnreadableXmlError(f"more than {limits.max_attributes} attributes")
    if _deeper_than(limits.max_depth)(root):
        raise UnreadableXmlError(f"deeper than {limits.max_depth} levels")


def _deeper_than(depth: int) -> etree.XPath:
    """Make an expression that finds an element below a depth, in one cheap pass."""
    found = _DEPTH_EXPRESSIONS.get(depth)
    if found is None:
        found = etree.XPath(f"boolean({'/*' * (depth + 1)})")
        _DEPTH_EXPRESSIONS[depth] = found
    return found


_DEPTH_EXPRESSIONS: dict[int, etree.XPath] = {}
