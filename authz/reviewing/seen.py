"""Is what somebody read on a page still so when they press its button?"""

from collections.abc import Iterable
from hashlib import sha256

from sqlalchemy import Connection

from authz.administration.user_store import UserStore


def seal_of(
    connection: Connection, review_id: int, membership_ids: Iterable[int]
) -> str:
    """Make a text that is another one whenever somebody else, or more, is concerned.

    Args:
        connection: A connection.
        review_id: The review in which something shall be decided.
        membership_ids: About whom.
    """
    members = sorted(membership_ids)
    held = sorted(
        (each.membership_id, each.permission_id, str(each.valid_until))
        for each in UserStore(connection).held(members)
    )
    return sha256(repr((review_id, members, held)).encode()).hexdigest()
