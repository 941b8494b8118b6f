"""How does one change come about: its rows, its audit entries and its way back?

Everything that an administrator does is one :class:`Work`: a transaction that holds the
turn of the organisation's audit chain, so that no other change of the organisation
comes between reading and writing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property

from sqlalchemy import Connection, Engine

from authz import audit
from authz.administration.change_store import ChangeStore, Step
from authz.administration.errors import (
    BadFieldsError,
    NoAgreementError,
    NoReasonError,
    NotFoundError,
    OwnRightsError,
)
from authz.administration.grant_writing import Give, GrantWriter
from authz.administration.list_store import code_of
from authz.administration.models import (
    Actor,
    ActorKind,
    ChangeKind,
    ChangeResult,
    Effect,
)
from authz.administration.organisation_store import OrganisationStore, Permit
from authz.administration.user_store import Held, Membership, UserStore
from authz.audit import Action, Event
from authz.audit_store import AuditStore
from authz.database import writing
from authz.user_lines import UserLines

EXPIRY = "bridge"
"""The actor of grants that end by themselves."""


_ABOUT_GRANTS = frozenset(
    (
        ChangeKind.PERMISSIONS,
        ChangeKind.GIVE,
        ChangeKind.TAKE,
        ChangeKind.COPY,
        ChangeKind.EXPIRY,
    )
)
"""What changes of a user's line nothing but what is held."""
_TELLS_WHY = frozenset(
    (
        ChangeKind.PERMISSIONS,
        ChangeKind.GIVE,
        ChangeKind.TAKE,
        ChangeKind.COPY,
        ChangeKind.IMPORT,
    )
)
"""What has a field for the reason. A removal or an undoing is its own reason."""


