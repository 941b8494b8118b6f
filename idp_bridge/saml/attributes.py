"""What an identity provider says about a person: attributes, read strictly.

A map names which attribute carries what; ``inera`` is the only one needed so far. A
value that does not follow its grammar is refused, never changed into another.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from lxml import etree

from authz.errors import BadIdentifierError
from authz.identifiers import parse_hsa_id, parse_organisation_number
from idp_bridge.errors import BadAttributeError, MisconfiguredError
from metadata import names

_SAML: Final = f"{{{names.NS_SAML}}}"
_STATEMENT: Final = _SAML + "AttributeStatement"
_ATTRIBUTE: Final = _SAML + "Attribute"
_VALUE: Final = _SAML + "AttributeValue"
_FORBIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Categories of Unicode: control and format characters (bidirectional and invisible
ones among them), surrogates, private and unassigned ones, separators of lines."""
MAX_NAME_LENGTH: Final = 200
"""How long a name or an address may be, in characters."""
MAX_NUMBERS: Final = 20
"""How many organisation numbers one login may name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeMap:
    """Which attribute of an identity provider carries what."""

    hsa_id: str
    given_name: str
    surname: str
    mail: str
    organisation_number: str
    level: str
    """Repeats the level of the login; it must then say the same."""


MAPS: Final[Mapping[str, AttributeMap]] = {
    "inera": AttributeMap(
        hsa_id=names.SAMBI_HSA_ID,
        given_name=names.SAMBI_GIVEN_NAME,
        surname=names.SAMBI_SURNAME,
        mail=names.SAMBI_MAIL,
        organisation_number=names.SAMBI_ORGANISATION_NUMBER,
        level=names.INERA_LEVEL_OF_ASSURANCE,
    )
}
"""The maps that ``attribute_map`` in the configuration may name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who somebody is according to the identity provider. No permissions here."""

    hsa_id: str
    given_name: str | None
    surname: str | None
    mail: str | None
    organisation_numbers: tuple[str, ...]


def take_attributes(assertion: etree._Element) -> dict[str, tuple[str, ...]]:
    """Take the attributes out of a verified assertion.

    Read here and not through pysaml2, which would convert typed values. White space
    around a value is not part of it.

    Raises:
        BadAttributeError: An attribute occurs twice, or has no name.
    """
    found: dict[str, tuple[str, ...]] = {}
    for statement in assertion.findall(_STATEMENT):
        for attribute in statement.findall(_ATTRIBUTE):
            name = attribute.get("Name", "")
            if not name or name in found:
                raise BadAttributeError("an attribute without name, or twice")
            found[name] = tuple(_text(value) for value in attribute.findall(_VALUE))
        assertion.remove(statement)
    return found


def _text(value: etree._Element) -> str:
    """Read a value; one that has structure is not a string and counts as empty."""
    return "" if len(value) else (value.text or "").strip(" \t\r\n")


def identity_of(
    attributes: Mapping[str, tuple[str, ...]],
    *,
    map_name: str,
    authn_context: str,
    allow_test_ids: bool,
) -> Identity:
    """Read who somebody is; everything that is not in the map is left behind.

    Attributes that we issue ourselves, permissions above all, are never read from
    upstream.

    Args:
        attributes: What the verified assertion says.
        map_name: The attribute map of this identity provider.
        authn_context: The level in the AuthnStatement.
        allow_test_ids: Whether HSA-ids of Inera's test directories are fine.

    Raises:
        BadAttributeError: The HSA-id is missing, a value is repeated or malformed, or
            the level is told in two ways.
        MisconfiguredError: There is no such map.
    """
    if map_name not in MAPS:
        raise MisconfiguredError(f"no attribute map {map_name!r}")
    names_in = MAPS[map_name]
    hsa_id = _single(attributes, names_in.hsa_id)
    if hsa_id is None:
        raise BadAttributeError("no HSA-id")
    level = _single(attributes, names_in.level)
    if level not in {None, authn_context}:
        raise BadAttributeError("the level is told in two ways")
    try:
        return Identity(
            hsa_id=parse_hsa_id(hsa_id, allow_test_ids=allow_test_ids),
            given_name=_name(attributes, names_in.given_name),
            surname=_name(attributes, names_in.surname),
            mail=_name(attributes, names_in.mail),
            organisation_numbers=_numbers(attributes, names_in.organisation_number),
        )
    except BadIdentifierError as error:
        raise BadAttributeError("an identifier against its grammar") from error


def _numbers(attributes: Mapping[str, tuple[str, ...]], name: str) -> tuple[str, ...]:
    values = [value for value in attributes.get(name, ()) if value]
    if len(values) > MAX_NUMBERS:
        raise BadAttributeError("very many organisation numbers")
    return tuple(parse_organisation_number(value) for value in values)


def _name(attributes: Mapping[str, tuple[str, ...]], name: str) -> str | None:
    value = _single(attributes, name)
    if value is not None:
        check_value(value)
    return value


def _single(attributes: Mapping[str, tuple[str, ...]], name: str) -> str | None:
    """Read the one value of an attribute that has one; ``None`` if there is none."""
    values = [value for value in attributes.get(name, ()) if value]
    if len(values) > 1:
        raise BadAttributeError(f"several values for {name}")
    return values[0] if values else None


def check_value(value: str) -> None:
    """Refuse text that could show as something else than it is.

    Raises:
        BadAttributeError: Longer than 200 characters, not in normal form C, or with
            control, invisible, private, unassigned or bidirectional characters.
    """
    if len(value) > MAX_NAME_LENGTH:
        raise BadAttributeError("a very long value")
    if not unicodedata.is_normalized("NFC", value):
        raise BadAttributeError("a value that is not in normal form C")
    if not value.isprintable() and any(
        unicodedata.category(character) in _FORBIDDEN for character in value
    ):
        raise BadAttributeError("a value with hidden characters")
