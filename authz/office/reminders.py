"""Which organisations must hear that permissions end soon?

30 and 7 days before. A mail says when how many end, never whose: it may lie in a group
mailbox. Asking again on the same day, or from two nodes, reminds of nothing twice.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, func, or_, select

from authz.audit import Action, organisation_chain
from authz.database import insert_if_missing
from authz.office import outbox
from authz.office.administrator_rows import administrators_of
from authz.office.desk import Desk, Work
from authz.office.organisation_rows import find_organisation
from authz.office.outbox import NewMail
from authz.office.tables import ReminderRow
from authz.tables import GrantRow, MembershipRow, OrganisationRow

FIRST_DAYS: Final = 30
LAST_DAYS: Final = 7
KIND: Final = "ending-soon"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What ends at a moment in one organisation."""

    at: datetime
    grants: int
    users: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """What an organisation is reminded of."""

    organisation: str
    endings: tuple[Ending, ...]
    """The earliest first."""


Writer = Callable[[Reminder], tuple[str, str]]
"""Puts a reminder into words: the subject and the body."""


class Reminders:
    """Reminders of what ends.

    Args:
        desk: Where to read and write.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def make(self, write: Writer, *, domain: str, actor: str, now: datetime) -> int:
        """Put the mails that are due into the outbox.

        An organisation without administrators is reminded when it has one.

        Args:
            write: Puts a reminder into words.
            domain: What the Message-IDs end with.
            actor: Who reminds.
            now: When.

        Returns:
            How many mails.

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        with self._desk.reading() as connection:
            endings = _endings(connection, now)
        made = 0
        for organisation_id in sorted(endings):
            chain = organisation_chain(organisation_id)
            with self._desk.changing(chain, actor=actor, now=now) as work:
                found = endings[organisation_id]
                made += _remind(work, organisation_id, found, (write, domain))
        return made


def _endings(connection: Connection, now: datetime) -> Mapping[int, list[Ending]]:
    organisation = OrganisationRow
    rows = connection.execute(
        select(
            MembershipRow.organisation_id,
            GrantRow.valid_until,
            func.count(GrantRow.id).label("grants"),
            func.count(GrantRow.membership_id.distinct()).label("users"),
        )
        .join(MembershipRow, MembershipRow.id == GrantRow.membership_id)
        .join(organisation, organisation.id == MembershipRow.organisation_id)
        .where(
            GrantRow.ended_at.is_(None),
            GrantRow.valid_until > now,
            GrantRow.valid_until <= now + timedelta(days=FIRST_DAYS),
            or_(organisation.valid_until.is_(None), organisation.valid_until > now),
        )
        .group_by(MembershipRow.organisation_id, GrantRow.valid_until)
        .order_by(GrantRow.valid_until)
    )
    found: dict[int, list[Ending]] = defaultdict(list)
    for row in rows:
        ending = Ending(at=row.valid_until, grants=row.grants, users=row.users)
        found[row.organisation_id].append(ending)
    return found


def _remind(
    work: Work,
    organisation_id: int,
    endings: Sequence[Ending],
    words: tuple[Writer, str],
) -> int:
    write, domain = words
    recipients = _recipients(work.connection, organisation_id)
    if not recipients:
        return 0
    new = tuple(one for one in endings if _is_new(work, organisation_id, one))
    if not new:
        return 0
    name = find_organisation(work.connection, organisation_id).name
    subject, body = write(Reminder(organisation=name, endings=new))
    mails = [
        NewMail(
            kind=KIND,
            recipient=address,
            subject=subject,
            body=body,
            organisation_id=organisation_id,
            person_id=person_id,
        )
        for address, person_id in recipients.items()
    ]
    work.note(
        Action.REMINDER_SEND,
        f"organisation:{organisation_id}",
        {"mails": len(mails), "ends": [one.at for one in new]},
        chain=organisation_chain(organisation_id),
    )
    return outbox.put(work.connection, mails, domain=domain, now=work.now)


def _recipients(connection: Connection, organisation_id: int) -> Mapping[str, int]:
    """Map each address once to one of its administrators; groups share mailboxes."""
    by_address: dict[str, tuple[str, int]] = {}
    for one in administrators_of(connection, organisation_id):
        address = one.person.email
        by_address.setdefault(address.casefold(), (address, one.person.id))
    return dict(by_address.values())


def _is_new(work: Work, organisation_id: int, ending: Ending) -> bool:
    is_last = ending.at <= work.now + timedelta(days=LAST_DAYS)
    values = {
        "organisation_id": organisation_id,
        "ends_at": ending.at,
        "days": LAST_DAYS if is_last else FIRST_DAYS,
        "reminded_at": work.now,
    }
    return insert_if_missing(work.connection, ReminderRow, values)
