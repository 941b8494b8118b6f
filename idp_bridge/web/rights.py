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

    @property
    def area(self) -> Area:
        """On which pages the right counts."""
        return Area.OPERATOR


RIGHTS_OF_OPERATORS: Final[Mapping[OperatorRole, frozenset[Right]]] = {
    OperatorRole.READER: frozenset({Right.METADATA_READ}),
    OperatorRole.HANDLER: frozenset({Right.METADATA_READ, Right.METADATA_REFRESH}),
    OperatorRole.SYSTEM: frozenset(
        {Right.METADATA_READ, Right.METADATA_REFRESH, Right.METADATA_TRUST}
    ),
}
"""What operators may do. Whom the bridge believes is for the system's owner alone."""
