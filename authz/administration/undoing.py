"""Can a change be undone, and what does that do?

Undoing is a change of its own, with its own steps and audit entries. It is refused as
soon as anything that it would touch has been changed by somebody else since.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Final

from authz.administration import members
from authz.administration.change_store import Step, StoredChange
from authz.administration.errors import NotFoundError, UndoRefusedError
from authz.administration.members import give_back, moment_in
from authz.administration.models import UNDO_DAYS, ChangeKind, NewUser
from authz.administration.starting import FIELDS
from authz.administration.user_store import Held, Membership
from authz.administration.work import Work
from authz.audit import Action

LIMITS: Final[Mapping[ChangeKind, timedelta]] = {ChangeKind.IMPORT: timedelta(hours=24)}
"""How long a change can be undone, where it is not ``UNDO_DAYS``."""


def undo(work: Work, change_id: int) -> None:
    """Bring everything back that a change did.

    Raises:
        NotFoundError: There is no such change here.
        UndoRefusedError: It is too late, was done already, or something changed.
        RestoreRefusedError: The change removed somebody who cannot be brought back.
    """
    change = work.changes.find(change_id)
    if change is None:
        raise NotFoundError(f"change {change_id}")
    _refuse_old(work, change)
    steps = work.changes.steps(change_id)
    if change.kind is ChangeKind.REMOVAL:
        members.restore(work, steps[-1].membership_id)
    else:
        _Undoing(work, change, steps).write()
    work.changes.mark_undone(change_id, now=work.now)
    work.tell(Action.CHANGE_UNDO, f"change:{change_id}", {"kind": change.kind})


def _refuse_old(work: Work, change: StoredChange) -> None:
    if change.undone_at is not None:
        raise UndoRefusedError("undone-already")
    limit = LIMITS.get(change.kind, timedelta(days=UNDO_DAYS))
    if work.now >= change.at + limit:
        raise UndoRefusedError("too-late")


class _Undoing:
    """Looks at all steps before it writes the first one."""

    def __init__(self, work: Work, change: StoredChange, steps: Sequence[Step]) -> None:
        self._work = work
        self._change = change
        self._steps = steps
        numbers = {each.membership_id for each in steps}
        self._users = self._active_users(numbers)
        self._held = {each.id: each for each in work.held(numbers)}
        self._newest = work.grants.newest(numbers)
        ours = {each.grant_id for each in steps}
        more = (each for each in self._held.values() if each.id not in ours)
        self._with_more = {each.membership_id for each in more}

    def write(self) -> None:
        """Undo every step, or raise before anything is written."""
        gives = [give_back(each) for each in self._of(Action.GRANT_END)]
        self._refuse_changed_since()
        self._refuse_without_agreement(gives_of=self._of(Action.GRANT_END))
        now = self._work.now
        self._work.end([self._now(each) for each in self._of(Action.GRANT_GIVE)])
        self._work.change_ends(
            [
                (self._now(each), moment_in(each.before, "valid_until"))
                for each in self._of(Action.GRANT_CHANGE)
            ]
        )
        self._work.give(
            [
                each
                for each in gives
                if each.valid_until is None or each.valid_until > now
            ]
        )
        for step in self._of(Action.PERSON_CHANGE):
            self._write_old_values(step)
        added = [each.membership_id for each in self._of(Action.MEMBERSHIP_START)]
        members.end_memberships(self._work, added)

    def _of(self, action: Action) -> list[Step]:
        return [each for each in self._steps if each.action is action]

    def _now(self, step: Step) -> Held:
        assert step.grant_id is not None  # noqa: S101  # steps about grants have one
        return self._held[step.grant_id]

    def _active_users(self, numbers: set[int]) -> Mapping[int, Membership]:
        try:
            return self._work.active_users(numbers)
        except NotFoundError:
            raise UndoRefusedError("user-removed") from None

    def _refuse_changed_since(self) -> None:
        checks: Mapping[Action, Callable[[Step], bool]] = {
            Action.GRANT_GIVE: self._is_as_made,
            Action.GRANT_CHANGE: self._is_as_made,
            Action.GRANT_END: self._is_newest,
            Action.PERSON_CHANGE: self._has_new_values,
            Action.MEMBERSHIP_START: self._has_nothing_else,
        }
        for step in self._steps:
            check = checks.get(step.action)
            if check is None:
                raise UndoRefusedError("changed-since")
            if not check(step):
                raise UndoRefusedError("changed-since")

    def _is_as_made(self, step: Step) -> bool:
        held = self._held.get(step.grant_id or 0)
        end = moment_in(step.after, "valid_until")
        return held is not None and held.valid_until == end

    def _is_newest(self, step: Step) -> bool:
        give = give_back(step)
        place = (give.membership_id, give.permission_id)
        return self._newest.get(place) == step.grant_id

    def _has_new_values(self, step: Step) -> bool:
        user = self._users[step.membership_id]
        return all(getattr(user, name) == step.after[name] for name in step.after)

    def _has_nothing_else(self, step: Step) -> bool:
        return step.membership_id not in self._with_more

    def _refuse_without_agreement(self, *, gives_of: Sequence[Step]) -> None:
        for step in gives_of:
            permit = self._work.permits.get(give_back(step).permission_id)
            if permit is None or not permit.service_is_open:
                raise UndoRefusedError("no-agreement")

    def _write_old_values(self, step: Step) -> None:
        user = self._users[step.membership_id]
        values = {
            name: str(step.before.get(name, getattr(user, name))) for name in FIELDS
        }
        members.change(self._work, user, NewUser(**values))
