"""How is somebody added, changed, removed and brought back as a user?"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import exc, update

from authz.administration.change_store import Step
from authz.administration.errors import (
    DuplicateUserError,
    ElsewhereError,
    IsAdministratorError,
    NotFoundError,
    RemovedEarlierError,
    RestoreRefusedError,
)
from authz.administration.grant_writing import Give
from authz.administration.models import RESTORE_DAYS, NewUser
from authz.administration.portions import portions
from authz.administration.starting import FIELDS, columns_of, start
from authz.administration.user_store import Membership
from authz.administration.work import Work
from authz.audit import Action
from authz.identifiers import hsa_key
from authz.models import PersonRole
from authz.tables import MembershipRow, PersonRow


def add(work: Work, user: NewUser, *, again: bool) -> int:
    """Let somebody be a user here; answers with the number of the membership.

    Args:
        work: The change.
        user: Who; the four values were read already.
        again: Also if a user with this HSA-id was removed a short while ago.

    Raises:
        DuplicateUserError: There is such a user.
        IsAdministratorError: There is such an administrator.
        ElsewhereError: The HSA-id cannot be used here.
        RemovedEarlierError: Restoring is possible instead.
    """
    known = work.users.memberships_of([user.hsa_id]).get(hsa_key(user.hsa_id), [])
    refuse_taken(known, work.organisation_id)
    if not again:
        _refuse_removed(known, work)
    return start(work, [user])[0]


def refuse_taken(known: list[Membership], organisation_id: int) -> None:
    """Refuse an HSA-id whose owner is active, here or elsewhere.

    Raises:
        DuplicateUserError: There is such a user here.
        IsAdministratorError: There is such an administrator here.
        ElsewhereError: The owner is active somewhere else.
    """
    active = [each for each in known if each.ended_at is None]
    here = [each for each in active if each.organisation_id == organisation_id]
    for each in here:
        if each.role is PersonRole.USER:
            raise DuplicateUserError(each.id, each.name)
        raise IsAdministratorError(f"person {each.person_id}")
    if active:
        raise ElsewhereError("active elsewhere")


def change(work: Work, membership: Membership, user: NewUser) -> tuple[str, ...]:
    """Write other values about a user; answers with the names of the changed ones.

    Args:
        work: The change.
        membership: Who.
        user: The four values, read already.

    Raises:
        DuplicateUserError: Another user here has the HSA-id.
        IsAdministratorError: An administrator here has it.
        ElsewhereError: It cannot be used here.
    """
    changed = changed_fields(membership, user)
    if not changed:
        return ()
    if hsa_key(user.hsa_id) != hsa_key(membership.hsa_id):
        known = work.users.memberships_of([user.hsa_id])
        refuse_taken(known.get(hsa_key(user.hsa_id), []), work.organisation_id)
        if work.users.person_id_of(user.hsa_id) is not None:
            raise ElsewhereError("the HSA-id is somebody else's")
    try:
        write_values(work, membership.person_id, user)
    except exc.IntegrityError:
        raise ElsewhereError("taken at the same moment") from None
    step = Step(
        action=Action.PERSON_CHANGE,
        membership_id=membership.id,
        before={field: getattr(membership, field) for field in changed},
        after={field: getattr(user, field) for field in changed},
    )
    work.note(step, {"after": {"columns": sorted(changed)}})
    return changed


def changed_fields(membership: Membership, user: NewUser) -> tuple[str, ...]:
    """Name the values that would be others."""
    return tuple(
        field for field in FIELDS if getattr(membership, field) != getattr(user, field)
    )


def remove(work: Work, membership: Membership) -> None:
    """Let somebody be no user any more; all permissions end with it."""
    held = work.held([membership.id])
    work.end(held)
    end_memberships(work, [membership.id])


def end_memberships(work: Work, membership_ids: Sequence[int]) -> None:
    """End memberships that have no active grants."""
    for some in portions(membership_ids):
        work.connection.execute(
            update(MembershipRow)
            .where(MembershipRow.id.in_(some))
            .values(person_role=None, ended_at=work.now, ended_by=work.actor)
        )
    for each in membership_ids:
        work.note(Step(action=Action.MEMBERSHIP_END, membership_id=each))


def restore(work: Work, membership_id: int) -> None:
    """Bring back a removed user with the permissions that ended with the removal.

    A permission whose end has come meanwhile does not come back.

    Raises:
        NotFoundError: There is no such user here.
        RestoreRefusedError: It is too late, or the person is somewhere else now.
    """
    membership = work.users.memberships(work.organisation_id, [membership_id]).get(
        membership_id
    )
    if membership is None:
        raise NotFoundError(f"membership {membership_id}")
    work.meet(membership.id, membership.person_id)
    _refuse_restoring(work, membership)
    work.connection.execute(
        update(MembershipRow)
        .where(MembershipRow.id == membership.id)
        .values(person_role=PersonRole.USER, ended_at=None, ended_by=None)
    )
    work.note(Step(action=Action.MEMBERSHIP_RESTORE, membership_id=membership.id))
    work.give([each for each in _lost(work, membership) if _counts(each, work.now)])


def write_values(work: Work, person_id: int, user: NewUser) -> None:
    """Write the four values about somebody.

    Raises:
        sqlalchemy.exc.IntegrityError: Somebody else has the HSA-id.
    """
    with work.connection.begin_nested():
        work.connection.execute(
            update(PersonRow)
            .where(PersonRow.id == person_id)
            .values(**columns_of(user))
        )


def can_restore(membership: Membership, now: datetime) -> bool:
    """Tell whether a removal is young enough, as far as its date goes."""
    ended = membership.ended_at
    is_young = ended is not None and now < ended + timedelta(days=RESTORE_DAYS)
    return is_young and membership.role is PersonRole.USER


def _refuse_removed(known: list[Membership], work: Work) -> None:
    for each in reversed(known):
        is_here = each.organisation_id == work.organisation_id
        if is_here and can_restore(each, work.now):
            raise RemovedEarlierError(each.id, each.name)


def _refuse_restoring(work: Work, membership: Membership) -> None:
    if membership.ended_at is None:
        raise RestoreRefusedError("back-already")
    if membership.role is not PersonRole.USER:
        raise RestoreRefusedError("is-administrator")
    if not can_restore(membership, work.now):
        raise RestoreRefusedError("too-late")
    known = work.users.memberships_of([membership.hsa_id])
    for each in known.get(hsa_key(membership.hsa_id), []):
        if each.ended_at is None:
            is_here = each.organisation_id == work.organisation_id
            raise RestoreRefusedError("back-already" if is_here else "elsewhere")


def _lost(work: Work, membership: Membership) -> list[Give]:
    """Say what ended with the removal, if the removal was remembered."""
    removal = work.changes.removal_of(membership.id)
    if removal is None or removal.at != membership.ended_at:
        return []
    steps = work.changes.steps(removal.id)
    ended = [each for each in steps if each.action is Action.GRANT_END]
    return [give_back(each) for each in ended if each.membership_id == membership.id]


def give_back(step: Step) -> Give:
    """Make of a grant that was ended one that is given again."""
    number = step.before["permission_id"]
    assert isinstance(number, int)  # noqa: S101  # it was written by us
    return Give(
        membership_id=step.membership_id,
        permission_id=number,
        valid_until=moment_in(step.before, "valid_until"),
        valid_from=moment_in(step.before, "valid_from"),
    )


def moment_in(values: Mapping[str, object], name: str) -> datetime | None:
    """Read a moment that was written as an ISO text."""
    text = values.get(name)
    return datetime.fromisoformat(text) if isinstance(text, str) else None


def _counts(give: Give, now: datetime) -> bool:
    return give.valid_until is None or give.valid_until > now
