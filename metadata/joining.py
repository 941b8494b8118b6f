"""How do roles that several sources bring become one entity?

What is said of a role comes from the source of that role. What is said of the entity as
a whole stays where it concerns one role alone, or where all sources say the same: so
nobody who reads the whole believes more of a role than we do.
"""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Final

from lxml import etree

from metadata import names
from metadata.elements import MD, attribute, children, text_of
from metadata.entities import Role

ROLE_TAGS: Final = tuple(
    f"{MD}{name}Descriptor"
    for name in (
        "IDPSSO",
        "SPSSO",
        "AttributeAuthority",
        "AuthnAuthority",
        "PDP",
        "Role",
        "Affiliation",
    )
)
_EXTENSIONS: Final = MD + "Extensions"
_ATTRIBUTES: Final = f"{{{names.NS_MDATTR}}}EntityAttributes"
_ATTRIBUTE: Final = f"{{{names.NS_SAML}}}Attribute"
_VALUE: Final = f"{{{names.NS_SAML}}}AttributeValue"
_SCOPE: Final = f"{{{names.NS_SHIBMD}}}Scope"
_SCOPED: Final = (MD + "IDPSSODescriptor", MD + "AttributeAuthorityDescriptor")
_READ_BY: Final = {
    names.ASSURANCE_CERTIFICATION: Role.IDP,
    names.ENTITY_CATEGORY: Role.SP,
    names.SUBJECT_ID_SIGNAL: Role.SP,
}
"""Attributes of an entity that the reader (``reader.py``) reads for one role alone."""
_IDS: Final = ("ID", "Id")


@dataclass(frozen=True, slots=True)
class Share:
    """What one source contributes: an ``EntityDescriptor`` with only these roles."""

    entity: etree._Element
    roles: frozenset[Role]


def join(shares: Sequence[Share]) -> etree._Element:
    """Make one entity of several, in the tree of the first one.

    Names of the organisation and its contacts are those of the first one. Nothing is
    changed when there is only one.

    Args:
        shares: What each source contributes, in the order of the sources.
    """
    first, *others = shares
    if others:
        for share in shares:
            _give_scopes_to_roles(share.entity)
        _keep_what_all_say(first, others)
        for share in others:
            _move_roles(share.entity, first.entity)
    return first.entity


def _give_scopes_to_roles(entity: etree._Element) -> None:
    """Say beside each role what was said of all of them."""
    scopes = list(children(entity, _EXTENSIONS, _SCOPE))
    for role in entity.iterchildren(*_SCOPED) if scopes else ():
        extensions = role.find(_EXTENSIONS)
        if extensions is None:
            extensions = etree.Element(_EXTENSIONS)
            role.insert(0, extensions)
        extensions.extend(deepcopy(scopes))
    for scope in scopes:
        _drop(scope)


def _keep_what_all_say(first: Share, others: Sequence[Share]) -> None:
    """Settle what the extensions of the entity as a whole say."""
    for element in children(first.entity, _EXTENSIONS, "*"):
        if element.tag != _ATTRIBUTES and not all(
            _says(share.entity, element) for share in others
        ):
            _drop(element)
    for element in children(first.entity, _EXTENSIONS, _ATTRIBUTES, "*"):
        _settle(element, first, others)
    for share in others:
        _take_over(first.entity, share)
    _drop_empty(first.entity, _EXTENSIONS, _ATTRIBUTES, _ATTRIBUTE)
    _drop_empty(first.entity, _EXTENSIONS, _ATTRIBUTES)
    _drop_empty(first.entity, _EXTENSIONS)


def _says(entity: etree._Element, element: etree._Element) -> bool:
    wanted = _canonical(element)
    same = children(entity, _EXTENSIONS, str(element.tag))
    return any(_canonical(one) == wanted for one in same)


def _settle(element: etree._Element, first: Share, others: Sequence[Share]) -> None:
    """Keep of an attribute what the first source may say alone, or what all say."""
    name = attribute(element, "Name")
    if element.tag != _ATTRIBUTE:
        _drop(element)
        return
    if _READ_BY.get(name) in first.roles:
        return
    for value in list(element.iterchildren()):
        if not all(text_of(value) in _values(share.entity, name) for share in others):
            _drop(value)


def _take_over(entity: etree._Element, share: Share) -> None:
    """Let the attributes of a role come from the source of that role."""
    own = {name for name, role in _READ_BY.items() if role in share.roles}
    for old in [one for one in _attributes(entity) if attribute(one, "Name") in own]:
        _drop(old)
    for new in _attributes(share.entity):
        if attribute(new, "Name") in own:
            _place_of_attributes(entity).append(deepcopy(new))


def _place_of_attributes(entity: etree._Element) -> etree._Element:
    """Find where attributes of an entity stand; make it when it is not there."""
    extensions = entity.find(_EXTENSIONS)
    if extensions is None:
        extensions = etree.Element(_EXTENSIONS)
        entity.insert(0, extensions)
    found = extensions.find(_ATTRIBUTES)
    return etree.SubElement(extensions, _ATTRIBUTES) if found is None else found


def _attributes(entity: etree._Element) -> Iterator[etree._Element]:
    return children(entity, _EXTENSIONS, _ATTRIBUTES, _ATTRIBUTE)


def _values(entity: etree._Element, name: str) -> set[str]:
    return {
        text_of(value)
        for element in _attributes(entity)
        if attribute(element, "Name") == name
        for value in element.iterchildren(_VALUE)
    }


def _move_roles(source: etree._Element, target: etree._Element) -> None:
    """Put roles behind those that are there, as the schema wants it."""
    last = list(target.iterchildren(*ROLE_TAGS))[-1]
    for role in list(source.iterchildren(*ROLE_TAGS)):
        for element in role.iter("*"):
            for name in _IDS:
                element.attrib.pop(name, None)
        last.addnext(role)
        last = role


def _canonical(element: etree._Element) -> bytes:
    return etree.tostring(element, method="c14n", exclusive=True)


def _drop_empty(entity: etree._Element, *path: str) -> None:
    for element in children(entity, *path):
        if not len(element):
            _drop(element)


def _drop(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)
