"""Which users does the list show? Its whole state is in the query string."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final
from urllib.parse import parse_qsl, urlencode

from werkzeug.datastructures import MultiDict

from authz.administration.models import (
    DEFAULT_PAGE_SIZE,
    ServiceChoice,
    SortColumn,
    UserQuery,
)
from authz.searching import MAX_SEARCH

PAGE_SIZES: Final = (25, 50, 100)
ALL: Final = "alla"
_MAX_PAGE: Final = 100_000
_MAX_CODES: Final = 200
_MAX_QUERY: Final = 4000
_COLUMNS: Final = {
    "fornamn": SortColumn.GIVEN_NAME,
    "efternamn": SortColumn.SURNAME,
    "hsa-id": SortColumn.HSA_ID,
    "e-post": SortColumn.EMAIL,
    "e-tjanster": SortColumn.SERVICES,
}
_NAMES: Final = {column: name for name, column in _COLUMNS.items()}
_DESCENDING: Final = "fallande"


def read(args: MultiDict[str, str], choices: Iterable[ServiceChoice]) -> UserQuery:
    """Read which users somebody wants to see; what nobody knows is left out.

    Args:
        args: The query string.
        choices: The e-tjänster with permissions that can be chosen.
    """
    offered = tuple(choices)
    wanted = set(args.getlist("tjanst")[:_MAX_CODES])
    services = tuple(
        each.service.code for each in offered if each.service.code in wanted
    )
    ticked = set(args.getlist("behorighet")[:_MAX_CODES])
    return UserQuery(
        search=" ".join(args.get("sok", "").split())[:MAX_SEARCH],
        services=services,
        permissions=tuple(
            code
            for each in offered
            if each.service.code in services
            for code in _codes(each)
            if code in ticked
        ),
        sort=_COLUMNS.get(args.get("sortera", ""), SortColumn.SURNAME),
        descending=args.get("ordning") == _DESCENDING,
        page=_page(args.get("sida", "")),
        page_size=_page_size(args.get("visa", "")),
    )


def write(query: UserQuery) -> str:
    """Write the query string; what is as usual is left out."""
    pairs = [("sok", query.search)] if query.search else []
    pairs += [("tjanst", code) for code in query.services]
    pairs += [("behorighet", code) for code in query.permissions]
    pairs += _pairs_of_order(query)
    if query.page > 1:
        pairs.append(("sida", str(query.page)))
    return urlencode(pairs)


def hidden_fields(query: UserQuery) -> list[tuple[str, str]]:
    """List what the form of the search sends along: order and size."""
    return _pairs_of_order(query)


def sorted_by(query: UserQuery, column: SortColumn) -> UserQuery:
    """Sort by a column; by the same one again the other way round."""
    turns = query.sort is column and not query.descending
    return replace(query, sort=column, descending=turns, page=1)


def canonical(text: str, choices: Iterable[ServiceChoice]) -> str:
    """Keep of a query string from outside what is a state of the list."""
    pairs = parse_qsl(text[:_MAX_QUERY], max_num_fields=None)
    return write(read(MultiDict(pairs), choices))


def _pairs_of_order(query: UserQuery) -> list[tuple[str, str]]:
    pairs = []
    if query.sort is not SortColumn.SURNAME or query.descending:
        pairs.append(("sortera", _NAMES[query.sort]))
    if query.descending:
        pairs.append(("ordning", _DESCENDING))
    if query.page_size != DEFAULT_PAGE_SIZE:
        pairs.append(("visa", str(query.page_size or ALL)))
    return pairs


def _codes(choice: ServiceChoice) -> list[str]:
    return [f"{choice.service.code}:{each.code}" for each in choice.permissions]


def _page(text: str) -> int:
    is_number = text.isascii() and text.isdigit() and len(text) < len(str(_MAX_PAGE))
    return max(1, int(text)) if is_number else 1


def _page_size(text: str) -> int | None:
    if text == ALL:
        return None
    return next((size for size in PAGE_SIZES if str(size) == text), DEFAULT_PAGE_SIZE)
