"""What would a file with users do, row by row, and how is all of it done at once?"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from authz.administration import giving, members, starting
from authz.administration.differences import Difference, difference
from authz.administration.errors import (
    AdministrationError,
    BadFieldsError,
    ImportRefusedError,
)
from authz.administration.fields import read_user
from authz.administration.giving import Plan
from authz.administration.models import CheckedRow, ImportRow, ImportState
from authz.administration.organisation_store import Permit
from authz.administration.user_store import Held, Membership, UserStore
from authz.administration.work import Work
from authz.errors import BadIdentifierError
from authz.identifiers import hsa_key

MAX_ROWS = 2000


class Checking:
    """Looks at rows without changing anything.

    Args:
        organisation_id: Whose users.
        users: All users.
        permits: Every permission, by number.
        now: When.
        allow_test_ids: Accept HSA-ids of test directories.
    """

    def __init__(
        self,
        organisation_id: int,
        users: UserStore,
        permits: Mapping[int, Permit],
        *,
        now: datetime,
        allow_test_ids: bool,
    ) -> None:
        self._organisation_id = organisation_id
        self._users = users
        self._permits = permits
        self._now = now
        self._allow_test_ids = allow_test_ids

    def check(self, rows: Sequence[ImportRow]) -> tuple[CheckedRow, ...]:
        """Say of every row what an import would do with it."""
        times = Counter(key for key in map(_key_of, rows) if key is not None)
        keys = [key for key, number in times.items() if number == 1]
        known = self._users.memberships_of(keys)
        active = {
            each.id
            for memberships in known.values()
            for each in memberships
            if self._is_user_here(each)
        }
        held: dict[int, dict[int, Held]] = {}
        for each in self._users.held(active):
            if not each.is_over(self._now):
                held.setdefault(each.membership_id, {})[each.permission_id] = each
        return tuple(self._checked(row, times, known, held) for row in rows)

    def _is_user_here(self, membership: Membership) -> bool:
        is_here = membership.organisation_id == self._organisation_id
        return is_here and membership.is_active_user

    def _checked(
        self,
        row: ImportRow,
        times: Mapping[str, int],
        known: Mapping[str, list[Membership]],
        held: Mapping[int, Mapping[int, Held]],
    ) -> CheckedRow:
        try:
            user = read_user(row.user, allow_test_ids=self._allow_test_ids)
        except BadFieldsError as error:
            problems = (f"{name}:{rule}" for name, rule in error.problems.items())
            return _wrong(row, *problems)
        key = hsa_key(user.hsa_id)
        if times[key] > 1:
            return _wrong(row, "duplicate-in-file")
        read = replace(row, user=user)
        membership = next(filter(self._is_user_here, known.get(key, [])), None)
        if membership is None:
            try:
                members.refuse_taken(known.get(key, []), self._organisation_id)
            except AdministrationError as error:
                return _wrong(read, error.code)
        return self._compared(read, membership, held)

    def _compared(
        self,
        row: ImportRow,
        membership: Membership | None,
        held: Mapping[int, Mapping[int, Held]],
    ) -> CheckedRow:
        mine = held.get(membership.id, {}) if membership else {}
        found = difference_of(row, mine)
        problems = tuple(sorted(self._problems(found)))
        if problems:
            return _wrong(row, *problems)
        fields = members.changed_fields(membership, row.user) if membership else ()
        return CheckedRow(
            row=row,
            state=_state(membership, is_changed=bool(fields or found.touched)),
            fields=fields,
            gives=tuple(sorted(found.gives)),
            takes=tuple(sorted(found.takes)),
            changes_ends=tuple(sorted(found.changes_ends)),
            membership_id=membership.id if membership else None,
        )

    def _problems(self, found: Difference) -> set[str]:
        problems = set()
        for number in found.touched:
            if not self._can_change(number, gives=number in found.gives):
                problems.add("no-agreement-for-change")
        ends = [*found.gives.values(), *found.changes_ends.values()]
        if any(end is not None and end <= self._now for end in ends):
            problems.add("valid_until:in-the-past")
        return problems

    def _can_change(self, permission_id: int, *, gives: bool) -> bool:
        permit = self._permits.get(permission_id)
        if permit is None:
            return False
        return permit.can_be_given(self._now) if gives else permit.service_is_open


def difference_of(row: ImportRow, held: Mapping[int, Held]) -> Difference:
    """Say what a row changes: it is as if the form had been opened just now."""
    saved = {number: each.valid_until for number, each in held.items()}
    after = {n: end for n, end in saved.items() if n not in row.take}
    return difference(before=saved, after={**after, **row.permissions}, now=saved)


def write(work: Work, rows: Iterable[CheckedRow]) -> None:
    """Do what was checked, all of it or nothing.

    Raises:
        ImportRefusedError: Some rows are wrong.
        AdministrationError: Something changed since the check.
    """
    checked = list(rows)
    wrong = sum(each.state is ImportState.WRONG for each in checked)
    if wrong or len(checked) > MAX_ROWS:
        raise ImportRefusedError(wrong or len(checked))
    changing = [each for each in checked if each.state is ImportState.CHANGED]
    adding = [each for each in checked if each.state is ImportState.NEW]
    users = work.active_users(each.membership_id or 0 for each in changing)
    for each in changing:
        if each.fields and each.membership_id is not None:
            members.change(work, users[each.membership_id], each.row.user)
    added = starting.start(work, [each.row.user for each in adding]) if adding else []
    places = [*zip(added, adding, strict=True)]
    places += [(each.membership_id or 0, each) for each in changing]
    _write_permissions(work, {number: each.row for number, each in places})


def _write_permissions(work: Work, rows: Mapping[int, ImportRow]) -> None:
    held: dict[int, dict[int, Held]] = defaultdict(dict)
    for each in work.held(rows):
        held[each.membership_id][each.permission_id] = each
    giving.write(
        work,
        [
            Plan(
                membership_id=number,
                found=difference_of(row, held[number]),
                held=held[number],
            )
            for number, row in rows.items()
        ],
    )


def _state(membership: Membership | None, *, is_changed: bool) -> ImportState:
    if membership is None:
        return ImportState.NEW
    return ImportState.CHANGED if is_changed else ImportState.UNCHANGED


def _wrong(row: ImportRow, *problems: str) -> CheckedRow:
    return CheckedRow(row=row, state=ImportState.WRONG, problems=problems)


def _key_of(row: ImportRow) -> str | None:
    try:
        return hsa_key(row.user.hsa_id.replace(" ", ""))
    except BadIdentifierError:
        return None
