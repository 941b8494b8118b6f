"""What can a catalogue file state?

One class per kind of entry. ``position`` says where it stands in the file; ``stated``
holds columns and values as far as the file names them, ready for the database.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from authz.models import PersonRole

Stated = Mapping[str, object]
"""Columns and values as far as the file names them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionEntry:
    """A permission of an e-tjänst."""

    position: str
    code: str
    stated: Stated


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceEntry:
    """An e-tjänst with its permissions."""

    position: str
    code: str
    entity_ids: tuple[str, ...]
    stated: Stated
    permissions: tuple[PermissionEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationEntry:
    """An organisation; its main number comes first."""

    position: str
    numbers: tuple[str, ...]
    stated: Stated


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementEntry:
    """An agreement, recognised by its beginning."""

    position: str
    organisation: str
    service: str
    stated: Stated


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantEntry:
    """A permission that a user shall have."""

    service: str
    permission: str
    stated: Stated


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonEntry:
    """An administrator or a user at one organisation."""

    position: str
    role: PersonRole
    organisation: str
    hsa_id: str
    stated: Stated
    grants: tuple[GrantEntry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorEntry:
    """An operator."""

    position: str
    hsa_id: str
    stated: Stated


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Everything that a file states; broken values are empty."""

    services: tuple[ServiceEntry, ...] = ()
    organisations: tuple[OrganisationEntry, ...] = ()
    agreements: tuple[AgreementEntry, ...] = ()
    people: tuple[PersonEntry, ...] = ()
    operators: tuple[OperatorEntry, ...] = ()
    problems: tuple[str, ...] = ()
    """One sentence each, in the order of the file's tables."""
