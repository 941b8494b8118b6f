"""Which headers protect every answer, and how long may each be kept?"""

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from flask import Flask, Response, request

from idp_bridge import assets, content_policy

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

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
    app.after_request(_let_files_be_kept)
    app.wsgi_app = _Protecting(app.wsgi_app)  # type: ignore[method-assign]


class _Protecting:
    """Adds what is missing to the headers of every answer, whoever has made it.

    Args:
        app: What answers requests.
    """

    def __init__(self, app: "WSGIApplication") -> None:
        self._app = app

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer one request."""

        def start(status: str, sent: list[tuple[str, str]], *rest: Any) -> Any:
            there = {name.lower() for name, _ in sent}
            wanted = _SECURE if environ["wsgi.url_scheme"] == "https" else _ALWAYS
            missing = [wanted[key] for key in wanted if key not in there]
            return start_response(status, sent + missing, *rest)

        return self._app(environ, start)


@cache
def asset_url(name: str) -> str:
    """Make the address of a static file, with the hash of its content."""
    return f"{_STATIC}/{quote(name)}?v={assets.fingerprint(name)}"


def _let_files_be_kept(response: Response) -> Response:
    if request.endpoint == "static":
        response.headers["Cache-Control"] = _static_caching()
    return response


def _static_caching() -> str:
    name = (request.view_args or {}).get("filename", "")
    current = assets.is_current(name, version=request.args.get("v"))
    return _FOREVER if current else "no-cache"
