"""Which organisations may use which e-tjänster, from when until when?"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, select, update

from authz import catalogue_values as values
from authz.audit import Action, organisation_chain
from authz.models import Validity
from authz.office.agreement_rows import agreement_views
from authz.office.consequences import consequences_of
from authz.office.desk import Desk, Work, difference
from authz.office.errors import (
    AlreadyThereError,
    EndedAlreadyError,
    NoSuchThingError,
)
from authz.office.models import AgreementView, Consequences, NewAgreement
from authz.office.organisation_rows import find_organisation
from authz.office.service_rows import service_id_of
from authz.office.typed import Typed, check_end, refuse
from authz.rows import add
from authz.tables import AgreementRow, MembershipRow, ServiceRow


class Agreements:
    """*Avtal*.

    Every method raises :class:`authz.errors.StoreUnavailableError` when the database
    does not answer.

    Args:
        desk: Where to read and write.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def list(
        self,
        *,
        organisation_id: int | None = None,
        service_code: str | None = None,
        ends_before: datetime | None = None,
    ) -> tuple[AgreementView, ...]:
        """List agreements, past ones too.

        Args:
            organisation_id: Only of this organisation.
            service_code: Only about this e-tjänst.
            ends_before: Only those that end before this moment.
        """
        conditions: list[ColumnElement[bool]] = []
        if organisation_id is not None:
            conditions.append(AgreementRow.organisation_id == organisation_id)
        if service_code is not None:
            conditions.append(ServiceRow.code == service_code)
        if ends_before is not None:
            conditions.append(AgreementRow.valid_until < ends_before)
        with self._desk.reading() as connection:
            return agreement_views(connection, *conditions)

    def get(self, agreement_id: int) -> AgreementView:
        """Show an agreement.

        Raises:
            NoSuchThingError: There is none of this number.
        """
        with self._desk.reading() as connection:
            return _find(connection, agreement_id)

    def add(
        self, organisation_id: int, new: NewAgreement, *, actor: str, now: datetime
    ) -> int:
        """Register an agreement; it may follow another one, or lie over it.

        Returns:
            Its number in the database.

        Raises:
            ValuesError: A field will not do.
            NoSuchThingError: There is no such organisation or e-tjänst.
            AlreadyThereError: There is one with the same beginning.
        """
        typed = Typed()
        typed.take_optional("reference", values.text, new.reference)
        validity = Validity(valid_from=new.valid_from, valid_until=new.valid_until)
        typed.take_validity(validity)
        stated = typed.finish()
        chain = organisation_chain(organisation_id)
        with self._desk.changing(chain, actor=actor, now=now) as work:
            find_organisation(work.connection, organisation_id)
            service_id = service_id_of(work.connection, new.service_code)
            key = {"organisation_id": organisation_id, "service_id": service_id}
            _check_free(work.connection, key, new.valid_from)
            saved = add(work.connection, AgreementRow, {**key, **stated})
            after = {"service": new.service_code, **stated}
            subject = f"agreement:{saved.id}"
            detail = {"after": after}
            work.note(Action.AGREEMENT_ADD, subject, detail, chain=chain)
        return saved.id

    def change(
        self,
        agreement_id: int,
        *,
        reference: str | None,
        valid_until: datetime | None,
        actor: str,
        now: datetime,
    ) -> None:
        """Give an agreement another *diarienummer* or another end to come.

        Raises:
            ValuesError: A field will not do.
            EndedAlreadyError: It has ended; a new one must be added.
            NoSuchThingError: There is none of this number.
        """
        typed = Typed()
        typed.take_optional("reference", values.text, reference)
        reference = typed.finish()["reference"]
        with self._changing(agreement_id, actor, now) as (work, found):
            start, end = found.validity.valid_from, valid_until
            if end is not None and (end < now or (start and end <= start)):
                refuse("valid_until", "lies in the past or before the beginning")
            after = {"reference": reference, "valid_until": valid_until}
            _save(work, found, after, Action.AGREEMENT_CHANGE)

    def end(
        self, agreement_id: int, *, at: datetime, actor: str, now: datetime
    ) -> None:
        """End an agreement earlier than it would; permissions stop counting then.

        One that has not begun by then is withdrawn, as if it had never been made.

        Raises:
            ValuesError: The moment lies in the past, or after the end.
            EndedAlreadyError: It has ended.
            NoSuchThingError: There is none of this number.
        """
        check_end(at, now=now)
        with self._changing(agreement_id, actor, now) as (work, found):
            if found.validity.has_ended(at):
                refuse("at", "is not before the end")
            if not found.validity.has_started(at) or found.validity.valid_from == at:
                row = AgreementRow
                work.connection.execute(delete(row).where(row.id == agreement_id))
                _note(work, found, Action.AGREEMENT_END, {"withdrawn": True})
            else:
                _save(work, found, {"valid_until": at}, Action.AGREEMENT_END)

    def consequences(
        self, agreement_id: int, *, at: datetime, limit: int | None = 50
    ) -> Consequences:
        """Say who would lose what if the agreement ended at a moment.

        Nobody does when another agreement about the same counts then.

        Raises:
            NoSuchThingError: There is none of this number.
        """
        with self._desk.reading() as connection:
            found = _find(connection, agreement_id)
            others = agreement_views(
                connection,
                AgreementRow.id != agreement_id,
                AgreementRow.organisation_id == found.organisation_id,
                ServiceRow.code == found.service_code,
            )
            if any(one.validity.holds(at) for one in others):
                return Consequences(moment=at, users=0, grants=0, losers=())
            return consequences_of(
                connection,
                MembershipRow.organisation_id == found.organisation_id,
                ServiceRow.code == found.service_code,
                at=at,
                limit=limit,
            )

    @contextmanager
    def _changing(
        self, agreement_id: int, actor: str, now: datetime
    ) -> Iterator[tuple[Work, AgreementView]]:
        """Lend a transaction for an agreement that has not ended.

        Raises:
            EndedAlreadyError: It has ended.
            NoSuchThingError: There is none of this number.
        """
        chain = organisation_chain(self.get(agreement_id).organisation_id)
        with self._desk.changing(chain, actor=actor, now=now) as work:
            found = _find(work.connection, agreement_id)
            if found.validity.has_ended(now):
                raise EndedAlreadyError("the agreement has ended")
            yield work, found


def _find(connection: Connection, agreement_id: int) -> AgreementView:
    found = agreement_views(connection, AgreementRow.id == agreement_id)
    if not found:
        raise NoSuchThingError(f"no agreement {agreement_id}")
    return found[0]


def _check_free(
    connection: Connection, key: Mapping[str, int], valid_from: datetime
) -> None:
    row = AgreementRow
    same = select(row.id).filter_by(**key).where(row.valid_from == valid_from)
    found = connection.scalar(same)
    if found is not None:
        raise AlreadyThereError(f"agreement {found} has the same beginning")


def _save(
    work: Work, found: AgreementView, after: Mapping[str, object], action: Action
) -> None:
    before = {"reference": found.reference, "valid_until": found.validity.valid_until}
    changed = difference(before, after)
    if changed["after"]:
        row = AgreementRow
        work.connection.execute(
            update(row).where(row.id == found.id).values(**changed["after"])
        )
        _note(work, found, action, changed)


def _note(
    work: Work, found: AgreementView, action: Action, detail: Mapping[str, object]
) -> None:
    work.note(
        action,
        f"agreement:{found.id}",
        {"service": found.service_code, **detail},
        chain=organisation_chain(found.organisation_id),
    )
