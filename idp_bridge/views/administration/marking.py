"""Where in a text is what somebody searched for? Escaped first, marked second."""

from collections.abc import Iterable

from markupsafe import Markup, escape

from authz import searching
from idp_bridge.pages import plain
from idp_bridge.views.administration.frame import bp


@bp.app_template_filter("marked")
def marked(text: str, search: str) -> Markup:
    """Make a text harmless to read and mark every hit in it.

    Args:
        text: A name, an HSA-id or an address, as somebody wrote it.
        search: What somebody typed.
    """
    shown = plain(text)
    parts, last = [], 0
    for start, end in searching.hits(shown, search):
        parts += [
            escape(shown[last:start]),
            Markup("<mark>"),
            escape(shown[start:end]),
            Markup("</mark>"),
        ]
        last = end
    return Markup().join([*parts, escape(shown[last:])])


@bp.app_template_filter("found_by")
def found_by(texts: Iterable[str], search: str) -> list[str]:
    """Leave those texts in which a search is found.

    Args:
        texts: Names that a page shows only when they tell why something was found.
        search: What somebody typed.
    """
    return [text for text in texts if any(searching.hits(plain(text), search))]
