"""How are e-tjänster read, with their permissions and how many have them?"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, or_, select

from authz.catalogue_store import CatalogueStore
from authz.models import Permission, Validity
from authz.office.errors import NoSuchThingError
from authz.office.models import PermissionView, ServiceView
from authz.sorting import sort_key
from authz.tables import AgreementRow, GrantRow, PermissionRow, ServiceRow


def service_id_of(connection: Connection, code: str) -> int:
    """Find the number of an e-tjänst.

    Raises:
        NoSuchThingError: There is none of this code.
    """
    found = connection.scalar(select(ServiceRow.id).where(ServiceRow.code == code))
    if found is None:
        raise NoSuchThingError("no service of this code")
    return found


def service_views(
    connection: Connection, *conditions: ColumnElement[bool], now: datetime
) -> tuple[ServiceView, ...]:
    """Read the e-tjänster that fulfil all conditions, by name."""
    ids = set(connection.scalars(select(ServiceRow.id).where(*conditions)))
    permissions = _permissions(connection, ids)
    agreements = _agreements(connection, now)
    found = [
        ServiceView(
            service=service,
            permissions=tuple(permissions[service.id]),
            agreements=agreements.get(service.id, 0),
        )
        for service in CatalogueStore(connection).services_of_kind(None)
        if service.id in ids
    ]
    return tuple(sorted(found, key=lambda one: sort_key(one.service.name)))


def _permissions(
    connection: Connection, service_ids: set[int]
) -> Mapping[int, list[PermissionView]]:
    row = PermissionRow.__table__
    rows = connection.execute(
        select(row, _HOLDERS.label("holders")).where(row.c.service_id.in_(service_ids))
    )
    found: dict[int, list[PermissionView]] = defaultdict(list)
    for each in sorted(rows, key=lambda one: sort_key(one.name)):
        found[each.service_id].append(_view_of(each))
    return found


_HOLDERS = (
    select(func.count(GrantRow.id))
    .where(
        GrantRow.permission_id == PermissionRow.__table__.c.id,
        GrantRow.ended_at.is_(None),
    )
    .scalar_subquery()
)


def _view_of(row: Any) -> PermissionView:
    permission = Permission(
        id=row.id,
        code=row.code,
        name=row.name,
        validity=Validity(valid_from=row.valid_from, valid_until=row.valid_until),
    )
    return PermissionView(
        permission=permission,
        name_en=row.name_en,
        description=row.description or "",
        holders=row.holders,
    )


def _agreements(connection: Connection, now: datetime) -> Mapping[int, int]:
    row = AgreementRow
    rows = connection.execute(
        select(row.service_id, func.count(row.organisation_id.distinct()))
        .where(
            row.valid_from <= now,
            or_(row.valid_until.is_(None), row.valid_until > now),
        )
        .group_by(row.service_id)
    )
    return {each[0]: each[1] for each in rows}
