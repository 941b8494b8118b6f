"""Where does metadata come from, and why would we believe it?"""

import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from metadata.entities import PublicKey, Role
from metadata.errors import SourceRefusedError

DEFAULT_ROLES: Final = frozenset({Role.IDP, Role.SP})
DEFAULT_MAX_VALIDITY: Final = timedelta(days=30)
"""How far away ``validUntil`` may be: who holds back a newer document can do so no
longer than this."""
MAX_DOCUMENT_BYTES: Final = 200 * 1024 * 1024

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}", re.ASCII)
_SHA256: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class PinnedFile:
    """Trust in exactly these bytes, whoever wrote them."""

    sha256: str
    """Of the file, in lower case hexadecimal."""


@dataclass(frozen=True, slots=True)
class SignedBy:
    """Trust in whoever holds one of these keys."""

    certificates: tuple[PublicKey, ...]
    """Several while the signer changes its key."""


Trust = PinnedFile | SignedBy


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A place that brings metadata, and what it may bring."""

    name: str
    location: str
    trust: Trust
    roles: frozenset[Role] = DEFAULT_ROLES
    max_validity: timedelta = DEFAULT_MAX_VALIDITY
    position: int = 0
    """When two sources bring the same entity, the lower position decides."""


def check_source(source: Source) -> None:
    """Refuse a source that makes no sense, whatever it contains.

    Raises:
        SourceRefusedError: Its name, trust, roles or validity cannot be meant.
    """
    if not _NAME.fullmatch(source.name):
        raise SourceRefusedError(
            "a name has lower case letters, digits, dots, hyphens and underscores"
        )
    if isinstance(source.trust, PinnedFile):
        if not _SHA256.fullmatch(source.trust.sha256):
            raise SourceRefusedError("a pin is a SHA-256 in 64 hexadecimal digits")
    elif not source.trust.certificates:
        raise SourceRefusedError("no certificate to verify the document with")
    if not source.roles:
        raise SourceRefusedError("a source that may bring no role")
    if source.max_validity <= timedelta(0):
        raise SourceRefusedError("a longest validity that is not positive")


def fetch(location: str, *, max_bytes: int = MAX_DOCUMENT_BYTES) -> bytes:
    """Read the document of a source from a file.

    Raises:
        SourceRefusedError: Not a file, not readable, empty, or too large.
    """
    path = Path(location)
    try:
        if not path.is_file():
            raise SourceRefusedError(f"{location} is not a file")
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
    except (OSError, ValueError) as error:
        raise SourceRefusedError(f"{location} cannot be read: {error}") from error
    if not data:
        raise SourceRefusedError(f"{location} is empty")
    if len(data) > max_bytes:
        raise SourceRefusedError(f"{location} is larger than {max_bytes} bytes")
    return data
