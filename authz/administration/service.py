"""What may the administration pages ask for?

Every method takes the organisation first and answers for somebody else's things as for
things that are not there. Every write is one transaction with its entries in the
organisation's audit trail.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Engine

from authz.administration import giving, importing, members, undoing
from authz.administration.ending import end_expired
from authz.administration.fields import read_reason, read_user
from authz.administration.importing import Checking
from authz.administration.looking import Looking
from authz.administration.models import (
    Actor,
    ChangeKind,
    ChangeResult,
    HolderPage,
    ImportRow,
    NewUser,
    PermissionChange,
    UserPage,
    UserQuery,
)
from authz.administration.viewing import refuse_stale
from authz.administration.work import Work, working
from authz.database import reader_of


class AdministrationService(Looking):
    """What administrators of one organisation see and change.

    Every method raises :class:`authz.errors.StoreUnavailableError` when the database
    does not answer. Every write raises ``NotFoundError`` unless the actor administers
    the organisation, and ``OwnRightsError`` if it would change the actor.

    Args:
        engine: The database, for writing. Its transactions must hold the write lock of
            SQLite from the beginning.
        reader: The same database with the isolation level ``AUTOCOMMIT``.
        allow_test_ids: Accept HSA-ids of test directories.
    """

    def __init__(
        self,
        engine: Engine,
        reader: Engine | None = None,
        *,
        allow_test_ids: bool = False,
    ) -> None:
        super().__init__(reader or reader_of(engine), allow_test_ids=allow_test_ids)
        self._engine = engine

    def users(
        self, organisation_id: int, query: UserQuery, *, now: datetime
    ) -> UserPage:
        """Read a page of the list of users.

        What ended by itself is written down before, so that filters and searches know.
        """
        self._end_expired_in(organisation_id, now)
        return super().users(organisation_id, query, now=now)

    def holders(
        self,
        organisation_id: int,
        permission_id: int,
        query: UserQuery,
        *,
        now: datetime,
    ) -> HolderPage:
        """Read a page of users with one permission's box for each.

        Raises:
            NotFoundError: There is no such permission here.
        """
        self._end_expired_in(organisation_id, now)
        return super().holders(organisation_id, permission_id, query, now=now)

    def add_user(
        self,
        organisation_id: int,
        user: NewUser,
        *,
        actor: Actor,
        now: datetime,
        again: bool = False,
    ) -> int:
        """Add a user without permissions; answers with the number of the membership.

        Args:
            organisation_id: Where.
            user: Who, as it was written.
            actor: By whom.
            now: When.
            again: Also if such a user was removed a short while ago.

        Raises:
            BadFieldsError: A value cannot be used.
            DuplicateUserError: There is such a user.
            IsAdministratorError: There is such an administrator.
            ElsewhereError: The HSA-id cannot be used here.
            RemovedEarlierError: Restoring is possible instead.
        """
        read = read_user(user, allow_test_ids=self._allow_test_ids)
        with self._working(organisation_id, actor, now) as work:
            membership_id = members.add(work, read, again=again)
            work.finish(ChangeKind.USER)
        return membership_id

    def change_user(  # noqa: PLR0913  # who, when and what was seen
        self,
        organisation_id: int,
        membership_id: int,
        user: NewUser,
        *,
        version: int,
        actor: Actor,
        now: datetime,
    ) -> tuple[str, ...]:
        """Write other values about a user; answers with the names of the changed ones.

        Args:
            organisation_id: Where.
            membership_id: Whose values.
            user: The values, as they were written.
            version: Of the user when the form was opened.
            actor: By whom.
            now: When.

        Raises:
            BadFieldsError: A value cannot be used.
            UserConflictError: Somebody else changed the user since.
            DuplicateUserError: Another user here has the HSA-id.
            IsAdministratorError: An administrator here has it.
            ElsewhereError: It cannot be used here.
            NotFoundError: There is no such active user here.
        """
        read = read_user(user, allow_test_ids=self._allow_test_ids)
        with self._working(organisation_id, actor, now) as work:
            membership = work.active_user(membership_id)
            refuse_stale(work, membership, read, version)
            changed = members.change(work, membership, read)
            work.finish(ChangeKind.USER)
        return changed

    def remove_user(
        self, organisation_id: int, membership_id: int, *, actor: Actor, now: datetime
    ) -> ChangeResult:
        """Remove a user; all permissions end at once.

        Raises:
            NotFoundError: There is no such active user here.
        """
        with self._working(organisation_id, actor, now) as work:
            members.remove(work, work.active_user(membership_id))
            return work.finish(ChangeKind.REMOVAL)

    def restore_user(
        self, organisation_id: int, membership_id: int, *, actor: Actor, now: datetime
    ) -> ChangeResult:
        """Bring back a removed user with what ended with the removal.

        Raises:
            NotFoundError: There is no such user here.
            RestoreRefusedError: It is too late, or the person is somewhere else now.
        """
        with self._working(organisation_id, actor, now) as work:
            members.restore(work, membership_id)
            return work.finish(ChangeKind.RESTORATION)

    def change_permissions(
        self,
        organisation_id: int,
        membership_id: int,
        change: PermissionChange,
        *,
        actor: Actor,
        now: datetime,
    ) -> ChangeResult:
        """Bring a user's permissions to what a form says, where it was changed.

        Raises:
            BadFieldsError: An end is not in the future, or the reason is too long.
            ConflictError: Somebody else changed the same boxes; nothing was written.
            NoAgreementError: Nothing can be changed there.
            NoReasonError: An e-tjänst wants to know why.
            NotFoundError: There is no such user or permission here.
        """
        reason = read_reason(change.reason)
        with self._working(organisation_id, actor, now) as work:
            giving.apply(work, work.active_user(membership_id), change)
            return work.finish(ChangeKind.PERMISSIONS, reason=reason)

    def change_many(  # noqa: PLR0913  # one press of a button
        self,
        organisation_id: int,
        permission_id: int,
        *,
        give: Sequence[int] = (),
        take: Sequence[int] = (),
        until: datetime | None = None,
        reason: str | None = None,
        actor: Actor,
        now: datetime,
    ) -> ChangeResult:
        """Give one permission to some users and take it from others, at once.

        Args:
            organisation_id: Where.
            permission_id: What.
            give: Memberships; who has it already keeps the end that there is.
            take: Memberships; who has it not loses nothing.
            until: The end of what is given.
            reason: Why.
            actor: By whom.
            now: When.

        Raises:
            BadFieldsError: The end is not in the future, or the reason is too long.
            NoAgreementError: Nothing can be changed there.
            NoReasonError: The e-tjänst wants to know why.
            NotFoundError: There is no such permission, or one of the users is not here.
        """
        kind = ChangeKind.GIVE if give else ChangeKind.TAKE
        why = read_reason(reason)
        with self._working(organisation_id, actor, now) as work:
            giving.change_many(work, permission_id, give=give, take=take, until=until)
            return work.finish(kind, reason=why)

    def copy_permissions(  # noqa: PLR0913  # as change_many
        self,
        organisation_id: int,
        from_membership: int,
        to_memberships: Sequence[int],
        *,
        reason: str | None = None,
        actor: Actor,
        now: datetime,
    ) -> ChangeResult:
        """Give users what a colleague has and they have not, with the same ends.

        Raises:
            BadFieldsError: The reason is too long.
            NoReasonError: An e-tjänst wants to know why.
            NotFoundError: One of them is no active user here.
        """
        why = read_reason(reason)
        with self._working(organisation_id, actor, now) as work:
            giving.copy(work, from_membership, to_memberships)
            return work.finish(ChangeKind.COPY, reason=why)

    def undo(
        self, organisation_id: int, change_id: int, *, actor: Actor, now: datetime
    ) -> ChangeResult:
        """Undo a change.

        Raises:
            NotFoundError: There is no such change here.
            UndoRefusedError: It is too late, was done already, or something changed.
            RestoreRefusedError: It removed somebody who cannot be brought back.
        """
        with self._working(organisation_id, actor, now) as work:
            undoing.undo(work, change_id)
            return work.finish(ChangeKind.UNDO)

    def import_users(
        self,
        organisation_id: int,
        rows: Sequence[ImportRow],
        *,
        reason: str | None = None,
        actor: Actor,
        now: datetime,
    ) -> ChangeResult:
        """Do what a file says, all of it or nothing.

        Raises:
            BadFieldsError: The reason is too long.
            NoReasonError: An e-tjänst wants to know why.
            ImportRefusedError: Some rows are wrong, or there are too many.
        """
        why = read_reason(reason)
        with self._working(organisation_id, actor, now) as work:
            checking = Checking(
                organisation_id,
                work.users,
                work.permits,
                now=now,
                allow_test_ids=self._allow_test_ids,
            )
            importing.write(work, checking.check(rows))
            return work.finish(ChangeKind.IMPORT, reason=why)

    def end_expired(self, *, now: datetime) -> int:
        """Write down as ended what ended by itself, in all organisations.

        Nothing depends on it for a decision: that looks at the end of every grant. The
        lists and filters do.

        Returns:
            How many grants.
        """
        return end_expired(self._engine, self._reader, now=now)

    def _end_expired_in(self, organisation_id: int, now: datetime) -> None:
        end_expired(
            self._engine, self._reader, now=now, organisation_id=organisation_id
        )

    @contextmanager
    def _working(
        self, organisation_id: int, actor: Actor, now: datetime
    ) -> Iterator[Work]:
        with working(self._engine, organisation_id, actor=actor, now=now) as work:
            yield work
