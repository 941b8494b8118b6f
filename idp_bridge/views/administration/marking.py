"""Where in a text is what somebody searched for? Escaped first, marked second."""

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
