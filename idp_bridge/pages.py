"""Which pages does a person meet on the way through a login?"""

import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final
from urllib.parse import quote

from flask import (
    Flask,
    Response,
    current_app,
    make_response,
    render_template,
    url_for,
)
from markupsafe import Markup, escape

from authz.office.models import Notice
from idp_bridge import content_policy, texts
from idp_bridge.errors import Fault
from idp_bridge.frames import Frame
from idp_bridge.settings import Agency
from idp_bridge.tracing.references import new_reference

_STATUS_OF_FAULT: Final = {Fault.PERSON: 403, Fault.PARTNER: 400, Fault.OURS: 500}
_STATUS_OF_CODE: Final = {
    "not-found": 404,
    "bad-request": 400,
    "form-expired": 400,
    "method-not-allowed": 405,
    "too-large": 413,
    "too-many-requests": 429,
    "store-unavailable": 503,
}
_RETRY_AFTER: Final = {"store-unavailable": "60"}
_LONGEST_NAME: Final = 200
_HANDOFF: Final = "idp-bridge-handoff"
_HANDOFF_VALUES: Final = ("to_name", "action", "hidden_fields", "page_id")
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoffForm:
    """A form that is posted to another origin.

    The address must have been checked against metadata; a scheme other than https (or
    http on loopback) raises :class:`idp_bridge.errors.MisconfiguredError` when shown.
    """

    action: str
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorPage:
    """Everything that an error page shows."""

    code: str
    fault: Fault
    error_id: str
    moment: datetime
    service_name: str | None = None
    method: str | None = None
    back: HandoffForm | None = None
    """The signed SAML error for the e-tjänst, posted when the person presses OK."""
    retry_url: str | None = None
    """Where the person can begin again, if that can help."""
    missing: tuple[str, ...] = ()
    """What the e-tjänst requires and does not get, by friendly name, else by name."""
    help_url: str | None = None
    """Where the identity provider explains itself (``errorURL``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One way to log in."""

    title: str
    url: str
    description: str | None = None
    available: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodGroup:
    """Ways to log in under one heading, in the order of the manual."""

    heading: str
    methods: tuple[Method, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedIn:
    """Somebody who is logged in already, and the form by which they go on."""

    name: str
    action: str
    seal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodsPage:
    """Everything that the page "Logga in" shows."""

    service_name: str
    service_description: str | None = None
    groups: tuple[MethodGroup, ...]
    cancel_url: str
    error_line: str | None = None
    notices: tuple[Notice, ...] = ()
    """What everybody who logs in has to know now."""
    logged_in: LoggedIn | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasedLine:
    """One attribute that an e-tjänst is told, in words."""

    label: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasePage:
    """Everything that the page "Uppgifter som lämnas" shows."""

    service_name: str
    lines: tuple[ReleasedLine, ...]
    permissions: tuple[str, ...]
    action: str
    cancel_url: str
    seal: str
    has_changed: bool = False
    """Whether the person has seen something else before."""
    is_first_time: bool = False
    """Whether the page comes only the first time."""


def register(app: Flask, agency: Agency) -> None:
    """Give every template the agency and the filters that it needs."""
    app.jinja_env.globals.update(
        agency=agency, page_url=page_url, siths_heading=texts.SITHS_GROUP, words=texts
    )
    app.jinja_env.filters["plain"] = plain
    app.jinja_env.filters["plain_lines"] = plain_lines
    app.jinja_env.filters["genitive"] = texts.genitive
    app.jinja_env.filters["web_url"] = web_url
    app.jinja_env.filters["long_date"] = texts.long_date


def new_error_id() -> str:
    """Make the reference number of a page; support finds the trace by it."""
    return new_reference()


@cache
def page_url(endpoint: str) -> str:
    """Find the address of a page that has only one; it never changes."""
    return url_for(endpoint)


def plain(name: str) -> str:
    """Make a name from outside harmless to read.

    Control characters, text direction overrides and other invisible characters go, and
    what is very long is cut; escaping for HTML is left to Jinja.
    """
    line = plain_line(name)
    return line if len(line) <= _LONGEST_NAME else line[: _LONGEST_NAME - 1] + "…"


def plain_line(text: str) -> str:
    """Make one line harmless to read, however long it is."""
    if not text.isprintable():  # seldom: what is printable has nothing invisible
        kept = (" " if sign.isspace() else sign for sign in text if _is_visible(sign))
        text = "".join(kept)
    return " ".join(text.split())


def plain_lines(text: str) -> str:
    """Make a text of several lines harmless to read."""
    return "\n".join(map(plain_line, text.splitlines()))


def web_url(address: str | None) -> str:
    """Keep an address only if a browser may safely follow it."""
    return address if address and address.startswith(("https://", "http://")) else ""


def _is_visible(sign: str) -> bool:
    return sign in "\t\n\r" or unicodedata.category(sign) not in _INVISIBLE


def show_handoff(form: HandoffForm, *, to_name: str) -> Response:
    """Show the page that posts a message to another origin.

    Raises:
        MisconfiguredError: The address of the form is neither https nor loopback.
    """
    policy = content_policy.for_handoff(form.action)
    page = _handoff_frame().fill(
        {
            "to_name": plain(to_name),
            "action": form.action,
            "hidden_fields": _hidden_fields(form.fields),
            "page_id": secrets.token_urlsafe(12),
        }
    )
    response = Response(page)
    response.headers["Content-Security-Policy"] = policy
    return keep_to_ourselves(response)


def _handoff_frame() -> Frame:
    """Render what is the same for everybody, once per application."""
    frame: Frame | None = current_app.extensions.get(_HANDOFF)
    if frame is None:
        frame = Frame(
            lambda values: render_template("handoff.html", **values), _HANDOFF_VALUES
        )
        current_app.extensions[_HANDOFF] = frame
    return frame


def _hidden_fields(fields: tuple[tuple[str, str], ...]) -> Markup:
    rows = (
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in fields
    )
    return Markup("\n    ".join(rows))  # noqa: S704  # every value is escaped


def show_methods(page: MethodsPage) -> Response:
    """Show the ways to log in that the e-tjänst accepts."""
    return keep_to_ourselves(make_response(render_template("methods.html", page=page)))


def show_release(page: ReleasePage) -> Response:
    """Show what an e-tjänst is told when the person goes on."""
    return keep_to_ourselves(make_response(render_template("release.html", page=page)))


def show_error(page: ErrorPage) -> Response:
    """Show why a login, or a page, came to nothing and what to do next.

    Raises:
        MisconfiguredError: The way back is neither https nor loopback.
    """
    text = texts.text_for(page.code)
    service_name = plain(page.service_name or "") or None
    details = details_of(page)
    response = make_response(
        render_template(
            "error.html",
            page=page,
            text=text,
            service_name=service_name,
            details=details,
            has_number=has_number(page.code, page.fault),
            missing=_missing(page.missing),
            retry_url=None if page.code in texts.NO_RETRY else page.retry_url,
            retry_label=texts.retry_label(page.code),
            mail_query=_mail_query(text.heading, details),
        ),
        status_of(page),
    )
    if page.back is not None:
        response.headers["Content-Security-Policy"] = content_policy.for_handoff(
            page.back.action
        )
    if page.code in _RETRY_AFTER:
        response.headers["Retry-After"] = _RETRY_AFTER[page.code]
    return keep_to_ourselves(response)


def has_number(code: str, fault: Fault) -> bool:
    """Tell whether the page about an error shows a number to read out."""
    return fault is Fault.OURS or texts.text_for(code).kind is not texts.Kind.PAGE


def status_of(page: ErrorPage) -> int:
    """Find the HTTP status: from the code where HTTP has a word for it, else fault."""
    return _STATUS_OF_CODE.get(page.code, _STATUS_OF_FAULT[page.fault])


def details_of(page: ErrorPage) -> tuple[tuple[str, str, str], ...]:
    """Write the lines of the technical description, in both languages."""
    rows = (
        ("reference", page.error_id),
        ("time", texts.in_stockholm(page.moment)),
        ("service", plain(page.service_name or "")),
        ("method", plain(page.method or "")),
        ("code", page.code),
    )
    return tuple((*texts.LABELS[key], value) for key, value in rows if value)


def _missing(attributes: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Name attributes in both languages; one without a word goes by its name."""
    return tuple(
        texts.ATTRIBUTES.get(one, (plain(one), plain(one))) for one in attributes
    )


def _mail_query(heading: str, details: tuple[tuple[str, str, str], ...]) -> str:
    subject = f"{heading} ({details[0][2]})"
    body = "\r\n".join(f"{label}: {value}" for label, _, value in details)
    return f"subject={quote(subject)}&body={quote(body)}"


def keep_to_ourselves(response: Response) -> Response:
    """Let nobody keep a page, find it, or learn that somebody came from it."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
