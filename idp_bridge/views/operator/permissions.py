"""Which permissions does an e-tjänst know?"""

from dataclasses import replace
from typing import Final

from flask import request, url_for
from werkzeug.wrappers import Response as AnyResponse

from authz.models import Validity
from authz.office.models import NewPermission, PermissionView
from idp_bridge.errors import PageNotFoundError
from idp_bridge.views.operator.catalogue import (
    PLACES,
    SERVICE,
    back_to,
    find_service,
)
from idp_bridge.views.operator.endings import (
    LAST_DAY,
    Ending,
    asked_end,
    chosen_end,
    show_ending,
)
from idp_bridge.views.operator.frame import bp
from idp_bridge.views.operator.register import by_now, office, show_form, trying
from idp_bridge.views.operator.service_values import as_new_permission, refuse_shorter
from idp_bridge.views.operator.typed import Typed, first_day_of, last_day_of
from idp_bridge.web.access import needs
from idp_bridge.web.rights import Right

_ALL: Final = f"{SERVICE}/behorigheter"
_ONE: Final = f"{_ALL}/<permission>"
_EMPTY: Final = {
    "code": "",
    "name": "",
    "name_en": "",
    "description": "",
    "first_day": "",
    "last_day": "",
}


@bp.get(f"{SERVICE}/ny-behorighet")
@needs(Right.CATALOGUE_CHANGE)
def show_new_permission(code: str) -> AnyResponse:
    """Show the empty form."""
    return _show(code, _EMPTY)


@bp.post(f"{SERVICE}/ny-behorighet")
@needs(Right.CATALOGUE_CHANGE)
def add_permission(code: str) -> AnyResponse:
    """Register a permission; its code is given once and for ever."""
    find_service(code)
    typed = Typed(request.form)
    permission, new = typed.code("code"), _read(typed)
    if not typed.problems:
        with trying(typed, PLACES):
            office().services.add_permission(code, permission, new, **by_now())
    return _show(code, typed) if typed.problems else back_to(code, "permission-added")


@bp.get(f"{_ONE}/andra")
@needs(Right.CATALOGUE_CHANGE)
def show_permission_form(code: str, permission: str) -> AnyResponse:
    """Show a permission for changing."""
    view = _find(code, permission)
    validity = view.permission.validity
    known = {
        "name": view.permission.name,
        "name_en": view.name_en or "",
        "description": view.description,
        "first_day": first_day_of(validity.valid_from),
        "last_day": last_day_of(validity.valid_until),
    }
    return _show(code, known, view)


@bp.post(f"{_ONE}/andra")
@needs(Right.CATALOGUE_CHANGE)
def change_permission(code: str, permission: str) -> AnyResponse:
    """Change a permission; whoever has it keeps it under its new name."""
    view, typed = _find(code, permission), Typed(request.form)
    new = _read(typed)
    refuse_shorter(typed, view.permission.validity, new.validity)
    if not typed.problems:
        with trying(typed, PLACES):
            office().services.change_permission(code, permission, new, **by_now())
    return _show(code, typed, view) if typed.problems else back_to(code, "saved")


@bp.get(f"{_ONE}/avsluta")
@needs(Right.CATALOGUE_CHANGE)
def confirm_end_of_permission(code: str, permission: str) -> AnyResponse:
    """Say who loses what when a permission ends, and ask once more."""
    return _show_end(code, permission, asked_end())


@bp.post(f"{_ONE}/avsluta")
@needs(Right.CATALOGUE_CHANGE)
def end_permission(code: str, permission: str) -> AnyResponse:
    """Let a permission end."""
    view, typed = _find(code, permission), Typed(request.form)
    begins, at = view.permission.validity.valid_from, chosen_end(typed)
    ended = Validity(valid_from=begins, valid_until=at)
    changed = replace(as_new_permission(view), validity=ended)
    if not typed.problems:
        with trying(typed, {**PLACES, "valid_until": (LAST_DAY, "order")}):
            office().services.change_permission(code, permission, changed, **by_now())
    if typed.problems:
        return _show_end(code, permission, typed)
    return back_to(code, "permission-ended")


def _find(code: str, permission: str) -> PermissionView:
    """Find a permission of an e-tjänst.

    Raises:
        PageNotFoundError: There is none of this code.
    """
    for one in find_service(code).permissions:
        if one.permission.code == permission:
            return one
    raise PageNotFoundError("no permission of this code")


def _read(typed: Typed) -> NewPermission:
    return NewPermission(
        name=typed.line("name"),
        name_en=typed.line("name_en", is_required=False) or None,
        description=typed.text("description"),
        validity=typed.validity(),
    )


def _show(
    code: str, typed: Typed | dict[str, str], view: PermissionView | None = None
) -> AnyResponse:
    service = find_service(code).service
    return show_form("permission_form", typed, service=service, view=view)


def _show_end(code: str, permission: str, typed: Typed) -> AnyResponse:
    view, at = _find(code, permission), chosen_end(typed)
    ending = Ending(
        kind="permission",
        name=view.permission.name,
        action=url_for("operator.end_permission", code=code, permission=permission),
        back=url_for("operator.show_service", code=code),
    )
    lost = office().services.permission_consequences(code, permission, at=at)
    return show_ending(ending, typed, lost)
