"""What do the view of one user and the form with all boxes show?"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from hashlib import sha256
from itertools import groupby
from typing import Final

from sqlalchemy import Connection, select

from authz.administration.change_store import Touch
from authz.administration.errors import NotFoundError, UserConflictError
from authz.administration.members import can_restore, changed_fields
from authz.administration.models import (
    GrantLine,
    NewUser,
    PermissionBox,
    PermissionForm,
    Removal,
    ServiceBoxes,
    ServiceGrants,
    UserView,
)
from authz.administration.name_store import NameStore
from authz.administration.organisation_store import (
    OrganisationStore,
    Permit,
    permit_key,
)
from authz.administration.user_store import Held, Membership, UserStore
from authz.administration.work import Work
from authz.audit import Action, organisation_chain
from authz.last_logins import LastLoginStore
from authz.models import PersonRole
from authz.tables import AuditEntryRow

NEW_DAYS: Final = 90
"""How long a permission is called new."""


class Viewing:
    """Looks at users of one organisation.

    Args:
        connection: A connection.
        organisation_id: Whose users.
        now: The moment at which everything is looked at.
    """

    def __init__(
        self, connection: Connection, organisation_id: int, now: datetime
    ) -> None:
        self._connection = connection
        self._organisation_id = organisation_id
        self._now = now
        self._permits = OrganisationStore(connection, now).permits(organisation_id)

    def user(self, membership_id: int) -> UserView:
        """Show a user, or one who was removed and could be brought back.

        Raises:
            NotFoundError: There is no such user here.
        """
        membership = self._membership(membership_id)
        held = self._held(membership_id)
        ended_by = [] if membership.ended_by is None else [membership.ended_by]
        givers = (each.given_by for each in held)
        names = NameStore(self._connection).names({*givers, *ended_by})
        lines = {
            each.permission_id: GrantLine(
                permission=self._permits[each.permission_id].permission,
                given_by=names.get(each.given_by, each.given_by),
                given_at=each.given_at,
                valid_until=each.valid_until,
            )
            for each in held
        }
        days, since = LastLoginStore(self._connection).of_member(membership_id)
        return UserView(
            membership_id=membership.id,
            person_id=membership.person_id,
            given_name=membership.given_name,
            surname=membership.surname,
            hsa_id=membership.hsa_id,
            email=membership.email,
            version=version_of(membership),
            removed=self._removal(membership, names),
            services=self._services(lines, days),
            logins_since=since,
        )

    def form(self, membership_id: int) -> PermissionForm:
        """Show all boxes of a user.

        Raises:
            NotFoundError: There is no such active user here.
        """
        view = self.user(membership_id)
        if view.removed is not None:
            raise NotFoundError(f"membership {membership_id}")
        given = {
            line.permission.id: line
            for service in view.services
            for line in service.grants
        }
        shown = (
            each
            for each in self._permits.values()
            if each.permission.id in given or each.can_be_given(self._now)
        )
        return PermissionForm(
            user=view,
            services=tuple(
                ServiceBoxes(
                    service=permits[0].service,
                    boxes=tuple(
                        self._box(each, given.get(each.permission.id))
                        for each in permits
                    ),
                    is_read_only=not permits[0].service_is_open,
                )
                for permits in _by_service(shown)
            ),
        )

    def _membership(self, membership_id: int) -> Membership:
        found = UserStore(self._connection).memberships(
            self._organisation_id, [membership_id]
        )
        membership = found.get(membership_id)
        if membership is None or membership.role is not PersonRole.USER:
            raise NotFoundError(f"membership {membership_id}")
        if membership.ended_at is not None and not can_restore(membership, self._now):
            raise NotFoundError(f"membership {membership_id}")
        return membership

    def _held(self, membership_id: int) -> list[Held]:
        held = UserStore(self._connection).held([membership_id])
        return [each for each in held if not each.is_over(self._now)]

    def _removal(
        self, membership: Membership, names: Mapping[str, str]
    ) -> Removal | None:
        if membership.ended_at is None:
            return None
        by = membership.ended_by or ""
        return Removal(
            at=membership.ended_at,
            by=names.get(by, by),
            can_restore=can_restore(membership, self._now),
        )

    def _services(
        self, lines: Mapping[int, GrantLine], days: Mapping[int, date]
    ) -> tuple[ServiceGrants, ...]:
        shown = (
            each
            for each in self._permits.values()
            if each.permission.id in lines or each.service_is_open
        )
        return tuple(
            ServiceGrants(
                service=permits[0].service,
                grants=tuple(
                    lines[each.permission.id]
                    for each in permits
                    if each.permission.id in lines
                ),
                has_agreement=permits[0].service_is_open,
                last_login_on=days.get(permits[0].service.id),
            )
            for permits in _by_service(shown)
        )

    def _box(self, permit: Permit, line: GrantLine | None) -> PermissionBox:
        began = permit.validity.valid_from
        young = timedelta(days=NEW_DAYS)
        return PermissionBox(
            permission_id=permit.permission.id,
            code=permit.permission.code,
            name=permit.permission.name,
            is_given=line is not None,
            valid_until=None if line is None else line.valid_until,
            is_new=began is not None and self._now < began + young,
        )


def refuse_stale(
    work: Work, membership: Membership, user: NewUser, version: int
) -> None:
    """Refuse values that were written over older ones than there are now.

    Raises:
        UserConflictError: Somebody else changed the user since.
    """
    if version == version_of(membership) or not changed_fields(membership, user):
        return
    last = _last_entry(work, membership.person_id)
    names = NameStore(work.connection).names([] if last is None else [last.actor])
    view = Viewing(work.connection, work.organisation_id, work.now)
    raise UserConflictError(
        view.user(membership.id),
        changed_by=None if last is None else names.get(last.actor, last.actor),
        changed_at=None if last is None else last.at,
    )


def _last_entry(work: Work, person_id: int) -> Touch | None:
    """Find who changed somebody's values last."""
    row = work.connection.execute(
        select(AuditEntryRow.actor, AuditEntryRow.at)
        .where(
            AuditEntryRow.subject == f"person:{person_id}",
            AuditEntryRow.chain == organisation_chain(work.organisation_id),
            AuditEntryRow.action == Action.PERSON_CHANGE,
        )
        .order_by(AuditEntryRow.number.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else Touch(actor=row.actor, at=row.at)


def version_of(membership: Membership) -> int:
    """Make a number that is another one whenever one of the four values is."""
    values = (
        membership.given_name,
        membership.surname,
        membership.hsa_id,
        membership.email,
    )
    digest = sha256("\n".join(values).encode()).digest()
    return int.from_bytes(digest[:6], "big")


def _by_service(permits: Iterable[Permit]) -> list[list[Permit]]:
    ordered = sorted(permits, key=permit_key)
    return [list(group) for _, group in groupby(ordered, key=lambda p: p.service)]
