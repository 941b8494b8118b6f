"""Which headers protect every answer, and how long may each be kept?"""

from functools import cache
from typing import Final
from urllib.parse import quote

from flask import Flask, Response, request

from idp_bridge import assets, content_policy

_ALWAYS: Final = {
    "Content-Security-Policy": content_policy.ORDINARY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), "
        "usb=()"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_TWO_YEARS: Final = "max-age=63072000"
_STATIC: Final = "/static"
_FOREVER: Final = "public, max-age=31536000, immutable"


def register(app: Flask) -> None:
    """Add the headers to every answer and ``asset_url`` to every template.

    A header that a page has set itself stays.
    """
    app.jinja_env.globals.update(asset_url=asset_url, stylesheets=assets.STYLESHEETS)
    app.after_request(_protect)


@cache
def asset_url(name: str) -> str:
    """Make the address of a static file, with the hash of its content."""
    return f"{_STATIC}/{quote(name)}?v={assets.fingerprint(name)}"


def _protect(response: Response) -> Response:
    for name, value in _ALWAYS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", _TWO_YEARS)
    if request.endpoint == "static":
        response.headers["Cache-Control"] = _static_caching()
    else:
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def _static_caching() -> str:
    name = (request.view_args or {}).get("filename", "")
    current = assets.is_current(name, version=request.args.get("v"))
    return _FOREVER if current else "no-cache"
