"""Which mail waits, which was sent, and who sends it next?

A mail is written in the transaction of what it tells about, and sent afterwards. Who
sends takes one mail at a time and puts its next try ahead first, so two who send at the
same moment never send the same. One who dies between the server's answer and the note
about it leaves a mail that is sent again, with the same Message-ID.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, func, insert, select, update

from authz.database import writing
from authz.office.desk import Desk
from authz.office.tables import MailRow

FIRST_PAUSE: Final = timedelta(minutes=10)
LONGEST_PAUSE: Final = timedelta(hours=6)

_MAIL: Final = MailRow.__table__
_WAITS: Final = (_MAIL.c.sent_at.is_(None), _MAIL.c.given_up_at.is_(None))


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMail:
    """A mail that shall be sent."""

    kind: str
    """What sort of mail, as ``ending-soon``."""
    recipient: str
    subject: str
    body: str
    organisation_id: int | None = None
    person_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail in the outbox."""

    id: int
    kind: str
    organisation_id: int | None
    recipient: str
    subject: str
    body: str
    message_id: str
    created_at: datetime
    next_try_at: datetime
    tries: int
    problem: str | None
    sent_at: datetime | None
    given_up_at: datetime | None


class Outbox:
    """Mail that waits, and mail that waited.

    Every method raises :class:`authz.errors.StoreUnavailableError` when the database
    does not answer.

    Args:
        desk: Where to read and write.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def list(self, *, limit: int | None = 100) -> tuple[Mail, ...]:
        """List mail, the newest first."""
        newest_first = select(_MAIL).order_by(_MAIL.c.id.desc()).limit(limit)
        with self._desk.reading() as connection:
            return tuple(map(_mail_of, connection.execute(newest_first)))

    def waiting(self) -> int:
        """Count the mail that is neither sent nor given up."""
        with self._desk.reading() as connection:
            return connection.scalar(select(func.count(_MAIL.c.id)).where(*_WAITS)) or 0

    def take(self, *, now: datetime) -> Mail | None:
        """Take the next mail that is due; nobody else gets it before its next try."""
        due = (
            select(_MAIL)
            .where(*_WAITS, _MAIL.c.next_try_at <= now)
            .order_by(_MAIL.c.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        with writing(self._desk.engine) as connection:
            row = connection.execute(due).one_or_none()
            if row is None:
                return None
            tries = row.tries + 1
            _write(connection, row.id, tries=tries, next_try_at=now + pause(tries))
            return _mail_of(row)

    def put_back(self, mail: Mail) -> None:
        """Forget that a mail was taken: nobody tried to send it."""
        with writing(self._desk.engine) as connection:
            _write(connection, mail.id, tries=mail.tries, next_try_at=mail.next_try_at)

    def note_sent(self, mail: Mail, *, now: datetime) -> None:
        """Note that the server took a mail."""
        with writing(self._desk.engine) as connection:
            _write(connection, mail.id, sent_at=now, problem=None)

    def note_problem(
        self, mail: Mail, problem: str, *, is_final: bool, now: datetime
    ) -> None:
        """Note that the server did not take a mail.

        Args:
            mail: As it was taken.
            problem: A number or a word, no text of the server: it may name people.
            is_final: Whether to give up.
            now: When.
        """
        given_up_at = now if is_final else None
        with writing(self._desk.engine) as connection:
            _write(connection, mail.id, problem=problem, given_up_at=given_up_at)


def put(
    connection: Connection, mails: Iterable[NewMail], *, domain: str, now: datetime
) -> int:
    """Put mails into the outbox, in the transaction of what they tell about.

    Args:
        connection: A connection with a transaction.
        mails: What to send.
        domain: What the Message-IDs end with.
        now: When.

    Returns:
        How many.
    """
    rows = [
        {
            "kind": mail.kind,
            "organisation_id": mail.organisation_id,
            "person_id": mail.person_id,
            "recipient": mail.recipient,
            "subject": mail.subject,
            "body": mail.body,
            "message_id": f"<{secrets.token_hex(16)}@{domain}>",
            "created_at": now,
            "next_try_at": now,
            "tries": 0,
        }
        for mail in mails
    ]
    if rows:
        connection.execute(insert(MailRow), rows)
    return len(rows)


def pause(tries: int) -> timedelta:
    """Say how long to wait after so many tries: ten minutes, then twice as long."""
    doubled: int = 2 ** min(tries - 1, 16)
    return min(FIRST_PAUSE * doubled, LONGEST_PAUSE)


def _write(connection: Connection, mail_id: int, **stated: object) -> None:
    connection.execute(update(MailRow).where(_MAIL.c.id == mail_id).values(**stated))


def _mail_of(row: Any) -> Mail:
    return Mail(
        id=row.id,
        kind=row.kind,
        organisation_id=row.organisation_id,
        recipient=row.recipient,
        subject=row.subject,
        body=row.body,
        message_id=row.message_id,
        created_at=row.created_at,
        next_try_at=row.next_try_at,
        tries=row.tries,
        problem=row.problem,
        sent_at=row.sent_at,
        given_up_at=row.given_up_at,
    )
