"""Which organisations, e-tjänster, permissions and agreements are there?"""

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    Select,
    bindparam,
    func,
    insert,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from authz.claims import DEFAULT_FORMAT
from authz.errors import UnknownServiceError
from authz.models import (
    OrganisationKind,
    Service,
    Validity,
    WithoutGrant,
)
from authz.rows import Saved, add, save
from authz.tables import (
    AgreementRow,
    OrganisationNumberRow,
    OrganisationRow,
    PermissionRow,
    ServiceEntityIdRow,
    ServiceRow,
)

_Asked = aliased(ServiceEntityIdRow)
_SERVICES = (
    select(
        ServiceRow.id,
        ServiceRow.code,
        ServiceRow.name,
        ServiceRow.name_en,
        ServiceRow.description,
        ServiceRow.kind,
        ServiceRow.start_url,
        ServiceRow.claim_format,
        ServiceRow.without_grant,
        ServiceRow.needs_reason,
        ServiceRow.valid_from,
        ServiceRow.valid_until,
        ServiceEntityIdRow.entity_id,
    )
    .outerjoin(ServiceEntityIdRow, ServiceEntityIdRow.service_id == ServiceRow.id)
    .order_by(ServiceRow.code, ServiceEntityIdRow.entity_id)
)
_BY_ENTITY_ID = _SERVICES.join(_Asked, _Asked.service_id == ServiceRow.id).where(
    _Asked.entity_id == bindparam("entity_id")
)
_BY_CODE = _SERVICES.where(ServiceRow.code == bindparam("code"))
_BY_KIND = _SERVICES.where(
    or_(ServiceRow.kind.is_(None), ServiceRow.kind == bindparam("kind"))
)


