"""How do we write our own messages? Straight into a tree, in the order of the schema.

Reading goes through pysaml2's classes, which know what a stranger may write. What we
write ourselves is the same few elements every time: through those classes it would cost
more than signing it.
"""

from typing import Final

from lxml import etree

from metadata import names

SAML: Final = f"{{{names.NS_SAML}}}"
SAMLP: Final = f"{{{names.NS_SAMLP}}}"
_XSI_TYPE: Final = f"{{{names.NS_XSI}}}type"
_PREFIXES: Final = {
    "saml": names.NS_SAML,
    "samlp": names.NS_SAMLP,
    "xs": names.NS_XS,
    "xsi": names.NS_XSI,
}
"""Declared once on the root, so that a value's type means something everywhere."""


def root(tag: str, /, **attributes: str | None) -> etree._Element:
    """Make an element that can be signed on its own; absent attributes are ``None``."""
    made = etree.Element(tag, nsmap=_PREFIXES)
    _set(made, attributes)
    return made


def add(
    parent: etree._Element,
    tag: str,
    text: str | None = None,
    /,
    **attributes: str | None,
) -> etree._Element:
    """Add an element as the last child; absent attributes are ``None``."""
    child = etree.SubElement(parent, tag)
    _set(child, attributes)
    child.text = text
    return child


def add_string(parent: etree._Element, tag: str, text: str) -> None:
    """Add a value of the type ``xs:string``."""
    child = etree.SubElement(parent, tag)
    child.set(_XSI_TYPE, "xs:string")
    child.text = text


def to_bytes(tree: etree._Element) -> bytes:
    """Write a tree as it goes over the wire."""
    return etree.tostring(tree, encoding="utf-8")


def _set(element: etree._Element, attributes: dict[str, str | None]) -> None:
    for name, value in attributes.items():
        if value is not None:
            element.set(name, value)
