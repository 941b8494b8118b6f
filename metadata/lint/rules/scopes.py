"""For which scopes may an identity provider speak (``shibmd:Scope``)?"""

import re
from collections.abc import Iterator
from typing import Final

from lxml import etree

from metadata.elements import MD, attribute, children, text_of
from metadata.lint.levels import (
    ADVICE,
    ERROR,
    WARNING,
    saml,
    saml2int,
    swamid,
    sweden,
)
from metadata.lint.registry import Flaw, entity_rule
from metadata.lint.rules.organisation import fault_of_number
from metadata.lint.subjects import AA, IDP, SHIBMD, Entity, Role, quoted

_SCOPE: Final = SHIBMD + "Scope"
_DIGITS: Final = re.compile(r"\d+", re.ASCII)
_FORM: Final = re.compile(r"[a-z0-9]([a-z0-9.\-]*[a-z0-9])?", re.ASCII)


def _scopes_of(entity: Entity, role: Role) -> Iterator[etree._Element]:
    yield from role.extensions(_SCOPE)
    yield from children(entity.element, MD + "Extensions", _SCOPE)


def _is_pattern(scope: etree._Element) -> bool:
    return attribute(scope, "regexp") not in ("", "false", "0")


def _literals(entity: Entity) -> Iterator[etree._Element]:
    for scope in entity.element.iter(_SCOPE):
        if not _is_pattern(scope):
            yield scope


@entity_rule("scope-missing", swamid(ERROR, "5.1.15"))
def scope_missing(entity: Entity) -> Iterator[Flaw]:
    """An identity provider says for which scopes it speaks."""
    for role in entity.idps:
        if next(_scopes_of(entity, role), None) is None:
            yield Flaw(role.element, "No shibmd:Scope: add the domain or number.")


@entity_rule(
    "scope-regexp",
    saml(WARNING, "bridge: left out"),
    saml2int(ERROR, "SDP-IDP14"),
    sweden(ERROR, "attribute specification, scopes"),
    swamid(ERROR, "5.1.16"),
)
def scope_regexp(entity: Entity) -> Iterator[Flaw]:
    """No scope is a regular expression: it could mean anything."""
    for scope in entity.element.iter(_SCOPE):
        if _is_pattern(scope):
            text = f"The scope {quoted(text_of(scope))} is a regular expression: list"
            yield Flaw(scope, f"{text} the scopes one by one.")


@entity_rule("scope-form", saml(WARNING, "SAML subject identifiers 3.3.2"))
def scope_form(entity: Entity) -> Iterator[Flaw]:
    """A scope is a domain in small letters, or an organisation number."""
    for scope in _literals(entity):
        if not _FORM.fullmatch(text_of(scope)):
            text = f"The scope {quoted(text_of(scope))} is no domain in small letters"
            yield Flaw(scope, f"{text}: write such as example.se.")


@entity_rule("scope-number", sweden(ERROR, "attribute specification, scopes"))
def scope_number(entity: Entity) -> Iterator[Flaw]:
    """A scope of digits is an organisation number with a right check digit."""
    for scope in _literals(entity):
        number = text_of(scope)
        fault = _DIGITS.fullmatch(number) and fault_of_number(number)
        if fault:
            yield Flaw(scope, f"The scope {quoted(number)} {fault}: correct it.")


@entity_rule("scope-misplaced", saml(ADVICE, "Shibboleth metadata extensions"))
def scope_misplaced(entity: Entity) -> Iterator[Flaw]:
    """Only who issues attributes has scopes."""
    for role in entity.roles:
        if role.element.tag not in (IDP, AA):
            for scope in role.extensions(_SCOPE):
                text = f"A scope has no meaning in {role.name}: take it out."
                yield Flaw(scope, text)
