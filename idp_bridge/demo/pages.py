"""How are the pages of the stand-ins shown and protected?"""

import secrets
from pathlib import Path
from typing import Any, Final

from flask import Flask, Response, make_response, render_template

from idp_bridge.demo.memory import LIFETIME

_HERE: Final = Path(__file__).parent
_MAX_BYTES: Final = 400_000
_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
        " form-action 'self' http:; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def make_app(name: str) -> Flask:
    """Make an application with the pages and the look of the demonstration."""
    app = Flask(
        f"idp_bridge.demo.{name}",
        template_folder=str(_HERE.parents[1] / "templates"),
        static_folder=str(_HERE / "static"),
        static_url_path="/demo",
    )
    app.config.update(MAX_CONTENT_LENGTH=_MAX_BYTES, MAX_FORM_MEMORY_SIZE=_MAX_BYTES)
    app.after_request(_protect)
    return app


def show(template: str, status: int = 200, /, **facts: Any) -> Response:
    """Show a page."""
    return make_response(render_template(f"demo/{template}.html", **facts), status)


def set_cookie(response: Response, name: str, value: str) -> None:
    """Give the browser a cookie that comes back with a POST from another site."""
    response.set_cookie(
        name,
        value,
        max_age=LIFETIME,
        path="/",
        secure=True,
        httponly=True,
        samesite="None",
    )


def new_token() -> str:
    """Make something that nobody guesses."""
    return secrets.token_urlsafe(24)


def _protect(response: Response) -> Response:
    for header, value in _HEADERS.items():
        response.headers.setdefault(header, value)
    if not response.headers.get("Content-Type", "").startswith("text/css"):
        response.headers.setdefault("Cache-Control", "no-store")
    return response
