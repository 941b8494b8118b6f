"""Which headers protect every answer, and how long may each be kept?"""

from functools import cache
from typing import Final
from urllib.parse import quote

from flask import Flask, Response, request

from idp_bridge import assets, content_policy

_HEADERS: Final = (
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", content_policy.ORDINARY),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    (
        "Permissions-Policy",
        (
            "camera=(), display-capture=(), geolocation=(), microphone=(), "
            "payment=(), usb=()"
        ),
    ),
    ("Referrer-Policy", "same-origin"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
)
_TWO_YEARS: Final = ("Strict-Transport-Security", "max-age=63072000")
_ALWAYS: Final = {header[0].lower(): header for header in _HEADERS}
_SECURE: Final = {**_ALWAYS, _TWO_YEARS[0].lower(): _TWO_YEARS}
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
    there = {name.lower() for name, _ in response.headers}
    wanted = _SECURE if request.is_secure else _ALWAYS
    for key, (name, value) in wanted.items():
        if key not in there:
            response.headers.add(name, value)
    if request.endpoint == "static":
        response.headers["Cache-Control"] = _static_caching()
    return response


def _static_caching() -> str:
    name = (request.view_args or {}).get("filename", "")
    current = assets.is_current(name, version=request.args.get("v"))
    return _FOREVER if current else "no-cache"