class CatalogueStore:
    """What the agency decides: who may join, which e-tjänster there are.

    Args:
        connection: A connection; for saving, one with a transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def service_for(self, entity_id: str) -> Service:
        """Find the e-tjänst that asks under an entityID.

        Raises:
            UnknownServiceError: No e-tjänst has this entityID.
        """
        return self._one(_BY_ENTITY_ID, {"entity_id": entity_id})

    def service_of_code(self, code: str) -> Service:
        """Find an e-tjänst by its code.

        Raises:
            UnknownServiceError: No e-tjänst has this code.
        """
        return self._one(_BY_CODE, {"code": code})

    def services_of_kind(self, kind: OrganisationKind | None) -> tuple[Service, ...]:
        """Read the e-tjänster for a kind of organisation, or all of them."""
        if kind is None:
            return self._services(_SERVICES, {})
        return self._services(_BY_KIND, {"kind": kind})

    def service_ids(self) -> Mapping[str, int]:
        """Map the code of every e-tjänst to its number."""
        rows = self._connection.execute(select(ServiceRow.code, ServiceRow.id))
        return {row.code: row.id for row in rows}

    def permission_ids(self) -> Mapping[tuple[str, str], int]:
        """Map the codes of every e-tjänst and permission to the permission's number."""
        rows = self._connection.execute(
            select(
                ServiceRow.code.label("service"), PermissionRow.code, PermissionRow.id
            ).join(ServiceRow, ServiceRow.id == PermissionRow.service_id)
        )
        return {(row.service, row.code): row.id for row in rows}

    def organisation_ids(self) -> Mapping[str, int]:
        """Map every organisation number to the organisation."""
        rows = self._connection.execute(
            select(OrganisationNumberRow.number, OrganisationNumberRow.organisation_id)
        )
        return {row.number: row.organisation_id for row in rows}

    def owners_of_entity_ids(self) -> Mapping[str, str]:
        """Map every entityID to the code of its e-tjänst."""
        rows = self._connection.execute(
            select(ServiceEntityIdRow.entity_id, ServiceRow.code).join(
                ServiceRow, ServiceRow.id == ServiceEntityIdRow.service_id
            )
        )
        return {row.entity_id: row.code for row in rows}

    def save_service(self, code: str, stated: Mapping[str, object]) -> Saved:
        """Add an e-tjänst or bring it to what is stated."""
        defaults = {
            "description": "",
            "claim_format": DEFAULT_FORMAT,
            "without_grant": WithoutGrant.REFUSE,
            "needs_reason": False,
        }
        return save(
            self._connection,
            ServiceRow,
            key={"code": code},
            stated=stated,
            defaults=defaults,
        )

    def add_entity_ids(
        self, service_id: int, entity_ids: Iterable[str]
    ) -> tuple[str, ...]:
        """Let an e-tjänst ask under more entityIDs; answers with those that are new."""
        known = self.owners_of_entity_ids()
        new = tuple(one for one in dict.fromkeys(entity_ids) if one not in known)
        rows = [{"entity_id": one, "service_id": service_id} for one in new]
        if rows:
            self._connection.execute(insert(ServiceEntityIdRow), rows)
        return new

    def save_permission(
        self, service_id: int, code: str, stated: Mapping[str, object]
    ) -> Saved:
        """Add a permission to an e-tjänst or bring it to what is stated."""
        key = {"service_id": service_id, "code": code}
        return save(self._connection, PermissionRow, key=key, stated=stated)

    def save_organisation(
        self, organisation_id: int | None, stated: Mapping[str, object]
    ) -> Saved:
        """Add an organisation (``None``) or bring it to what is stated."""
        if organisation_id is None:
            return add(self._connection, OrganisationRow, stated)
        key = {"id": organisation_id}
        return save(self._connection, OrganisationRow, key=key, stated=stated)

    def add_numbers(
        self, organisation_id: int, numbers: Iterable[str]
    ) -> tuple[str, ...]:
        """Give an organisation more numbers; answers with those that are new."""
        known = self.organisation_ids()
        new = tuple(one for one in dict.fromkeys(numbers) if one not in known)
        position = OrganisationNumberRow.position
        last = self._connection.scalar(
            select(func.max(position)).where(
                OrganisationNumberRow.organisation_id == organisation_id
            )
        )
        first = 0 if last is None else last + 1
        rows = [
            {"number": one, "organisation_id": organisation_id, "position": at}
            for at, one in enumerate(new, first)
        ]
        if rows:
            self._connection.execute(insert(OrganisationNumberRow), rows)
        return new

    def save_agreement(
        self, organisation_id: int, service_id: int, stated: Mapping[str, object]
    ) -> Saved:
        """Add the agreement with this ``valid_from``, or bring it to what is stated."""
        key = {
            "organisation_id": organisation_id,
            "service_id": service_id,
            "valid_from": stated["valid_from"],
        }
        return save(self._connection, AgreementRow, key=key, stated=stated)

    def _one(
        self, statement: Select[*tuple[Any, ...]], parameters: Mapping[str, object]
    ) -> Service:
        services = self._services(statement, parameters)
        if not services:
            raise UnknownServiceError(*map(str, parameters.values()))
        return services[0]

    def _services(
        self, statement: Select[*tuple[Any, ...]], parameters: Mapping[str, object]
    ) -> tuple[Service, ...]:
        rows = self._connection.execute(statement, parameters).all()
        by_id = groupby(rows, key=lambda row: row.id)
        return tuple(_service_of(list(group)) for _, group in by_id)


def _validity_of(row: Row[*tuple[Any, ...]]) -> Validity:
    return Validity(valid_from=row.valid_from, valid_until=row.valid_until)


def _service_of(rows: list[Row[*tuple[Any, ...]]]) -> Service:
    row = rows[0]
    return Service(
        id=row.id,
        code=row.code,
        name=row.name,
        name_en=row.name_en,
        description=row.description,
        kind=None if row.kind is None else OrganisationKind(row.kind),
        start_url=row.start_url,
        claim_format=row.claim_format,
        without_grant=WithoutGrant(row.without_grant),
        needs_reason=row.needs_reason,
        entity_ids=tuple(each.entity_id for each in rows if each.entity_id is not None),
        validity=_validity_of(row),
    )
