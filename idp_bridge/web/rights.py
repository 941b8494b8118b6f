"""What may somebody do on our own pages? By role, and by nothing else."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from authz.models import OperatorRole
from idp_bridge.login.pending import Area


class Right(StrEnum):
    """What a route needs; each belongs to one area."""

    METADATA_READ = "metadata:read"
    """Look at sources and entities."""
    METADATA_REFRESH = "metadata:refresh"
    """Let a source be fetched now."""
    METADATA_TRUST = "metadata:trust"
    """Decide whom to believe: add, approve and remove sources."""
    REGISTER_READ = "register:read"
    """Look at organisations, e-tjänster, people and what happened."""
    REGISTER_CHANGE = "register:change"
    """Change organisations, agreements and administrators."""
    CATALOGUE_CHANGE = "catalogue:change"
    """Change e-tjänster and their permissions."""
    NOTICES_CHANGE = "notices:change"
    """Write what everybody reads."""
    OPERATORS_CHANGE = "operators:change"
    """Decide who may look at these pages."""

    USERS_READ = "users:read"
    """Look at the users of one's organisation and their permissions."""
    USERS_CHANGE = "users:change"
    """Add users to one's organisation and remove them, with what they may do."""
    DELEGATE = "permissions:delegate"
    """Give and take permissions; only with a login that is not old."""

    @property
    def area(self) -> Area:
        """On which pages the right counts."""
        return Area.ADMIN if self in RIGHTS_OF_ADMINISTRATORS else Area.OPERATOR


_READING: Final = frozenset({Right.METADATA_READ, Right.REGISTER_READ})
_HANDLING: Final = _READING | {Right.METADATA_REFRESH, Right.REGISTER_CHANGE}
RIGHTS_OF_ADMINISTRATORS: Final = frozenset(
    {Right.USERS_READ, Right.USERS_CHANGE, Right.DELEGATE}
)
"""What administrators may do, each in the organisations that they administer."""
NEEDS_FRESH_LOGIN: Final = frozenset({Right.DELEGATE})
"""What nobody does with a login that has become old."""
RIGHTS_OF_OPERATORS: Final[Mapping[OperatorRole, frozenset[Right]]] = {
    OperatorRole.READER: _READING,
    OperatorRole.HANDLER: _HANDLING,
    OperatorRole.SYSTEM: _HANDLING
    | {
        Right.METADATA_TRUST,
        Right.CATALOGUE_CHANGE,
        Right.NOTICES_CHANGE,
        Right.OPERATORS_CHANGE,
    },
}
"""What operators may do. Whom the bridge believes is for the system's owner alone."""
