"""How is trusted metadata fetched, and who may look at our figures?"""

from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field, ValidationInfo, field_validator

from idp_bridge.settings.section import Section, directory_of

Network = IPv4Network | IPv6Network

LOOPBACK: Final[tuple[Network, ...]] = (
    IPv4Network("127.0.0.0/8"),
    IPv6Network("::1/128"),
)
"""This machine and nobody else."""


class MetadataSettings(Section):
    """How the metadata of others is fetched and kept fresh."""

    refresh_in_background: bool = True
    """Whether ``idp-bridge serve`` also refreshes sources that are due."""
    allow_private_addresses: bool = False
    """Whether sources may lie on this machine or in a private network."""
    ca_file: Path | None = None
    """PEM with the authorities that servers of metadata are checked against; not
    given: the system's."""
    connect_seconds: Annotated[int, Field(ge=1, le=60)] = 5
    """How long a server may take to accept a connection."""
    read_seconds: Annotated[int, Field(ge=1, le=300)] = 15
    """How long a server may be silent."""
    total_seconds: Annotated[int, Field(ge=1, le=600)] = 120
    """How long a document may take altogether."""
    mdq_server: bool = False
    """Whether others may ask for the entities that we trust, one at a time, at
    ``/mdq/entities/…``."""

    @field_validator("ca_file")
    @classmethod
    def _find_ca_file(cls, path: Path | None, info: ValidationInfo) -> Path | None:
        if path is None:
            return None
        found = directory_of(info) / path
        if not found.is_file():
            raise ValueError("is not a file")
        return found


class MetricsSettings(Section):
    """Who may look at our figures."""

    allowed_addresses: tuple[Network, ...] = LOOPBACK
    """Networks from which ``/metrics`` is answered; others do not find it."""
