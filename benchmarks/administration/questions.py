"""What do administrators look at in a list of users?"""

from collections.abc import Mapping
from typing import Final

from authz.administration.models import SortColumn, UserQuery
from benchmarks.administration.population import service_of

_FILTERED: Final = 17
_PERMISSION: Final = f"tjanst-{service_of(_FILTERED)}:behorighet-{_FILTERED}"
_SERVICE: Final = f"tjanst-{service_of(_FILTERED)}"
_SEARCHES: Final = ("an", "åb", "ÖN", "q1", "ån", "xz", "07", ".s")
"""Two letters: found with everybody, with some, with few and with nobody."""
_LONGER: Final = ("åström", "wilhelmina", "@", "Läsa 1", "SE21200", "%", "Karin")


def questions(users: int, *, page_size: int = 50) -> Mapping[str, list[UserQuery]]:
    """Invent what is asked of the list of an organisation, by kind.

    Args:
        users: How many users the organisation has.
        page_size: How many a page shows.
    """
    pages = max(1, -(-users // page_size))
    directions = [(sort, down) for sort in SortColumn for down in (False, True)]
    return {
        "list, every order, first, middle and last page": [
            UserQuery(sort=sort, descending=down, page=page, page_size=page_size)
            for sort, down in directions
            for page in (1, max(1, pages // 2), pages)
        ],
        "filter on an e-tjänst, on a permission": [
            UserQuery(
                sort=sort,
                descending=down,
                page_size=page_size,
                services=(_SERVICE,) if by_service else (),
                permissions=() if by_service else (_PERMISSION,),
            )
            for sort, down in directions
            for by_service in (True, False)
        ],
        "search for two letters, every order": [
            UserQuery(search=search, sort=sort, descending=down, page_size=page_size)
            for search in _SEARCHES
            for sort, down in directions
        ],
        "search for more, and filtered": [
            UserQuery(search=search, permissions=permissions, page_size=page_size)
            for search in _LONGER
            for permissions in ((), (_PERMISSION,))
        ],
    }
