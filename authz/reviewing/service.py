"""What may the pages ask for about reviews?

Every method takes the organisation first. Every write is one transaction with its
entries in the organisation's audit trail.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Connection, Engine, exc, select

from authz.administration.errors import NotFoundError
from authz.administration.models import Actor, ChangeKind
from authz.administration.name_store import NameStore
from authz.administration.organisation_store import OrganisationStore
from authz.administration.user_store import UserStore
from authz.administration.work import Work, working
from authz.audit import Action, canonical, organisation_chain
from authz.database import reader_of, reading
from authz.errors import ReviewRefusedError
from authz.last_logins import LATELY, swedish_day
from authz.reviewing.models import (
    Outcome,
    Progress,
    RecentPage,
    Review,
    ReviewGrant,
    ReviewLine,
    ReviewPage,
    ReviewRecord,
    ReviewState,
)
from authz.reviewing.overdue import OverdueReview, overdue_reviews
from authz.reviewing.seen import seal_of
from authz.reviewing.store import ReviewStore
from authz.tables import AuditEntryRow

INTERVAL: Final = timedelta(days=365)
"""How long after a review the next one must be finished."""
PAGE_SIZE: Final = 50


class ReviewService:
    """Reviews of the users of one organisation.

    Every method raises :class:`authz.errors.StoreUnavailableError` when the database
    does not answer, and ``NotFoundError`` for somebody else's review.

    Args:
        engine: The database, for writing.
        reader: The same database with the isolation level ``AUTOCOMMIT``.
    """

    def __init__(self, engine: Engine, reader: Engine | None = None) -> None:
        self._engine = engine
        self._reader = reader or reader_of(engine)

    def state(self, organisation_id: int) -> ReviewState:
        """Say where an organisation stands."""
        with reading(self._reader) as connection:
            store = ReviewStore(connection, organisation_id)
            reviews = _reviews(connection, store.all())
            finished = tuple(each for each in reviews if each.finished_at)
            last = finished[0].finished_at if finished else store.began()
        return ReviewState(
            open=next((each for each in reviews if not each.finished_at), None),
            finished=finished,
            due_at=last and last + INTERVAL,
        )

    def overdue(self, *, now: datetime) -> tuple[OverdueReview, ...]:
        """List the organisations whose review is late, the latest first."""
        with reading(self._reader) as connection:
            return overdue_reviews(connection, interval=INTERVAL, now=now)

    def page(
        self,
        organisation_id: int,
        review_id: int,
        *,
        done: bool,
        page: int,
        now: datetime,
    ) -> ReviewPage:
        """Read a page of users: those who are done, or those who are not."""
        with reading(self._reader) as connection:
            store = ReviewStore(connection, organisation_id)
            row = _found(store.find(review_id))
            count, total = store.count(row)
            pages = max(1, -(-(count if done else total - count) // PAGE_SIZE))
            shown = min(max(1, page), pages)
            rows = store.lines(
                row, done=done, limit=PAGE_SIZE, offset=(shown - 1) * PAGE_SIZE
            )
            return ReviewPage(
                review=_reviews(connection, [row])[0],
                lines=_lines(connection, organisation_id, rows, row.started_at),
                progress=Progress(done=count, total=total),
                logins_since=store.logins_since(),
                recent=0 if done else store.count_recent(row, _lately(now)),
                page=shown,
                pages=pages,
            )

    def start(self, organisation_id: int, *, actor: Actor, now: datetime) -> int:
        """Begin a review; answers with its number.

        Raises:
            ReviewRefusedError: One is open already.
        """
        with working(self._engine, organisation_id, actor=actor, now=now) as work:
            store = ReviewStore(work.connection, organisation_id)
            try:
                review_id = store.start(actor=str(actor), now=now)
            except exc.IntegrityError:
                raise ReviewRefusedError("open-already") from None
            work.tell(Action.REVIEW_START, f"review:{review_id}", {})
            work.finish(ChangeKind.PERMISSIONS)
        return review_id

    def keep(
        self,
        organisation_id: int,
        membership_ids: Iterable[int],
        *,
        actor: Actor,
        now: datetime,
    ) -> None:
        """Decide that users keep what they have.

        Raises:
            NotFoundError: No review is open, or one of them is no user here.
        """
        with working(self._engine, organisation_id, actor=actor, now=now) as work:
            _answer(work, membership_ids, Outcome.KEEP, actor)

    def recent(self, organisation_id: int, *, page: int, now: datetime) -> RecentPage:
        """Read a page of those whom :meth:`keep_recent` would keep.

        Raises:
            NotFoundError: No review is open.
        """
        since = _lately(now)
        with reading(self._reader) as connection:
            store = ReviewStore(connection, organisation_id)
            review = _open(store)
            found = store.recent(review, since)
            pages = max(1, -(-len(found) // PAGE_SIZE))
            shown = min(max(1, page), pages)
            start = (shown - 1) * PAGE_SIZE
            rows = store.lines(
                review, done=False, limit=PAGE_SIZE, offset=start, since=since
            )
            return RecentPage(
                lines=_lines(connection, organisation_id, rows, now),
                count=len(found),
                seal=seal_of(connection, review.id, found),
                page=shown,
                pages=pages,
            )

    def keep_recent(
        self, organisation_id: int, *, seal: str, actor: Actor, now: datetime
    ) -> int:
        """Let everybody who has logged in lately keep what they have.

        Args:
            organisation_id: Where.
            seal: Of the page that was read; nothing else is decided.
            actor: By whom.
            now: When.

        Returns:
            How many they are.

        Raises:
            NotFoundError: No review is open.
            ReviewRefusedError: They are others now, or have something else.
        """
        with working(self._engine, organisation_id, actor=actor, now=now) as work:
            store = ReviewStore(work.connection, organisation_id)
            review = _open(store)
            found = store.recent(review, _lately(now))
            if seal != seal_of(work.connection, review.id, found):
                raise ReviewRefusedError("changed-since")
            _answer(work, found, Outcome.KEEP, actor, rule="logged-in-lately")
        return len(found)

    def note_change(
        self, organisation_id: int, membership_id: int, *, actor: Actor, now: datetime
    ) -> None:
        """Write down that somebody's permissions were changed in the review.

        Raises:
            NotFoundError: No review is open, or there is no such user here.
        """
        with working(self._engine, organisation_id, actor=actor, now=now) as work:
            _answer(work, [membership_id], Outcome.CHANGE, actor)

    def finish(self, organisation_id: int, *, actor: Actor, now: datetime) -> int:
        """End the open review and write its record; answers with its number.

        Raises:
            NotFoundError: No review is open.
            ReviewRefusedError: Nobody has decided about somebody.
        """
        with working(self._engine, organisation_id, actor=actor, now=now) as work:
            store = ReviewStore(work.connection, organisation_id)
            review = _open(store)
            done, total = store.count(review)
            if done < total:
                raise ReviewRefusedError("not-finished")
            rows = store.lines(review, done=None, limit=None, offset=0)
            lines = _lines(work.connection, organisation_id, rows, now)
            record = canonical({"lines": [_written(line) for line in lines]})
            store.finish(review.id, record, actor=str(actor), now=now)
            detail = {"digest": _digest(record), "after": {"count": total}}
            work.tell(Action.REVIEW_FINISH, f"review:{review.id}", detail)
            work.finish(ChangeKind.PERMISSIONS)
        number: int = review.id
        return number

    def record(self, organisation_id: int, review_id: int) -> ReviewRecord:
        """Read what a finished review found."""
        with reading(self._reader) as connection:
            store = ReviewStore(connection, organisation_id)
            row = _found(store.find(review_id))
            if row.record is None:
                raise NotFoundError(f"review {review_id} has no record yet")
            written = json.loads(row.record)["lines"]
            names = store.names(each["membership_id"] for each in written)
            digest = _digest(row.record)
            return ReviewRecord(
                review=_reviews(connection, [row])[0],
                lines=tuple(
                    _read_line(each, names.get(each["membership_id"]))
                    for each in written
                ),
                digest=digest,
                is_unchanged=digest == _told(connection, organisation_id, review_id),
            )


def _answer(
    work: Work,
    membership_ids: Iterable[int],
    outcome: Outcome,
    actor: Actor,
    *,
    rule: str | None = None,
) -> None:
    store = ReviewStore(work.connection, work.organisation_id)
    review = _open(store)
    users = work.active_users(membership_ids)
    store.answer(review.id, users, outcome, actor=str(actor), now=work.now)
    is_keep = outcome is Outcome.KEEP
    action = Action.REVIEW_KEEP if is_keep else Action.REVIEW_CHANGE
    detail = {"review": review.id, **({"rule": rule} if rule else {})}
    for user in users.values():
        work.tell(action, f"person:{user.person_id}", detail)
    work.finish(ChangeKind.PERMISSIONS)


def _lately(now: datetime) -> date:
    """Say on which day, or later, somebody must have logged in."""
    return swedish_day(now) - LATELY


def _open(store: ReviewStore) -> Any:
    found = next((each for each in store.all() if each.finished_at is None), None)
    if found is None:
        raise NotFoundError("no review is open")
    return found


def _found(row: Any | None) -> Any:
    if row is None:
        raise NotFoundError("review")
    return row


def _reviews(connection: Connection, rows: Sequence[Any]) -> list[Review]:
    actors = {row.started_by for row in rows} | {row.finished_by or "" for row in rows}
    names = NameStore(connection).names(actors - {""})
    return [
        Review(
            id=row.id,
            started_at=row.started_at,
            started_by=names.get(row.started_by, row.started_by),
            finished_at=row.finished_at,
            finished_by=names.get(row.finished_by, row.finished_by),
        )
        for row in rows
    ]


def _lines(
    connection: Connection, organisation_id: int, rows: Sequence[Any], now: datetime
) -> tuple[ReviewLine, ...]:
    held = UserStore(connection).held(row.membership_id for row in rows)
    permits = OrganisationStore(connection, now).permits(organisation_id)
    actors = {each.given_by for each in held} | {row.by for row in rows if row.by}
    names = NameStore(connection).names(actors)
    grants: dict[int, list[ReviewGrant]] = {}
    for each in held:
        permit = permits[each.permission_id]
        grant = ReviewGrant(
            service=permit.service.name,
            permission=permit.permission.name,
            given_by=names.get(each.given_by, each.given_by),
            given_at=each.given_at,
            valid_until=each.valid_until,
        )
        grants.setdefault(each.membership_id, []).append(grant)
    return tuple(
        ReviewLine(
            membership_id=row.membership_id,
            given_name=row.given_name,
            surname=row.surname,
            hsa_id=row.hsa_id,
            outcome=Outcome(row.outcome),
            decided_by=names.get(row.by, row.by),
            decided_at=row.at,
            grants=tuple(grants.get(row.membership_id, ())),
            last_login_on=row.last_login_on,
        )
        for row in rows
    )


def _written(line: ReviewLine) -> dict[str, object]:
    """Write a line of the record; people are numbers, so a deleted row says nothing."""
    return {
        "membership_id": line.membership_id,
        "outcome": line.outcome,
        "at": line.decided_at and line.decided_at.isoformat(),
        "grants": [
            {
                "service": each.service,
                "permission": each.permission,
                "until": each.valid_until and each.valid_until.isoformat(),
                "given_at": each.given_at.isoformat(),
            }
            for each in line.grants
        ],
    }


def _read_line(written: Mapping[str, Any], person: Any | None) -> ReviewLine:
    return ReviewLine(
        membership_id=written["membership_id"],
        given_name=person.given_name if person else "",
        surname=person.surname if person else "",
        hsa_id=person.hsa_id if person else "",
        outcome=Outcome(written["outcome"]),
        decided_by=None,
        decided_at=_moment(written["at"]),
        grants=tuple(
            ReviewGrant(
                service=each["service"],
                permission=each["permission"],
                given_by="",
                given_at=datetime.fromisoformat(each["given_at"]),
                valid_until=_moment(each["until"]),
            )
            for each in written["grants"]
        ),
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _digest(record: str) -> str:
    return sha256(record.encode()).hexdigest()


def _told(connection: Connection, organisation_id: int, review_id: int) -> str | None:
    """Read the digest that the audit trail holds."""
    detail = connection.scalar(
        select(AuditEntryRow.detail).where(
            AuditEntryRow.chain == organisation_chain(organisation_id),
            AuditEntryRow.subject == f"review:{review_id}",
            AuditEntryRow.action == Action.REVIEW_FINISH,
        )
    )
    found: str | None = json.loads(detail)["digest"] if detail else None
    return found
