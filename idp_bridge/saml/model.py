"""XML trees to pysaml2's message classes and back, without pysaml2's parser.

pysaml2 is the message model only: its classes know which element belongs where. Its
client, server, metadata and signature code is not used.
"""

from functools import cache
from typing import Any, Final, TypeVar

import saml2
from lxml import etree

from idp_bridge.errors import UnreadableMessageError
from metadata import names

Message = TypeVar("Message")

_PREFIXES: Final = {
    "saml": names.NS_SAML,
    "samlp": names.NS_SAMLP,
    "xs": names.NS_XS,
    "xsi": names.NS_XSI,
}
"""Declared once on the root, so that a value's type means something everywhere."""


def to_model(tree: etree._Element, kind: type[Message]) -> Message:
    """Read a tree, already parsed by :mod:`metadata.safe_xml`, into a message class.

    Raises:
        UnreadableMessageError: The tree is another message, or a value in it does not
            have its type.
    """
    try:
        found = saml2.create_class_from_element_tree(kind, tree)
    except Exception as error:  # pysaml2 has no common class for what it raises
        raise UnreadableMessageError("a value of the wrong type") from error
    if found is None:
        raise UnreadableMessageError("another element than expected")
    return found  # type: ignore[no-any-return]  # pysaml2 is not annotated


def to_tree(message: Any) -> etree._Element:
    """Write a message class as a tree that can be signed.

    Straight into a tree: writing text and parsing it again would cost more than the
    rest of making a message.
    """
    root = etree.Element(_tag(message), nsmap=_PREFIXES)
    _fill(root, message)
    return root


def to_bytes(tree: etree._Element) -> bytes:
    """Write a tree as it goes over the wire."""
    return etree.tostring(tree, encoding="utf-8")


def _tag(message: Any) -> str:
    return f"{{{message.c_namespace}}}{message.c_tag}"


def _fill(element: etree._Element, message: Any) -> None:
    """Write the children of a message class in the schema's order, then the rest."""
    children, attributes = _members_of(message.__class__)
    for name in children:
        member = getattr(message, name)
        if not member:
            continue
        for child in member if isinstance(member, list) else (member,):
            _fill(etree.SubElement(element, _tag(child)), child)
    for attribute, name in attributes:
        value = getattr(message, name)
        if value is not None:
            element.set(attribute, value)
    for attribute, value in message.extension_attributes.items():
        if not attribute.startswith("xmlns:"):
            element.set(attribute, value)
    element.text = message.text


@cache
def _members_of(
    kind: Any,
) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """Say how a message class calls its children, and which attributes it has."""
    children = kind.c_child_order or [name for name, _ in kind.c_children.values()]
    attributes = ((key, name) for key, (name, *_) in kind.c_attributes.items())
    return tuple(children), tuple(attributes)