class Work:
    """One change of one organisation, inside its transaction.

    Attributes:
        connection: With the transaction.
        organisation_id: Whose.
        now: When.
        users: Who is there.
        grants: Writes grants without remembering it; the methods here remember.
        changes: The organisation's changes.

    Args:
        connection: With the transaction.
        organisation_id: Whose.
        actor: Who.
        now: When.
    """

    def __init__(
        self, connection: Connection, organisation_id: int, actor: Actor, now: datetime
    ) -> None:
        self.connection = connection
        self.organisation_id = organisation_id
        self.now = now
        self.users = UserStore(connection)
        self.grants = GrantWriter(connection, actor=str(actor), now=now)
        self.changes = ChangeStore(connection, organisation_id)
        self._actor = actor
        self._people: dict[int, int] = {}
        self._steps: list[Step] = []
        self._events: list[tuple[Action, str, Mapping[str, object], str]] = []
        self._effects: dict[Action, list[Effect]] = {}

    @property
    def actor(self) -> str:
        """Who, as rows and the audit trail have it."""
        return str(self._actor)

    @cached_property
    def permits(self) -> Mapping[int, Permit]:
        """Every permission, by number."""
        return OrganisationStore(self.connection, self.now).permits(
            self.organisation_id
        )

    def permit(self, permission_id: int) -> Permit:
        """Find a permission of an e-tjänst that the organisation knows.

        Raises:
            NotFoundError: There was never an agreement about it.
        """
        permit = self.permits.get(permission_id)
        if permit is None or not permit.was_agreed:
            raise NotFoundError(f"permission {permission_id}")
        return permit

    def check_agreement(self, permission_ids: Iterable[int]) -> None:
        """Refuse e-tjänster without an agreement.

        Raises:
            NoAgreementError: There is none, or it has ended, or the e-tjänst has.
            NotFoundError: There is no such permission here.
        """
        for permission_id in permission_ids:
            permit = self.permit(permission_id)
            if not permit.service_is_open:
                raise NoAgreementError(permit.service.name)

    def check_giving(self, permission_ids: Iterable[int]) -> None:
        """Refuse what cannot be given, now or any more.

        Raises:
            NoAgreementError: No agreement, or the permission is not valid now.
            NotFoundError: There is no such permission here.
        """
        for permission_id in permission_ids:
            permit = self.permit(permission_id)
            if not permit.can_be_given(self.now):
                raise NoAgreementError(permit.service.name)

    def check_ends(self, ends: Iterable[datetime | None]) -> None:
        """Refuse ends that have been.

        Raises:
            BadFieldsError: An end is not in the future.
        """
        if any(end is not None and end <= self.now for end in ends):
            raise BadFieldsError({"valid_until": "in-the-past"})

    def active_user(self, membership_id: int) -> Membership:
        """Find a user whom the actor may change.

        Raises:
            NotFoundError: There is no active user of this number here.
            OwnRightsError: It is the actor.
        """
        return self.active_users([membership_id])[membership_id]

    def active_users(self, membership_ids: Iterable[int]) -> Mapping[int, Membership]:
        """Find users whom the actor may change, all of them or none.

        Raises:
            NotFoundError: One of them is no active user here.
            OwnRightsError: One of them is the actor.
        """
        wanted = set(membership_ids)
        found = self.users.memberships(self.organisation_id, wanted)
        for membership_id in wanted:
            membership = found.get(membership_id)
            if membership is None or not membership.is_active_user:
                raise NotFoundError(f"membership {membership_id}")
            self.meet(membership.id, membership.person_id)
        return found

    def meet(self, membership_id: int, person_id: int) -> None:
        """Remember whose membership it is; the audit trail names people.

        Raises:
            OwnRightsError: It is the actor.
        """
        is_administrator = self._actor.kind is ActorKind.ADMINISTRATOR
        if is_administrator and person_id == self._actor.id:
            raise OwnRightsError(self.actor)
        self._people[membership_id] = person_id

    def held(
        self, membership_ids: Iterable[int], permission_id: int | None = None
    ) -> Sequence[Held]:
        """Read what users have now; what ended by itself is written down as ended.

        Args:
            membership_ids: Of whom.
            permission_id: Only this permission.
        """
        found = self.users.held(membership_ids, permission_id)
        over = [each for each in found if each.is_over(self.now)]
        self.grants.end((each.id for each in over), actor=EXPIRY)
        for each in over:
            detail = {**self._detail_of(each.permission_id), "expired": True}
            self._remember(Action.GRANT_END, each.membership_id, detail, actor=EXPIRY)
        return [each for each in found if not each.is_over(self.now)]

    def give(self, gives: Sequence[Give]) -> None:
        """Give permissions."""
        for give, number in zip(gives, self.grants.give(gives), strict=True):
            effect = self._effect(give, after=give.valid_until)
            self._note(Action.GRANT_GIVE, number, effect)

    def end(self, helds: Sequence[Held]) -> None:
        """Take permissions."""
        self.grants.end(each.id for each in helds)
        for each in helds:
            effect = self._effect(each, before=each.valid_until)
            self._note(Action.GRANT_END, each.id, effect, valid_from=each.valid_from)

    def change_ends(self, changes: Sequence[tuple[Held, datetime | None]]) -> None:
        """Give permissions other ends."""
        self.grants.change_ends(changes)
        for held, until in changes:
            effect = self._effect(held, before=held.valid_until, after=until)
            self._note(Action.GRANT_CHANGE, held.id, effect)

    def note(self, step: Step, detail: Mapping[str, object] | None = None) -> None:
        """Remember a step that is not about a grant."""
        self._steps.append(step)
        self._remember(step.action, step.membership_id, detail or {})

    def tell(self, action: Action, subject: str, detail: Mapping[str, object]) -> None:
        """Remember something for the audit trail alone."""
        self._events.append((action, subject, detail, self.actor))

    def finish(self, kind: ChangeKind, *, reason: str | None = None) -> ChangeResult:
        """Write the change, its audit entries and the lines of lists.

        Raises:
            NoReasonError: An e-tjänst wants to know why, and nobody says it.
        """
        if reason is None and kind in _TELLS_WHY:
            self._refuse_without_reason()
        change_id = self._write_change(kind)
        more: dict[str, object] = {}
        if change_id is not None:
            more["change"] = change_id
        if reason is not None:
            more["reason"] = reason
        self._write_events(more)
        actions = [step.action for step in self._steps]
        lines = UserLines(self.connection)
        if kind in _ABOUT_GRANTS:
            lines.refresh_held(self._people)
        else:
            lines.refresh(self._people)
        return ChangeResult(
            change_id=change_id,
            added=tuple(self._effects.get(Action.GRANT_GIVE, ())),
            removed=tuple(self._effects.get(Action.GRANT_END, ())),
            changed_ends=tuple(self._effects.get(Action.GRANT_CHANGE, ())),
            users_added=actions.count(Action.MEMBERSHIP_START),
            users_changed=actions.count(Action.PERSON_CHANGE),
        )

    def _refuse_without_reason(self) -> None:
        for effects in self._effects.values():
            for effect in effects:
                if effect.service.needs_reason:
                    raise NoReasonError(effect.service.name)

    def _write_change(self, kind: ChangeKind) -> int | None:
        if not self._steps:
            return None
        return self.changes.add(kind, self._steps, actor=self.actor, now=self.now)

    def _write_events(self, more: Mapping[str, object]) -> None:
        chain = audit.organisation_chain(self.organisation_id)
        AuditStore(self.connection).append(
            Event(
                chain=chain,
                at=self.now,
                actor=actor,
                action=action,
                subject=subject,
                detail=audit.canonical({**detail, **more}),
            )
            for action, subject, detail, actor in self._events
        )

    def _effect(
        self,
        grant: Give | Held,
        *,
        before: datetime | None = None,
        after: datetime | None = None,
    ) -> Effect:
        permit = self.permits[grant.permission_id]
        return Effect(
            membership_id=grant.membership_id,
            permission=permit.permission,
            service=permit.service,
            before=before,
            after=after,
        )

    def _note(
        self,
        action: Action,
        grant_id: int,
        effect: Effect,
        *,
        valid_from: datetime | None = None,
    ) -> None:
        before = {"valid_until": _iso(effect.before)}
        after = {"valid_until": _iso(effect.after)}
        known = {"permission_id": effect.permission.id, "valid_from": _iso(valid_from)}
        self._steps.append(
            Step(
                action=action,
                membership_id=effect.membership_id,
                grant_id=grant_id,
                before={**known, **before},
                after=after,
            )
        )
        detail = self._detail_of(effect.permission.id)
        if action is not Action.GRANT_GIVE:
            detail["before"] = before
        if action is not Action.GRANT_END:
            detail["after"] = after
        self._remember(action, effect.membership_id, detail)
        self._effects.setdefault(action, []).append(effect)

    def _remember(
        self,
        action: Action,
        membership_id: int,
        detail: Mapping[str, object],
        *,
        actor: str | None = None,
    ) -> None:
        subject = f"person:{self._people[membership_id]}"
        self._events.append((action, subject, detail, actor or self.actor))

    def _detail_of(self, permission_id: int) -> dict[str, object]:
        return {"permission": code_of(self.permits[permission_id])}


@contextmanager
def working(
    engine: Engine, organisation_id: int, *, actor: Actor, now: datetime
) -> Iterator[Work]:
    """Lend the transaction of one change; nothing of it stays if anything is raised.

    Raises:
        NotFoundError: The actor does not administer the organisation.
        StoreUnavailableError: The database does not answer.
    """
    with writing(engine) as connection:
        AuditStore(connection).take_turn(audit.organisation_chain(organisation_id))
        if actor.kind is ActorKind.ADMINISTRATOR:
            store = OrganisationStore(connection, now)
            if store.administrator(organisation_id, actor.id) is None:
                raise NotFoundError(f"organisation {organisation_id}")
        yield Work(connection, organisation_id, actor, now)


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
