"""Who may look at these pages, and what may they do here?"""

from typing import Final

from flask import request, url_for
from werkzeug.wrappers import Response as AnyResponse

from authz.models import Operator, OperatorRole
from authz.office.models import NewOperator, NewPerson
from idp_bridge.services import services
from idp_bridge.texts import OPERATOR_ROLES
from idp_bridge.views.operator.frame import bp, go_to
from idp_bridge.views.operator.register import (
    NUMBER,
    asking,
    by_now,
    office,
    show_form,
    show_page,
    trying,
)
from idp_bridge.views.operator.typed import Typed, first_day_of, last_day_of
from idp_bridge.web.access import needs
from idp_bridge.web.form_pages import only_button
from idp_bridge.web.rights import Right

_ONE: Final = f"/operatorer/<{NUMBER}:operator_id>"
_PERSON: Final = ("given_name", "surname", "hsa_id", "email")
_PLACES: Final = {
    "already-there": ("hsa_id", "operator-there"),
    "last-operator": ("role", "last-operator"),
    "valid_until": ("last_day", "order"),
    "ended-already": ("last_day", "ended-already"),
}


@bp.get("/operatorer")
@needs(Right.OPERATORS_CHANGE)
def show_operators() -> AnyResponse:
    """List who may look at these pages."""
    return show_page("operators", found=office().operators.list(), problems={})


@bp.get("/operatorer/ny")
@needs(Right.OPERATORS_CHANGE)
def show_new_operator() -> AnyResponse:
    """Show the empty form."""
    known = dict.fromkeys((*_PERSON, "first_day", "last_day"), "")
    return show_form("operator_form", {**known, "role": "reader"}, operator=None)


@bp.post("/operatorer/ny")
@needs(Right.OPERATORS_CHANGE)
def add_operator() -> AnyResponse:
    """Let somebody look at these pages."""
    typed = Typed(request.form)
    new = _read(typed)
    if not typed.problems:
        with trying(typed, _PLACES):
            office().operators.add(new, **by_now())
    if typed.problems:
        return show_form("operator_form", typed, operator=None)
    return _back("operator-added")


@bp.get(f"{_ONE}/andra")
@needs(Right.OPERATORS_CHANGE)
def show_operator_form(operator_id: int) -> AnyResponse:
    """Show an operator for changing."""
    operator = _find(operator_id)
    known = {
        **{name: getattr(operator, name) for name in (*_PERSON, "role")},
        "first_day": first_day_of(operator.validity.valid_from),
        "last_day": last_day_of(operator.validity.valid_until),
    }
    return show_form("operator_form", known, operator=operator)


@bp.post(f"{_ONE}/andra")
@needs(Right.OPERATORS_CHANGE)
def change_operator(operator_id: int) -> AnyResponse:
    """Change an operator; somebody with every right remains."""
    operator, typed = _find(operator_id), Typed(request.form)
    new = _read(typed)
    if not typed.problems:
        with trying(typed, _PLACES):
            office().operators.change(operator_id, new, **by_now())
    if typed.problems:
        return show_form("operator_form", typed, operator=operator)
    return _back("saved")


@bp.get(f"{_ONE}/avsluta")
@needs(Right.OPERATORS_CHANGE)
def confirm_end_of_operator(operator_id: int) -> AnyResponse:
    """Ask once more."""
    return show_form("operator_end", {}, operator=_find(operator_id))


@bp.post(f"{_ONE}/avsluta")
@needs(Right.OPERATORS_CHANGE)
@only_button
def end_operator(operator_id: int) -> AnyResponse:
    """Let an operator end at once; somebody with every right remains."""
    operator, typed = _find(operator_id), Typed(request.form)
    with trying(typed, _PLACES):
        office().operators.end(operator_id, **by_now())
    if typed.problems:
        return show_form("operator_end", typed, operator=operator)
    return _back("operator-ended")


def _read(typed: Typed) -> NewOperator:
    allowed = services().settings.saml.allow_test_hsa_ids
    person = NewPerson(
        given_name=typed.line("given_name"),
        surname=typed.line("surname"),
        hsa_id=typed.hsa_id("hsa_id", allow_test_ids=allowed),
        email=typed.mail("email"),
    )
    role = typed.choice("role", OPERATOR_ROLES) or OperatorRole.READER
    return NewOperator(
        person=person, role=OperatorRole(role), validity=typed.validity()
    )


def _find(operator_id: int) -> Operator:
    with asking():
        return office().operators.get(operator_id)


def _back(done: str) -> AnyResponse:
    return go_to(url_for("operator.show_operators", klart=done))
