"""Which pages does anybody see without logging in?"""

import re
from datetime import UTC, date, datetime
from typing import Final

from flask import Blueprint, Response, make_response, render_template, request

from authz.models import OrganisationKind
from idp_bridge import pages, texts
from idp_bridge.errors import BridgeError, Fault, PageNotFoundError
from idp_bridge.services import services
from idp_bridge.web.access import open_to_all

bp = Blueprint("portal", __name__)

_STATEMENT_WRITTEN: Final = date(2026, 11, 23)
"""When the default tillgänglighetsredogörelse was last changed."""
_REFERENCE: Final = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_SECONDS: Final = re.compile(r"[0-9]{9,10}", re.ASCII)
_A_SHORT_WHILE: Final = "public, max-age=60"
_AN_HOUR: Final = "public, max-age=3600"


@bp.get("/")
@open_to_all
def show_start() -> Response:
    """Show where kommuner and regioner find their e-tjänster."""
    return _cacheable(render_template("start.html"), _A_SHORT_WHILE)


@bp.get("/kommuner")
@open_to_all
def show_kommuner() -> Response:
    """Show the e-tjänster for kommuner."""
    return _show_services(OrganisationKind.KOMMUN)


@bp.get("/regioner")
@open_to_all
def show_regioner() -> Response:
    """Show the e-tjänster for regioner."""
    return _show_services(OrganisationKind.REGION)


@bp.get("/tillganglighet")
@open_to_all
def show_accessibility() -> Response:
    """Show the tillgänglighetsredogörelse (lag 2018:1937, 13 §)."""
    return _show_text("accessibility.html", own_date=_STATEMENT_WRITTEN)


@bp.get("/kakor")
@open_to_all
def show_cookies() -> Response:
    """Show which cookies there are and why."""
    return _show_text("cookies.html")


@bp.get("/personuppgifter")
@open_to_all
def show_privacy() -> Response:
    """Show what happens with personal data."""
    return _show_text("privacy.html")


@bp.get("/kontakt")
@open_to_all
def show_contact() -> Response:
    """Show whom to contact."""
    return _show_text("contact.html")


@bp.get("/inloggningsfel")
@open_to_all
def show_login_problem() -> Response:
    """Explain why a service sent somebody to us (our ``errorURL``).

    Only its reference and the time are shown, and only if they look like that: whoever
    makes a link could otherwise write on our page.
    """
    told = request.args
    reference, moment = told.get("tid", ""), told.get("ts", "")
    return make_response(
        render_template(
            "login_problem.html",
            problem=texts.PROBLEMS.get(told.get("code", ""), texts.OTHER_PROBLEM),
            reference=reference if _REFERENCE.fullmatch(reference) else None,
            moment=_moment_of(moment) if _SECONDS.fullmatch(moment) else None,
        )
    )


def _moment_of(seconds: str) -> str:
    return texts.in_stockholm(datetime.fromtimestamp(int(seconds), UTC))


@bp.get("/fel", defaults={"code": None})
@bp.get("/fel/<code>")
@open_to_all
def show_error_on_purpose(code: str | None) -> Response:
    """Show an error page to look at it; in the demo only.

    Raises:
        PageNotFoundError: This is no demo, or there is no such code.
    """
    if not services().settings.demo:
        raise PageNotFoundError("error pages are shown on purpose in the demo only")
    if code is None:
        return make_response(render_template("error_list.html", texts=texts.TEXTS))
    if code not in texts.TEXTS:
        raise PageNotFoundError("no such error code")
    return pages.show_error(_example_of(code))


def _example_of(code: str) -> pages.ErrorPage:
    return pages.ErrorPage(
        code=code,
        fault=_faults().get(code, Fault.PERSON),
        error_id=pages.new_error_id(),
        moment=services().clock(),
        service_name=texts.EXAMPLE_SERVICE,
        method="SITHS",
        retry_url="/",
    )


def _faults() -> dict[str, Fault]:
    """Find whose fault each code is, from the errors themselves."""
    found: dict[str, Fault] = {"unexpected": Fault.OURS}
    waiting: list[type[BridgeError]] = [BridgeError]
    while waiting:
        error = waiting.pop()
        found[error.code] = error.fault
        waiting.extend(error.__subclasses__())
    return found


def _show_services(kind: OrganisationKind) -> Response:
    parts = services()
    found = parts.authz.services_of_kind(kind, now=parts.clock())
    html = render_template("services.html", kind=kind.value, services=found)
    return _cacheable(html, _A_SHORT_WHILE)


def _show_text(template: str, **facts: date) -> Response:
    return _cacheable(render_template(template, **facts), _AN_HOUR)


def _cacheable(html: str, caching: str) -> Response:
    response = make_response(html)
    response.headers["Cache-Control"] = caching
    return response
