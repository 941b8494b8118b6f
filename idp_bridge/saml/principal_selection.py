"""Whom does a request want to log in, and is it they who came?

Principal Selection in SAML Authentication Requests 1.0 (Swedish eID framework): an SP
that knows the person already says who it is, so that the identity provider need not
ask. What it said travels on to identity providers that want to know, under the name by
which they know it.
"""

from collections.abc import Sequence
from typing import Final

from lxml import etree

from authz.errors import BadIdentifierError
from authz.identifiers import parse_organisation_number
from idp_bridge.errors import UnreadableMessageError, WrongPrincipalError
from idp_bridge.saml.attributes import Identity
from idp_bridge.saml.messages import MatchValue
from idp_bridge.saml.writing import SAMLP, add
from metadata import names

MAX_MATCH_VALUES: Final = 8
"""How many values one request may give."""
MAX_MATCH_LENGTH: Final = 256
"""How long a name or a value may be."""

_PSC: Final = f"{{{names.NS_PRINCIPAL_SELECTION}}}"
_SELECTION: Final = f"{SAMLP}Extensions/{_PSC}PrincipalSelection"
_MATCH_VALUE: Final = f"{_PSC}MatchValue"
_HSA_ID: Final = frozenset({names.ATTR_HSA_ID, names.SAMBI_HSA_ID})
_NUMBER: Final = frozenset(
    {names.ATTR_ORGANISATION_NUMBER, names.SAMBI_ORGANISATION_NUMBER}
)


def read_principal(root: etree._Element) -> tuple[MatchValue, ...]:
    """Read whom a request wants, from the tree that was let through the gate.

    A value without text, or with a name that is no URI, says nothing.

    Raises:
        UnreadableMessageError: Several selections, many or long values, or hidden
            characters.
    """
    selections = root.findall(_SELECTION)
    if not selections:
        return ()
    elements = selections[0].findall(_MATCH_VALUE)
    if len(selections) > 1 or len(elements) > MAX_MATCH_VALUES:
        raise UnreadableMessageError("a very long principal selection, or several")
    read = [_match_value(element) for element in elements if _is_by_uri(element)]
    return tuple(each for each in read if each.name and each.value)


def _is_by_uri(element: etree._Element) -> bool:
    return element.get("NameFormat", names.ATTRNAME_URI) == names.ATTRNAME_URI


def _match_value(element: etree._Element) -> MatchValue:
    name, value = element.get("Name", ""), (element.text or "").strip(" \t\r\n")
    if len(element) or max(len(name), len(value)) > MAX_MATCH_LENGTH:
        raise UnreadableMessageError("a principal selection with odd values")
    if not (name.isprintable() and value.isprintable()):
        raise UnreadableMessageError("a principal selection with hidden characters")
    return MatchValue(name=name, value=value)


def wanted_by(
    wishes: Sequence[str], principal: Sequence[MatchValue]
) -> tuple[MatchValue, ...]:
    """Keep what an identity provider wants to know, under its own names.

    Args:
        wishes: The names in its ``RequestedPrincipalSelection``.
        principal: Whom the e-tjänst wants.
    """
    found = [_under(wish, each) for wish in wishes for each in principal]
    return tuple(dict.fromkeys(each for each in found if each is not None))


def _under(wish: str, given: MatchValue) -> MatchValue | None:
    """Say a value under the name that is wished for, if that means the same."""
    if given.name == wish:
        return given
    if given.name in _HSA_ID and wish in _HSA_ID:
        return MatchValue(name=wish, value=given.value)
    if given.name in _NUMBER and wish in _NUMBER:
        return _number_under(wish, given.value)
    return None


def _number_under(wish: str, value: str) -> MatchValue | None:
    """Write an organisation number as those write it who use the name."""
    number = _number(value)
    if number is None:
        return None
    hyphen = "-" if wish == names.SAMBI_ORGANISATION_NUMBER else ""
    return MatchValue(name=wish, value=f"{number[:6]}{hyphen}{number[6:]}")


def add_principal(request: etree._Element, principal: Sequence[MatchValue]) -> None:
    """Write whom we want into a request of ours."""
    if not principal:
        return
    extensions = add(request, SAMLP + "Extensions")
    selection = etree.SubElement(
        extensions,
        _PSC + "PrincipalSelection",
        nsmap={"psc": names.NS_PRINCIPAL_SELECTION},
    )
    for each in principal:
        add(selection, _MATCH_VALUE, each.value, Name=each.name)


def check_principal(principal: Sequence[MatchValue], identity: Identity) -> None:
    """Refuse somebody else than the e-tjänst asked for (section 1).

    Everything that can be compared must fit: an HSA-id, and an organisation number if
    the identity provider tells one.

    Args:
        principal: Whom the e-tjänst wants.
        identity: Who came.

    Raises:
        WrongPrincipalError: Somebody else came.
    """
    for wanted in principal:
        if not _fits(wanted, identity):
            raise WrongPrincipalError("somebody else than was asked for")


def _fits(wanted: MatchValue, identity: Identity) -> bool:
    if wanted.name in _HSA_ID:
        same = wanted.value.upper() == identity.hsa_id.upper()
        return wanted.value.isascii() and same
    if wanted.name in _NUMBER and identity.organisation_numbers:
        return _number(wanted.value) in identity.organisation_numbers
    return True


def _number(value: str) -> str | None:
    try:
        return parse_organisation_number(value)
    except BadIdentifierError:
        return None
