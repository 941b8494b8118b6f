"""What may administrators look at?"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Engine

from authz.administration.ending import ending_soon
from authz.administration.errors import NotFoundError
from authz.administration.event_store import EventStore
from authz.administration.importing import Checking
from authz.administration.list_store import ListStore
from authz.administration.matrix import holders
from authz.administration.models import (
    Administrator,
    CheckedRow,
    Ending,
    EventPage,
    EventQuery,
    HolderPage,
    ImportRow,
    PermissionForm,
    PermissionName,
    ServiceChoice,
    ServiceName,
    UserPage,
    UserQuery,
    UserView,
)
from authz.administration.organisation_store import OrganisationStore, choices_of
from authz.administration.user_store import UserStore
from authz.administration.viewing import NEW_DAYS, Viewing
from authz.database import reading
from authz.models import Organisation


class Looking:
    """What administrators of one organisation see.

    Args:
        reader: The database with the isolation level ``AUTOCOMMIT``.
        allow_test_ids: Accept HSA-ids of test directories.
    """

    def __init__(self, reader: Engine, *, allow_test_ids: bool) -> None:
        self._reader = reader
        self._allow_test_ids = allow_test_ids

    def organisation(self, number: str, *, now: datetime) -> Organisation:
        """Find an active organisation by any of its numbers.

        Raises:
            NotFoundError: There is none.
        """
        with reading(self._reader) as connection:
            found = OrganisationStore(connection, now).of_number(number)
        if found is None:
            raise NotFoundError("organisation")
        return found

    def administrator(
        self, organisation_id: int, person_id: int, *, now: datetime
    ) -> Administrator | None:
        """Find an active administrator; asked at every request."""
        with reading(self._reader) as connection:
            store = OrganisationStore(connection, now)
            return store.administrator(organisation_id, person_id)

    def administrators(
        self, organisation_id: int, *, now: datetime
    ) -> tuple[Administrator, ...]:
        """List the active administrators of an organisation, by name."""
        with reading(self._reader) as connection:
            return OrganisationStore(connection, now).administrators(organisation_id)

    def choices(
        self, organisation_id: int, *, now: datetime
    ) -> tuple[ServiceChoice, ...]:
        """List the e-tjänster about which there is or was an agreement, by name."""
        with reading(self._reader) as connection:
            permits = OrganisationStore(connection, now).permits(organisation_id)
        return choices_of(each for each in permits.values() if each.was_agreed)

    def users(
        self, organisation_id: int, query: UserQuery, *, now: datetime
    ) -> UserPage:
        """Read a page of the list of users."""
        with reading(self._reader) as connection:
            permits = OrganisationStore(connection, now).permits(organisation_id)
            return ListStore(connection, organisation_id, permits, now).page(query)

    def user(
        self, organisation_id: int, membership_id: int, *, now: datetime
    ) -> UserView:
        """Show a user, or one who was removed and could be brought back.

        Raises:
            NotFoundError: There is no such user here.
        """
        with reading(self._reader) as connection:
            return Viewing(connection, organisation_id, now).user(membership_id)

    def permission_form(
        self, organisation_id: int, membership_id: int, *, now: datetime
    ) -> PermissionForm:
        """Show all boxes of a user.

        Raises:
            NotFoundError: There is no such active user here.
        """
        with reading(self._reader) as connection:
            return Viewing(connection, organisation_id, now).form(membership_id)

    def events(self, organisation_id: int, query: EventQuery) -> EventPage:
        """Read a page of what happened, newest first."""
        with reading(self._reader) as connection:
            return EventStore(connection, organisation_id).page(query)

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
        with reading(self._reader) as connection:
            permits = OrganisationStore(connection, now).permits(organisation_id)
            store = ListStore(connection, organisation_id, permits, now)
            permit = permits.get(permission_id)
            return holders(connection, store, permit, query, now=now)

    def ending_soon(
        self, organisation_id: int, within: timedelta, *, now: datetime
    ) -> tuple[Ending, ...]:
        """List the permissions that end within a time, the next one first."""
        with reading(self._reader) as connection:
            permits = OrganisationStore(connection, now).permits(organisation_id)
            return ending_soon(
                connection, organisation_id, permits, now=now, until=now + within
            )

    def check_import(
        self, organisation_id: int, rows: Sequence[ImportRow], *, now: datetime
    ) -> tuple[CheckedRow, ...]:
        """Say of every row of a file what importing would do with it."""
        with reading(self._reader) as connection:
            permits = OrganisationStore(connection, now).permits(organisation_id)
            checking = Checking(
                organisation_id,
                UserStore(connection),
                permits,
                now=now,
                allow_test_ids=self._allow_test_ids,
            )
            return checking.check(rows)

    def holdings(
        self, organisation_id: int, membership_ids: Sequence[int], *, now: datetime
    ) -> Mapping[int, Mapping[int, datetime | None]]:
        """Say what users of a list have: membership → permission → end.

        Users of other organisations have nothing here.
        """
        with reading(self._reader) as connection:
            users = UserStore(connection)
            here = users.memberships(organisation_id, set(membership_ids))
            found: dict[int, dict[int, datetime | None]] = {n: {} for n in here}
            for each in users.held(here):
                if not each.is_over(now):
                    found[each.membership_id][each.permission_id] = each.valid_until
            return found

    def launched(
        self, organisation_id: int, *, now: datetime
    ) -> tuple[tuple[ServiceName, PermissionName], ...]:
        """List the permissions that are new and can be given, the newest first."""
        with reading(self._reader) as connection:
            permits = OrganisationStore(connection, now).permits(organisation_id)
        young = [
            (began, each)
            for each in permits.values()
            if each.can_be_given(now)
            and (began := each.validity.valid_from) is not None
            and now < began + timedelta(days=NEW_DAYS)
        ]
        young.sort(key=lambda pair: pair[0], reverse=True)
        return tuple((each.service, each.permission) for _, each in young)
