"""XML trees to pysaml2's message classes, without pysaml2's parser.

pysaml2 is the message model only: its classes know which element belongs where. Its
client, server, metadata and signature code is not used.
"""

from typing import TypeVar

import saml2
from lxml import etree

from idp_bridge.errors import UnreadableMessageError

Message = TypeVar("Message")


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
