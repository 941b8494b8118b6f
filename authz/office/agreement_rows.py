"""How are agreements read, with the names of those they are between?"""

from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from authz.models import Validity
from authz.office.models import AgreementView
from authz.tables import AgreementRow, OrganisationRow, ServiceRow

_AGREEMENTS = (
    select(
        AgreementRow.id,
        AgreementRow.organisation_id,
        OrganisationRow.name.label("organisation_name"),
        ServiceRow.code,
        ServiceRow.name.label("service_name"),
        AgreementRow.reference,
        AgreementRow.valid_from,
        AgreementRow.valid_until,
    )
    .join(OrganisationRow, OrganisationRow.id == AgreementRow.organisation_id)
    .join(ServiceRow, ServiceRow.id == AgreementRow.service_id)
    .order_by(OrganisationRow.name, ServiceRow.name, AgreementRow.valid_from)
)


def agreement_views(
    connection: Connection, *conditions: ColumnElement[bool]
) -> tuple[AgreementView, ...]:
    """Read the agreements that fulfil all conditions."""
    rows = connection.execute(_AGREEMENTS.where(*conditions))
    return tuple(map(_view_of, rows))


def _view_of(row: Any) -> AgreementView:
    return AgreementView(
        id=row.id,
        organisation_id=row.organisation_id,
        organisation_name=row.organisation_name,
        service_code=row.code,
        service_name=row.service_name,
        reference=row.reference,
        validity=Validity(valid_from=row.valid_from, valid_until=row.valid_until),
    )
