"""Are values of attributes and texts what their types say?"""

import re
from collections.abc import Callable, Iterator
from typing import Final

from lxml import etree

from metadata.elements import MD, text_of
from metadata.lint.grammar import ATTRIBUTES
from metadata.lint.levels import ADVICE, ERROR, WARNING, saml, saml2int
from metadata.lint.registry import Flaw, entity_rule
from metadata.lint.subjects import (
    LOCALISED,
    MDUI,
    SAML,
    Entity,
    local_name,
    quoted,
    tag_of,
)

_MAX_LENGTH: Final = 256
_MAX_SHORT: Final = 65535
_NCNAME: Final = re.compile(r"[^\W\d][\w.\-]*")
_NOT_IN_URI: Final = re.compile(r"[\s<>\"{}|\\^`]")
_CONTACTS: Final = ("technical", "support", "administrative", "billing", "other")
_TEXTS: Final = frozenset(
    {
        *LOCALISED,
        MD + "NameIDFormat",
        MD + "AttributeProfile",
        MD + "Company",
        MD + "GivenName",
        MD + "SurName",
        MD + "EmailAddress",
        MD + "TelephoneNumber",
        MD + "AdditionalMetadataLocation",
        MD + "AffiliateMember",
        MDUI + "Logo",
        SAML + "AttributeValue",
    }
)
"""Elements that hold nothing but a text."""
_MAY_BE_LONG: Final = frozenset(
    {MDUI + "Logo", MDUI + "Description", MDUI + "Keywords"}
)


def _is_short(text: str) -> bool:
    return text.isascii() and text.isdigit() and int(text[:9]) <= _MAX_SHORT


_FITS: Final[dict[str, Callable[[str], bool]]] = {
    "boolean": lambda text: text in ("true", "false", "0", "1"),
    "short": _is_short,
    "positive": lambda text: _is_short(text) and int(text) > 0,
    "use": lambda text: text in ("signing", "encryption"),
    "contact": lambda text: text in _CONTACTS,
    "id": lambda text: _NCNAME.fullmatch(text) is not None,
    "uri": lambda text: bool(text) and not _NOT_IN_URI.search(text),
    "uris": lambda text: bool(text.split()),
    "text": bool,
}
"""Values of a kind; moments and durations have rules of their own."""
_WANTED: Final = {
    "boolean": "true or false",
    "short": "a number from 0 to 65535",
    "positive": "a number above 0",
    "use": "signing or encryption",
    "contact": ", ".join(_CONTACTS),
    "id": "a name that begins with a letter or _",
    "uri": "a URI",
    "uris": "a list of URIs",
    "text": "some text",
}


def _typed(entity: Entity) -> Iterator[tuple[etree._Element, str, str, str]]:
    """Walk through the attributes that the schema knows: where, name, kind, value."""
    for element in entity.elements:
        known = ATTRIBUTES.get(tag_of(element))
        if known:
            for name, value in element.attrib.items():
                if name in known:
                    yield element, str(name), known[str(name)].kind, str(value)


def _texts(entity: Entity) -> Iterator[etree._Element]:
    yield from (one for one in entity.elements if one.tag in _TEXTS)


@entity_rule("attribute-value", saml(ERROR, "SAML metadata schema"))
def attribute_value(entity: Entity) -> Iterator[Flaw]:
    """Values of attributes are of the type that the schema gives them."""
    for element, name, kind, value in _typed(entity):
        if name != "entityID" and kind in _FITS and not _FITS[kind](value.strip()):
            wanted = f"{name} is {quoted(value)}: write {_WANTED[kind]}."
            yield Flaw(element, f"{local_name(element)}: {wanted}")


@entity_rule("blanks-around", saml(WARNING, "bridge: trimmed; others compare bytes"))
def blanks_around(entity: Entity) -> Iterator[Flaw]:
    """No blanks or line breaks stand around a value."""
    for element, name, _, value in _typed(entity):
        if value != value.strip():
            yield Flaw(element, f"Blanks around {name}: take them out.")
    for element in _texts(entity):
        text = element.text or ""
        if text.strip() and text != text.strip():
            name = local_name(element)
            yield Flaw(element, f"Blanks or line breaks around {name}: take them out.")


@entity_rule("value-empty", saml(WARNING, "SAML core 1.3.1"))
def value_empty(entity: Entity) -> Iterator[Flaw]:
    """No element that should hold a text is empty."""
    for element in _texts(entity):
        if not text_of(element) and not len(element):
            yield Flaw(
                element, f"{local_name(element)} is empty: fill it or remove it."
            )


@entity_rule("value-long", saml2int(ADVICE, "SDP-G02"))
def value_long(entity: Entity) -> Iterator[Flaw]:
    """Values are at most 256 characters long."""
    for element, name, _, value in _typed(entity):
        if len(value) > _MAX_LENGTH and name not in ("entityID", "errorURL"):
            yield Flaw(element, _too_long(name, value))
    for element in _texts(entity):
        text = text_of(element)
        if len(text) > _MAX_LENGTH and element.tag not in _MAY_BE_LONG:
            yield Flaw(element, _too_long(local_name(element), text))


def _too_long(name: str, value: str) -> str:
    return f"{name} has {len(value)} characters: stay below {_MAX_LENGTH + 1}."
