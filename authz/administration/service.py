"""What may the administration pages ask for?

Every method takes the organisation first and answers for somebody else's things as for
things that are not there. Every write is one transaction with its entries in the
organisation's audit trail.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Engine

from authz.administration.models import (
    Actor,
    Administrator,
    ChangeResult,
    CheckedRow,
    Ending,
    EventPage,
    EventQuery,
    HolderPage,
    ImportRow,
    NewUser,
    PermissionChange,
    PermissionForm,
    ServiceChoice,
    UserPage,
    UserQuery,
    UserView,
)
from authz.models import Organisation


class AdministrationService:
    """What administrators of one organisation see and change.

    Args:
        engine: The database, for writing.
        reader: The same database with the isolation level ``AUTOCOMMIT``.
        allow_test_ids: Accept HSA-ids of test directories.
    """

    def __init__(
        self,
        engine: Engine,
        reader: Engine | None = None,
        *,
        allow_test_ids: bool = False,
    ) -> None: ...

    def organisations_of(
        self, hsa_id: str, *, now: datetime
    ) -> tuple[tuple[Organisation, Administrator], ...]: ...

    def organisation(self, number: str, *, now: datetime) -> Organisation: ...

    def administrator(
        self, organisation_id: int, person_id: int, *, now: datetime
    ) -> Administrator | None: ...

    def administrators(
        self, organisation_id: int, *, now: datetime
    ) -> tuple[Administrator, ...]: ...

    def choices(
        self, organisation_id: int, *, now: datetime
    ) -> tuple[ServiceChoice, ...]: ...

    def users(
        self, organisation_id: int, query: UserQuery, *, now: datetime
    ) -> UserPage: ...

    def user(
        self, organisation_id: int, membership_id: int, *, now: datetime
    ) -> UserView: ...

    def add_user(
        self,
        organisation_id: int,
        user: NewUser,
        *,
        actor: Actor,
        now: datetime,
        again: bool = False,
    ) -> int: ...

    def change_user(
        self,
        organisation_id: int,
        membership_id: int,
        user: NewUser,
        *,
        version: int,
        actor: Actor,
        now: datetime,
    ) -> None: ...

    def remove_user(
        self, organisation_id: int, membership_id: int, *, actor: Actor, now: datetime
    ) -> ChangeResult: ...

    def restore_user(
        self, organisation_id: int, membership_id: int, *, actor: Actor, now: datetime
    ) -> ChangeResult: ...

    def permission_form(
        self, organisation_id: int, membership_id: int, *, now: datetime
    ) -> PermissionForm: ...

    def change_permissions(
        self,
        organisation_id: int,
        membership_id: int,
        change: PermissionChange,
        *,
        actor: Actor,
        now: datetime,
    ) -> ChangeResult: ...

    def give_to_many(
        self,
        organisation_id: int,
        membership_ids: Sequence[int],
        permission_id: int,
        *,
        until: datetime | None = None,
        actor: Actor,
        now: datetime,
    ) -> ChangeResult: ...

    def take_from_many(
        self,
        organisation_id: int,
        membership_ids: Sequence[int],
        permission_id: int,
        *,
        actor: Actor,
        now: datetime,
    ) -> ChangeResult: ...

    def copy_permissions(
        self,
        organisation_id: int,
        from_membership: int,
        to_memberships: Sequence[int],
        *,
        actor: Actor,
        now: datetime,
    ) -> ChangeResult: ...

    def undo(
        self, organisation_id: int, change_id: int, *, actor: Actor, now: datetime
    ) -> ChangeResult: ...

    def events(self, organisation_id: int, query: EventQuery) -> EventPage: ...

    def holders(
        self,
        organisation_id: int,
        permission_id: int,
        query: UserQuery,
        *,
        now: datetime,
    ) -> HolderPage: ...

    def ending_soon(
        self, organisation_id: int, within: timedelta, *, now: datetime
    ) -> tuple[Ending, ...]: ...

    def check_import(
        self, organisation_id: int, rows: Sequence[ImportRow], *, now: datetime
    ) -> tuple[CheckedRow, ...]: ...

    def import_users(
        self,
        organisation_id: int,
        rows: Sequence[ImportRow],
        *,
        actor: Actor,
        now: datetime,
    ) -> ChangeResult: ...

    def end_expired(self, *, now: datetime) -> int: ...
