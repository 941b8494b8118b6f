"""Which e-tjänster are there, and what do they need to know about people?"""

from dataclasses import replace
from typing import Final

from flask import request, url_for
from werkzeug.wrappers import Response as AnyResponse

from authz.models import Validity
from authz.office.models import NewService, ServiceView
from idp_bridge.login.telling import tellings_of
from idp_bridge.services import services
from idp_bridge.texts import register_texts, release_texts
from idp_bridge.views.operator.endings import (
    LAST_DAY,
    Ending,
    asked_end,
    chosen_end,
    show_ending,
)
from idp_bridge.views.operator.frame import bp, go_to
from idp_bridge.views.operator.register import (
    asking,
    by_now,
    office,
    show_form,
    show_page,
    trying,
)
from idp_bridge.views.operator.service_values import as_new, refuse_shorter
from idp_bridge.views.operator.typed import Typed, first_day_of, last_day_of
from idp_bridge.web.access import needs
from idp_bridge.web.rights import Right

SERVICE: Final = "/e-tjanster/<code>"
PLACES: Final = {
    "already-there": ("code", "code-taken"),
    "valid_until": ("last_day", "order"),
    "ended-already": (LAST_DAY, "ended-already"),
}
_EMPTY: Final = {
    "code": "",
    "name": "",
    "name_en": "",
    "description": "",
    "kind": "",
    "start_url": "",
    "claim_format": "scoped",
    "without_grant": "refuse",
    "needs_reason": "no",
    "first_day": "",
    "last_day": "",
}


@bp.get("/e-tjanster")
@needs(Right.REGISTER_READ)
def show_catalogue() -> AnyResponse:
    """List all e-tjänster."""
    found = office().services.list(now=services().clock())
    return show_page("catalogue", found=found)


@bp.get(SERVICE)
@needs(Right.REGISTER_READ)
def show_service(code: str) -> AnyResponse:
    """Show everything about one e-tjänst, also what each of its entities is told."""
    view, parts = find_service(code), services().parts
    tellings = tellings_of(view.service.entity_ids, parts.find_sp, parts.settings)
    return show_page("service", view=view, tellings=tellings, release=release_texts)


@bp.get("/e-tjanster/ny")
@needs(Right.CATALOGUE_CHANGE)
def show_new_service() -> AnyResponse:
    """Show the empty form."""
    return _show(_EMPTY)


@bp.post("/e-tjanster/ny")
@needs(Right.CATALOGUE_CHANGE)
def add_service() -> AnyResponse:
    """Register an e-tjänst; its code is given once and for ever."""
    typed = Typed(request.form)
    code, new = typed.code("code"), _read(typed, entity_ids=())
    if code == "ny":  # the address of this page
        typed.refuse("code", "code-taken")
    if not typed.problems:
        with trying(typed, PLACES):
            office().services.add(code, new, **by_now())
    return _show(typed) if typed.problems else back_to(code, "service-added")


@bp.get(f"{SERVICE}/andra")
@needs(Right.CATALOGUE_CHANGE)
def show_service_form(code: str) -> AnyResponse:
    """Show an e-tjänst for changing."""
    service = find_service(code).service
    known = {name: getattr(service, name, None) or "" for name in _EMPTY}
    known["needs_reason"] = "yes" if service.needs_reason else "no"
    known["first_day"] = first_day_of(service.validity.valid_from)
    known["last_day"] = last_day_of(service.validity.valid_until)
    return _show(known, code=code)


@bp.post(f"{SERVICE}/andra")
@needs(Right.CATALOGUE_CHANGE)
def change_service(code: str) -> AnyResponse:
    """Change an e-tjänst; a shorter life is for the page that says who loses what."""
    known, typed = find_service(code).service, Typed(request.form)
    new = _read(typed, entity_ids=known.entity_ids)
    refuse_shorter(typed, known.validity, new.validity)
    if not typed.problems:
        with trying(typed, PLACES):
            office().services.change(code, new, **by_now())
    return _show(typed, code=code) if typed.problems else back_to(code, "saved")


@bp.get(f"{SERVICE}/avsluta")
@needs(Right.CATALOGUE_CHANGE)
def confirm_end_of_service(code: str) -> AnyResponse:
    """Say who loses what when an e-tjänst ends, and ask once more."""
    return _show_end(code, asked_end())


@bp.post(f"{SERVICE}/avsluta")
@needs(Right.CATALOGUE_CHANGE)
def end_service(code: str) -> AnyResponse:
    """Let an e-tjänst end."""
    service, typed = find_service(code).service, Typed(request.form)
    at = chosen_end(typed)
    ended = Validity(valid_from=service.validity.valid_from, valid_until=at)
    if not typed.problems:
        with trying(typed, {**PLACES, "valid_until": (LAST_DAY, "order")}):
            changed = replace(as_new(service), validity=ended)
            office().services.change(code, changed, **by_now())
    return _show_end(code, typed) if typed.problems else back_to(code, "service-ended")


def find_service(code: str) -> ServiceView:
    """Find an e-tjänst.

    Raises:
        PageNotFoundError: There is none of this code.
    """
    with asking():
        return office().services.get(code, now=services().clock())


def back_to(code: str, done: str) -> AnyResponse:
    """Go to an e-tjänst after a form."""
    return go_to(url_for("operator.show_service", code=code, klart=done))


def _read(typed: Typed, *, entity_ids: tuple[str, ...]) -> NewService:
    kind = typed["kind"] and typed.choice("kind", register_texts.KINDS_OF_ORGANISATIONS)
    return NewService(
        name=typed.line("name"),
        name_en=typed.line("name_en", is_required=False) or None,
        description=typed.text("description"),
        kind=kind or None,
        start_url=typed.address("start_url"),
        claim_format=typed.choice("claim_format", register_texts.CLAIM_FORMATS),
        without_grant=typed.choice("without_grant", register_texts.WITHOUT_GRANT),
        needs_reason=typed.choice("needs_reason", register_texts.NEEDS_REASON) == "yes",
        entity_ids=entity_ids,
        validity=typed.validity(),
    )


def _show(typed: Typed | dict[str, str], code: str | None = None) -> AnyResponse:
    return show_form("service_form", typed, code=code)


def _show_end(code: str, typed: Typed) -> AnyResponse:
    view, at = find_service(code), chosen_end(typed)
    ending = Ending(
        kind="service",
        name=view.service.name,
        action=url_for("operator.end_service", code=code),
        back=url_for("operator.show_service", code=code),
    )
    lost = office().services.consequences(code, at=at)
    return show_ending(ending, typed, lost)
