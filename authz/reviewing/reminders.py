"""Which organisations must hear that their yearly review is due?

30 and 7 days before, and when it is late. Asking again on the same day, or from two
nodes, reminds of nothing twice: what was put into the outbox is looked at first.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, Engine, func, or_, select

from authz.audit import Action, Event, canonical, organisation_chain
from authz.audit_store import AuditStore
from authz.database import reader_of, reading, writing
from authz.office import outbox
from authz.office.administrator_rows import administrators_of
from authz.office.outbox import NewMail
from authz.office.tables import MailRow
from authz.reviewing.counting import first_member_of, last_review_of
from authz.reviewing.service import INTERVAL
from authz.tables import OrganisationRow

KIND: Final = "review-due"
_AHEAD: Final = (timedelta(days=30), timedelta(days=7), timedelta())


@dataclass(frozen=True, slots=True, kw_only=True)
class DueReview:
    """A review that must be finished soon, or is late."""

    organisation_id: int
    organisation: str
    due_at: datetime
    remind_since: datetime
    """Since when there should have been a mail about it."""


Writer = Callable[[DueReview], tuple[str, str]]
"""Puts a reminder into words: the subject and the body."""


class ReviewReminders:
    """Reminders of reviews.

    Args:
        engine: The database, for writing.
        reader: The same database with the isolation level ``AUTOCOMMIT``.
    """

    def __init__(self, engine: Engine, reader: Engine | None = None) -> None:
        self._engine = engine
        self._reader = reader or reader_of(engine)

    def make(self, write: Writer, *, domain: str, actor: str, now: datetime) -> int:
        """Put the mails that are due into the outbox; answers with how many.

        An organisation without administrators is reminded when it has one.

        Args:
            write: Puts a reminder into words.
            domain: What the Message-IDs end with.
            actor: Who reminds.
            now: When.

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        with reading(self._reader) as connection:
            due = list(_due(connection, now))
        made = 0
        for each in due:
            with writing(self._engine) as connection:
                store = AuditStore(connection)
                store.take_turn(organisation_chain(each.organisation_id))
                mails = _mails(connection, each, write)
                if mails:
                    made += outbox.put(connection, mails, domain=domain, now=now)
                    store.append([_event(each, len(mails), actor, now)])
        return made


def _due(connection: Connection, now: datetime) -> Iterator[DueReview]:
    organisation = OrganisationRow
    began = first_member_of(organisation.id)
    rows = connection.execute(
        select(
            organisation.id,
            organisation.name,
            began.label("began"),
            last_review_of(organisation.id).label("finished"),
        )
        .where(
            began.is_not(None),
            or_(organisation.valid_until.is_(None), organisation.valid_until > now),
        )
        .order_by(organisation.id)
    )
    for row in rows:
        due_at = (row.finished or row.began) + INTERVAL
        passed = [due_at - ahead for ahead in _AHEAD if due_at - ahead <= now]
        if passed:
            yield DueReview(
                organisation_id=row.id,
                organisation=row.name,
                due_at=due_at,
                remind_since=max(passed),
            )


def _mails(connection: Connection, due: DueReview, write: Writer) -> list[NewMail]:
    if _is_reminded(connection, due):
        return []
    by_address: dict[str, tuple[str, int]] = {}
    for one in administrators_of(connection, due.organisation_id):
        address = one.person.email
        by_address.setdefault(address.casefold(), (address, one.person.id))
    subject, body = write(due)
    return [
        NewMail(
            kind=KIND,
            recipient=address,
            subject=subject,
            body=body,
            organisation_id=due.organisation_id,
            person_id=person_id,
        )
        for address, person_id in by_address.values()
    ]


def _is_reminded(connection: Connection, due: DueReview) -> bool:
    found = connection.scalar(
        select(func.count(MailRow.id)).where(
            MailRow.kind == KIND,
            MailRow.organisation_id == due.organisation_id,
            MailRow.created_at >= due.remind_since,
        )
    )
    return bool(found)


def _event(due: DueReview, mails: int, actor: str, now: datetime) -> Event:
    return Event(
        chain=organisation_chain(due.organisation_id),
        at=now,
        actor=actor,
        action=Action.REMINDER_SEND,
        subject=f"organisation:{due.organisation_id}",
        detail=canonical({"mails": mails, "review_due": due.due_at}),
    )
