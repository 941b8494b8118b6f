"""By which name is an entity asked for at an MDQ server?

The names are those of draft-young-md-query-saml 2.2: the entityID itself, or its SHA-1.
"""

import re
from dataclasses import dataclass
from hashlib import sha1
from typing import Final
from urllib.parse import quote, urldefrag

from metadata.errors import BadIdentifierError, UnknownIdentifierError

MAX_ENTITY_ID: Final = 1024
"""Characters of an entityID (SAML core 8.3.6)."""
BY_SHA1: Final = "sha1"
"""The fragment of a source's location that has entities asked for by SHA-1; a base URL
itself has no fragment (draft-young-md-query 2.7)."""

_DOTS: Final = frozenset({".", ".."})
_EXTENDED: Final = "{"
_SHA1: Final = re.compile(r"\{sha1\}([0-9a-f]{40})", re.ASCII)
_EXTENSION: Final = re.compile(
    r"\{([A-Za-z][A-Za-z0-9+.-]*)(?::[^}]+)?\}.*", re.ASCII | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class EntityId:
    """An entity by its own name."""

    value: str


@dataclass(frozen=True, slots=True)
class Sha1:
    """An entity by the SHA-1 of its name."""

    value: str
    """In lower case hexadecimal."""


Identifier = EntityId | Sha1


def is_askable(entity_id: str) -> bool:
    """Tell whether a server may be asked for an entity that a stranger names.

    A blank, a control character, dots that a path would swallow or the mark of another
    kind of identifier are in no entityID that a server could answer.
    """
    return (
        0 < len(entity_id) <= MAX_ENTITY_ID
        and entity_id.isprintable()
        and " " not in entity_id
        and entity_id not in _DOTS
        and not entity_id.startswith(_EXTENDED)
    )


def address_of(location: str, entity_id: str) -> str:
    """Write the URL at which a server answers for an entity (draft 3.2.1).

    Args:
        location: The base URL of the server, with ``#sha1`` to ask by SHA-1.
        entity_id: The entity.
    """
    base, fragment = urldefrag(location)
    name = entity_id
    if fragment == BY_SHA1:
        name = f"{{sha1}}{sha1_of(entity_id).value}"
    return f"{base.removesuffix('/')}/entities/{quote(name, safe='')}"


def sha1_of(entity_id: str) -> Sha1:
    """Name an entity by its SHA-1; nothing is trusted because of it."""
    return Sha1(sha1(entity_id.encode(), usedforsecurity=False).hexdigest())


def read_identifier(text: str) -> Identifier:
    """Read the name by which somebody asks us (draft 3.1).

    Raises:
        BadIdentifierError: It is none.
        UnknownIdentifierError: It is of a kind that we do not know.
    """
    if is_askable(text):
        return EntityId(text)
    by_sha1 = _SHA1.fullmatch(text)
    if by_sha1:
        return Sha1(by_sha1[1])
    extension = _EXTENSION.fullmatch(text)
    if extension and extension[1] != BY_SHA1:
        raise UnknownIdentifierError("identifiers of this kind are not supported")
    raise BadIdentifierError("this is neither an entityID nor its SHA-1")
