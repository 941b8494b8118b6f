"""Where may somebody be sent after a login? To the page of ours that they wanted."""

import re
from typing import Final
from urllib.parse import quote

from flask import request

from idp_bridge.login.pending import Area
from idp_bridge.web.form_pages import form_page

_PATH_SIGNS: Final = "/~"
_MAX_LENGTH: Final = 1500
_SEGMENTS: Final = r"(?:/[A-Za-z0-9._~%-]+)*/?"
_BEGINNINGS: Final = {Area.OPERATOR: "operator", Area.ADMIN: "(?:admin|o)"}
_QUERY: Final = r"(?:\?[A-Za-z0-9._~%!$&'()*+,;=:@/?-]*)?"


def safe_path(wanted: str, area: Area) -> str:
    """Keep a path and query of an area; answer with its start for anything else.

    Everything that a browser could take for another address is something else: two
    slashes, a backslash, a control character, a dot segment, another area.

    Args:
        wanted: The path and query of the request that needs a login.
        area: The pages that it is for.
    """
    start = start_of(area)
    fits = re.fullmatch(rf"/{_BEGINNINGS[area]}{_SEGMENTS}{_QUERY}", wanted, re.ASCII)
    path = wanted.partition("?")[0]
    if not fits or len(wanted) > _MAX_LENGTH or {".", ".."} & set(path.split("/")):
        return start
    return wanted


def this_page(area: Area) -> str:
    """Say where to come back to: this page, the one of its form, or the start."""
    page = form_page()
    if page is None:
        return start_of(area)
    query = request.query_string.decode("latin-1")
    path = quote(page, safe=_PATH_SIGNS)
    return safe_path(f"{path}?{query}" if query else path, area)


def start_of(area: Area) -> str:
    """Say where an area begins."""
    return f"/{area}/"
