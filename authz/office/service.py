"""Which counters does the office have? One part for each thing operators work with.

The parts and what they offer (``actor`` is the audit actor, as ``operator:3``; every
write also takes ``now``)::

    organisations.page(query, *, now) -> OrganisationPage
    organisations.get(organisation_id, *, now) -> OrganisationView
    organisations.of_number(number) -> int
    organisations.add(NewOrganisation, *, actor, now) -> int
    organisations.rename(organisation_id, name, *, actor, now)
    organisations.change_kind(organisation_id, kind, *, actor, now)
    organisations.add_number / remove_number / make_main(organisation_id, number, *, …)
    organisations.end(organisation_id, *, at, actor, now)
    organisations.reopen(organisation_id, *, actor, now)
    organisations.consequences(organisation_id, *, at, limit=50) -> Consequences

    agreements.list(*, organisation_id=None, service_code=None, ends_before=None)
    agreements.get(agreement_id) -> AgreementView
    agreements.add(organisation_id, NewAgreement, *, actor, now) -> int
    agreements.change(agreement_id, *, reference, valid_until, actor, now)
    agreements.end(agreement_id, *, at, actor, now)
    agreements.consequences(agreement_id, *, at, limit=50) -> Consequences

    administrators.list(organisation_id) -> tuple[AdministratorView, ...]
    administrators.add(organisation_id, NewPerson, *, actor, now) -> membership id
        (IsUserError: show promotion(…) and ask; then promote)
    administrators.promotion(hsa_id) -> Promotion
    administrators.promote(organisation_id, hsa_id, *, actor, now) -> membership id
    administrators.change(membership_id, NewPerson, *, actor, now)
    administrators.replace(membership_id, NewPerson, *, from_user, actor, now)
    administrators.end(membership_id, *, actor, now)

    operators.list() -> tuple[Operator, ...]
    operators.get(operator_id), .add(NewOperator, …), .change(operator_id, …), .end(…)

    services.names() -> codes to names
    services.list(*, now) -> tuple[ServiceView, ...];  services.get(code, *, now)
    services.add(code, NewService, …), .change(code, NewService, …)
    services.add_permission(code, permission_code, NewPermission, …)
    services.change_permission(code, permission_code, NewPermission, …)
    services.consequences(code, *, at)
    services.permission_consequences(code, permission_code, *, at)

    notices.list(), .get(id), .add(NewNotice, …), .change(id, NewNotice, …), .end(id, …)
    notices.current(place, *, now) -> tuple[Notice, ...]

    people.look_up(hsa_id, *, actor, now) -> LookedUpPerson | None   (leaves a trace)
    trail.page(AuditQuery) -> AuditPage
    saved_filters.list(operator_id), .save(operator_id, name, query), .remove(…, id)
"""

from sqlalchemy import Engine

from authz.database import reader_of
from authz.office.administrators import Administrators
from authz.office.agreements import Agreements
from authz.office.desk import Desk
from authz.office.export import Export
from authz.office.letters import Letters
from authz.office.notices import Notices
from authz.office.operators import Operators
from authz.office.organisations import Organisations
from authz.office.outbox import Outbox
from authz.office.people import People
from authz.office.reminders import Reminders
from authz.office.retention import Retention
from authz.office.saved_filters import SavedFilters
from authz.office.services import Services
from authz.office.trail import Trail


class OfficeService:
    """What operators can do, in a browser and in a terminal.

    Every method of every part raises :class:`authz.errors.StoreUnavailableError` when
    the database does not answer.

    Args:
        engine: The database, for writing.
        reader: The same database with the isolation level ``AUTOCOMMIT``.
        allow_test_ids: Accept HSA-ids of test directories.
        letters: What people read in mails; without it there are none.
    """

    def __init__(
        self,
        engine: Engine,
        reader: Engine | None = None,
        *,
        allow_test_ids: bool = False,
        letters: Letters | None = None,
    ) -> None:
        desk = Desk(engine, reader or reader_of(engine), allow_test_ids=allow_test_ids)
        self.organisations = Organisations(desk)
        self.agreements = Agreements(desk)
        self.administrators = Administrators(desk, letters)
        self.operators = Operators(desk)
        self.services = Services(desk)
        self.notices = Notices(desk)
        self.people = People(desk)
        self.trail = Trail(desk)
        self.saved_filters = SavedFilters(desk)
        self.outbox = Outbox(desk)
        self.reminders = Reminders(desk)
        self.retention = Retention(desk)
        self.export = Export(desk)
