"""How does an operator find a choice of the log again? Under a name of their own."""

from urllib.parse import parse_qsl, urlencode

from flask import request, url_for
from werkzeug.wrappers import Response as AnyResponse

from authz.office.saved_filters import SavedFilter
from idp_bridge.views.operator.frame import bp, go_to
from idp_bridge.views.operator.register import NUMBER, office, trying
from idp_bridge.views.operator.typed import Typed
from idp_bridge.web.access import needs, viewer
from idp_bridge.web.rights import Right

KEPT = ("organisation", "bara", "handelse", "av", "fran", "till")
"""What an address says about which entries are shown."""
_LONGEST = 1000
_PLACES = {"too-many-filters": ("namn", "long"), "name": ("namn", "")}


@bp.post("/logg/filter")
@needs(Right.REGISTER_READ)
def save_filter() -> AnyResponse:
    """Save what the log shows under a name, and go back to it."""
    typed = Typed(request.form)
    query = canonical(typed["filter"])
    name = typed.line("namn", longest=60)
    if not typed.problems:
        with trying(typed, _PLACES):
            office().saved_filters.save(viewer().operator.id, name, query)
    word = "filter-refused" if typed.problems else "filter-saved"
    return _back(query, word)


@bp.post(f"/logg/filter/<{NUMBER}:filter_id>/ta-bort")
@needs(Right.REGISTER_READ)
def remove_filter(filter_id: int) -> AnyResponse:
    """Forget a saved filter."""
    office().saved_filters.remove(viewer().operator.id, filter_id)
    return _back("", "filter-removed")


def my_filters() -> tuple[SavedFilter, ...]:
    """List the filters of whoever looks at the page."""
    return office().saved_filters.list(viewer().operator.id)


def canonical(query: str) -> str:
    """Keep of a query string what chooses entries of the log."""
    pairs = dict(parse_qsl(query[:_LONGEST]))
    return urlencode([(name, pairs[name]) for name in KEPT if pairs.get(name)])


def _back(query: str, word: str) -> AnyResponse:
    address = url_for("operator.show_trail", klart=word)
    return go_to(f"{address}&{query}" if query else address)
