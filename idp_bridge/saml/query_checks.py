"""The checks on an AttributeQuery of an e-tjänst, one each, in the order they run.

Nothing here looks anybody up: what is said about a person is decided when the query has
passed all of these, and when its sender may ask at all.
"""

from typing import Final

from lxml import etree

from idp_bridge.errors import (
    BadQueryAttributeError,
    BadSignatureError,
    UnreadableMessageError,
    WrongDestinationError,
)
from idp_bridge.saml import gate
from idp_bridge.saml.messages import AskedAttribute
from metadata import names
from metadata.entities import ServiceProvider

MAX_ASKED: Final = 100
"""How many attributes one query may name."""
MAX_ASKED_VALUES: Final = 100
"""How many values one attribute of a query may have."""
MAX_TEXT: Final = 1024
"""How long a name or a value may be, in characters."""

_SAML: Final = f"{{{names.NS_SAML}}}"
_SUBJECT: Final = _SAML + "Subject"
_ATTRIBUTE: Final = _SAML + "Attribute"
_VALUE: Final = _SAML + "AttributeValue"
_IDENTIFIERS: Final = frozenset(
    {_SAML + "BaseID", _SAML + "NameID", _SAML + "EncryptedID"}
)


def check_query_signature(root: etree._Element, sp: ServiceProvider) -> etree._Element:
    """Refuse a query that the SP has not signed in its role as SP (profiles 6.3.1).

    SOAP has no other way here to know who asks: the message itself is signed.

    Args:
        root: The query, as its sender wrote it.
        sp: The service provider that it says it comes from.

    Returns:
        The query, re-parsed from the verified bytes.

    Raises:
        BadSignatureError: It is not signed, or no key of the SP verifies it.
        WeakAlgorithmError: It uses an algorithm that we refuse.
    """
    if not gate.is_signed(root):
        raise BadSignatureError("a query that is not signed")
    return gate.verified(root, sp.signing_keys)


def check_query_destination(destination: str | None, *, endpoint_url: str) -> None:
    """Refuse a query that was sent to another address (core 3.2.1).

    By SOAP the attribute may be left out; if it is there it must be right.

    Raises:
        WrongDestinationError: Another address.
    """
    if destination is not None and destination != endpoint_url:
        raise WrongDestinationError("the query is addressed to another endpoint")


def check_one_identifier(root: etree._Element) -> etree._Element:
    """Refuse a query that does not name exactly one subject (core 3.3.2.1, 2.4.1).

    Returns:
        The NameID or EncryptedID.

    Raises:
        UnreadableMessageError: No Subject or several, no identifier in it or several,
            or a BaseID, which means nothing without an extension that we know.
    """
    subjects = root.findall(_SUBJECT)
    if len(subjects) != 1:
        raise UnreadableMessageError("not exactly one Subject")
    found = [each for each in subjects[0] if each.tag in _IDENTIFIERS]
    if len(found) != 1 or found[0].tag == _SAML + "BaseID":
        raise UnreadableMessageError("not exactly one NameID or EncryptedID")
    return found[0]


def check_asked_attributes(root: etree._Element) -> tuple[AskedAttribute, ...]:
    """Refuse attributes that cannot be meant so, or twice (core 3.3.2.3).

    Returns:
        What is asked for; nothing means: everything.

    Raises:
        BadQueryAttributeError: One has no name, a value with structure, or too much of
            anything; or two have the same name and format.
    """
    elements = root.findall(_ATTRIBUTE)
    if len(elements) > MAX_ASKED:
        raise BadQueryAttributeError("very many attributes")
    asked = tuple(map(_asked, elements))
    if len({(each.name, each.name_format) for each in asked}) != len(asked):
        raise BadQueryAttributeError("the same attribute twice")
    return asked


def _asked(element: etree._Element) -> AskedAttribute:
    name = element.get("Name", "")
    name_format = element.get("NameFormat", names.ATTRNAME_UNSPECIFIED)
    values = element.findall(_VALUE)
    if not name.strip() or len(values) > MAX_ASKED_VALUES:
        raise BadQueryAttributeError("an attribute without name, or very many values")
    if len(values) != len(element) or any(len(value) for value in values):
        raise BadQueryAttributeError("an attribute with something else than texts")
    texts = tuple(value.text or "" for value in values)
    if any(len(text) > MAX_TEXT for text in (name, name_format, *texts)):
        raise BadQueryAttributeError("a very long name or value")
    return AskedAttribute(name=name, name_format=name_format, values=texts)
