"""Where does metadata come from, and why would we believe it?"""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Final

from metadata.entities import PublicKey, Role
from metadata.errors import SourceRefusedError
from metadata.filters import Filters

DEFAULT_ROLES: Final = frozenset({Role.IDP, Role.SP})
DEFAULT_MAX_VALIDITY: Final = timedelta(days=30)
"""How far away ``validUntil`` may be: who holds back a newer document can do so no
longer than this."""
DEFAULT_MAX_SHRINKAGE: Final = 20
"""How many per cent of its entities a source may lose without an operator's word."""
MAX_DOCUMENT_BYTES: Final = 200 * 1024 * 1024

MIN_REFRESH: Final = timedelta(minutes=1)

_ALL: Final = 100
NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}", re.ASCII)
"""What a source may be called."""
_SHA256: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)


class Kind(StrEnum):
    """What stands at the location of a source."""

    FILE = "file"
    URL = "url"
    """A document that is fetched as a whole."""
    MDQ = "mdq"
    """A server that is asked for one entity at a time (Metadata Query Protocol)."""


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
    kind: Kind = Kind.FILE
    location: str
    trust: Trust
    roles: frozenset[Role] = DEFAULT_ROLES
    filters: Filters = field(default_factory=Filters)
    max_validity: timedelta = DEFAULT_MAX_VALIDITY
    max_shrinkage_percent: int = DEFAULT_MAX_SHRINKAGE
    """A version that loses more waits for an operator."""
    refresh_every: timedelta | None = None
    """``None``: as often as the document says (``cacheDuration``), else every hour."""
    position: int = 0
    """When two sources bring the same entity, the lower position decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What tells one version of a document from another without reading it."""

    etag: str | None = None
    last_modified: str | None = None


def check_source(source: Source) -> None:
    """Refuse a source that makes no sense, whatever it contains.

    Raises:
        SourceRefusedError: Its name, trust, roles or validity cannot be meant.
    """
    if not NAME.fullmatch(source.name):
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
    _check_figures(source)


def _check_figures(source: Source) -> None:
    if source.max_validity <= timedelta(0):
        raise SourceRefusedError("a longest validity that is not positive")
    if not 0 <= source.max_shrinkage_percent <= _ALL:
        raise SourceRefusedError("a largest shrinkage that is not between 0 and 100")
    if source.refresh_every is not None and source.refresh_every < MIN_REFRESH:
        raise SourceRefusedError("a refresh more often than once a minute")
