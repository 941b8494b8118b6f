"""How are permissions given and taken: on a form, to many, from a colleague?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from authz.administration.differences import Difference, difference, state_of
from authz.administration.errors import ConflictError
from authz.administration.grant_writing import Give
from authz.administration.models import Conflict, PermissionChange
from authz.administration.name_store import NameStore
from authz.administration.user_store import Held, Membership
from authz.administration.work import Work


def apply(work: Work, membership: Membership, change: PermissionChange) -> None:
    """Bring a user's permissions to what a form says, where it was changed.

    Raises:
        BadFieldsError: An end is not in the future.
        ConflictError: Somebody else changed the same boxes.
        NoAgreementError: There is no agreement about something that was changed.
        NotFoundError: There is no such permission here.
    """
    held = {each.permission_id: each for each in work.held([membership.id])}
    saved = {number: each.valid_until for number, each in held.items()}
    found = difference(before=change.before, after=change.after, now=saved)
    if found.conflicts:
        raise ConflictError(_conflicts(work, membership.id, change, found))
    write(work, [Plan(membership_id=membership.id, found=found, held=held)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What has to be done for one user."""

    membership_id: int
    found: Difference
    """Without conflicts."""
    held: Mapping[int, Held]
    """Permission → what the user has now."""


def write(work: Work, plans: Sequence[Plan]) -> None:
    """Do what was planned for some users.

    Raises:
        BadFieldsError: An end is not in the future.
        NoAgreementError: There is no agreement about something that was changed.
        NotFoundError: There is no such permission here.
    """
    work.check_agreement({number for each in plans for number in each.found.touched})
    work.check_giving({number for each in plans for number in each.found.gives})
    for plan in plans:
        found = plan.found
        work.check_ends([*found.gives.values(), *found.changes_ends.values()])
    work.end([p.held[number] for p in plans for number in sorted(p.found.takes)])
    work.change_ends(
        [
            (plan.held[number], end)
            for plan in plans
            for number, end in sorted(plan.found.changes_ends.items())
        ]
    )
    work.give(
        [
            Give(membership_id=p.membership_id, permission_id=number, valid_until=end)
            for p in plans
            for number, end in sorted(p.found.gives.items())
        ]
    )


def change_many(
    work: Work,
    permission_id: int,
    *,
    give: Iterable[int],
    take: Iterable[int],
    until: datetime | None,
) -> None:
    """Give one permission to some users and take it from others.

    Who has it keeps it with the end that it has; who has not, loses nothing.

    Raises:
        BadFieldsError: The end is not in the future.
        NoAgreementError: There is no agreement, or it cannot be given any more.
        NotFoundError: There is no such permission or user here.
        OwnRightsError: One of the users is the actor.
    """
    givers, losers = set(give), set(take)
    work.active_users(givers | losers)
    work.check_agreement([permission_id])
    if givers:
        work.check_giving([permission_id])
        work.check_ends([until])
    held = {
        each.membership_id: each for each in work.held(givers | losers, permission_id)
    }
    work.end([held[each] for each in sorted(losers & held.keys())])
    work.give(
        [
            Give(membership_id=each, permission_id=permission_id, valid_until=until)
            for each in sorted(givers - held.keys())
        ]
    )


def copy(work: Work, source: int, targets: Iterable[int]) -> None:
    """Give users what a colleague has and they have not, with the same ends.

    Raises:
        NotFoundError: One of them is no active user here.
        OwnRightsError: One of them is the actor.
    """
    receivers = set(targets) - {source}
    work.active_users(receivers | {source})
    model: dict[int, Held] = {}
    have: set[tuple[int, int]] = set()
    for each in work.held(receivers | {source}):
        have.add((each.membership_id, each.permission_id))
        if each.membership_id == source:
            model[each.permission_id] = each
    can_be_given = {
        number for number in model if work.permits[number].can_be_given(work.now)
    }
    work.give(
        [
            Give(
                membership_id=receiver,
                permission_id=number,
                valid_until=model[number].valid_until,
            )
            for receiver in sorted(receivers)
            for number in sorted(can_be_given)
            if (receiver, number) not in have
        ]
    )


def _conflicts(
    work: Work, membership_id: int, change: PermissionChange, found: Difference
) -> tuple[Conflict, ...]:
    saved = {
        each.permission_id: each.valid_until for each in work.held([membership_id])
    }
    changes = work.changes.last_of(membership_id, found.conflicts)
    names = NameStore(work.connection).names(each.actor for each in changes.values())
    conflicts = []
    for number in sorted(found.conflicts):
        permit = work.permit(number)
        last = changes.get(number)
        conflicts.append(
            Conflict(
                permission=permit.permission,
                service=permit.service,
                opened=state_of(change.before, number),
                now=state_of(saved, number),
                chosen=state_of(change.after, number),
                changed_by=None if last is None else names.get(last.actor, last.actor),
                changed_at=None if last is None else last.at,
            )
        )
    return tuple(conflicts)
