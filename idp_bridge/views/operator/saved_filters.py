"""How does an operator find a choice of the log again? Under a name of their own."""

from urllib.parse import parse_qsl, urlencode

from authz.office.saved_filters import SavedFilter
from idp_bridge.views.operator.register import office
from idp_bridge.web.access import viewer

KEPT = ("organisation", "bara", "handelse", "av", "fran", "till")
"""What an address says about which entries are shown."""
_LONGEST = 1000


def my_filters() -> tuple[SavedFilter, ...]:
    """List the filters of whoever looks at the page."""
    return office().saved_filters.list(viewer().operator.id)


def canonical(query: str) -> str:
    """Keep of a query string what chooses entries of the log."""
    pairs = dict(parse_qsl(query[:_LONGEST]))
    return urlencode([(name, pairs[name]) for name in KEPT if pairs.get(name)])
