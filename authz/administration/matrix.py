"""Who has one permission, and who could have it?"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection

from authz.administration.differences import EMPTY
from authz.administration.errors import NotFoundError
from authz.administration.list_store import ListStore
from authz.administration.models import BoxState, Holder, HolderPage, UserQuery
from authz.administration.organisation_store import Permit
from authz.administration.user_store import UserStore


def holders(
    connection: Connection,
    users: ListStore,
    permit: Permit | None,
    query: UserQuery,
    *,
    now: datetime,
) -> HolderPage:
    """Read one page of the list with the box of one permission for each.

    Raises:
        NotFoundError: There was never an agreement about the permission.
    """
    if permit is None or not permit.was_agreed:
        raise NotFoundError("permission")
    page = users.page(query)
    numbers = (each.membership_id for each in page.lines)
    boxes = _boxes(UserStore(connection), numbers, permit.permission.id, now)
    return HolderPage(
        permission=permit.permission,
        service=permit.service,
        can_change=permit.can_be_given(now),
        holders=tuple(
            Holder(line=line, box=boxes.get(line.membership_id, EMPTY))
            for line in page.lines
        ),
        users=page,
    )


def _boxes(
    users: UserStore, membership_ids: Iterable[int], permission_id: int, now: datetime
) -> Mapping[int, BoxState]:
    return {
        each.membership_id: BoxState(is_given=True, valid_until=each.valid_until)
        for each in users.held(membership_ids)
        if each.permission_id == permission_id and not each.is_over(now)
    }
