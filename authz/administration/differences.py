"""What did somebody change on a form, and did somebody else change the same?

Pure: the boxes when the form was opened, the boxes that were sent, the boxes as they
are saved now.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from authz.administration.models import BoxState

EMPTY = BoxState(is_given=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What has to be done so that the boxes are as somebody chose."""

    gives: Mapping[int, datetime | None]
    """Permission → end."""
    takes: frozenset[int]
    changes_ends: Mapping[int, datetime | None]
    """Permission → end."""
    conflicts: frozenset[int]
    """Permissions that somebody else changed, too, and to something else."""

    @property
    def touched(self) -> frozenset[int]:
        """Every permission for which something has to be done."""
        return self.takes.union(self.gives, self.changes_ends)


def difference(
    *,
    before: Mapping[int, datetime | None],
    after: Mapping[int, datetime | None],
    now: Mapping[int, datetime | None],
) -> Difference:
    """Compare three times the ticked boxes: permission → end.

    A box that was not changed stays as it is saved now, whatever that is. A box that
    two people changed in the same way is as both want it.
    """
    gives: dict[int, datetime | None] = {}
    changes_ends: dict[int, datetime | None] = {}
    takes: set[int] = set()
    conflicts: set[int] = set()
    for permission_id in before.keys() | after.keys():
        opened = state_of(before, permission_id)
        chosen = state_of(after, permission_id)
        saved = state_of(now, permission_id)
        if chosen in (opened, saved):
            continue
        if saved != opened:
            conflicts.add(permission_id)
        elif not chosen.is_given:
            takes.add(permission_id)
        elif saved.is_given:
            changes_ends[permission_id] = chosen.valid_until
        else:
            gives[permission_id] = chosen.valid_until
    return Difference(
        gives=gives,
        takes=frozenset(takes),
        changes_ends=changes_ends,
        conflicts=frozenset(conflicts),
    )


def state_of(ticked: Mapping[int, datetime | None], permission_id: int) -> BoxState:
    """Say in which state a box is."""
    if permission_id not in ticked:
        return EMPTY
    return BoxState(is_given=True, valid_until=ticked[permission_id])
