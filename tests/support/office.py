"""How do tests of the office name who did what, and read the trail?"""

import json
from typing import Any

from sqlalchemy import Engine, select

from authz.office.models import NewPerson
from authz.office.service import OfficeService
from authz.tables import AuditEntryRow
from tests.support.clock import NOW

BY: dict[str, Any] = {"actor": "operator:1", "now": NOW}
"""Who does something in a test, and when."""


def person(hsa_id: str, **changes: str) -> NewPerson:
    usual = {"given_name": "Nils", "surname": "Ny", "email": "nils@example.se"}
    return NewPerson(**{"hsa_id": hsa_id, **usual, **changes})


def organisation_of(office: OfficeService, number: str) -> int:
    return office.organisations.of_number(number)


def administrator_of(office: OfficeService, organisation_id: int) -> int:
    """Name the membership of the first administrator."""
    return office.administrators.list(organisation_id)[0].membership_id


def trail_of(engine: Engine, action: str) -> list[tuple[str, str, Any]]:
    """Read the entries with an action: chain, subject, detail."""
    row = AuditEntryRow
    found = select(row.chain, row.subject, row.detail).where(row.action == action)
    with engine.connect() as connection:
        rows = connection.execute(found.order_by(row.chain, row.number))
        return [(one.chain, one.subject, json.loads(one.detail)) for one in rows]
