"""What can an operator change about an organisation?"""

from typing import Final

from flask import request, url_for
from werkzeug.wrappers import Response as AnyResponse

from authz.office.models import NewOrganisation
from idp_bridge.errors import PageNotFoundError
from idp_bridge.texts import register_texts
from idp_bridge.views.operator.endings import (
    LAST_DAY,
    Ending,
    asked_end,
    chosen_end,
    show_ending,
)
from idp_bridge.views.operator.frame import bp, go_to
from idp_bridge.views.operator.organisations import ONE, find
from idp_bridge.views.operator.register import (
    asking,
    by_now,
    office,
    show_form,
    show_page,
    trying,
)
from idp_bridge.views.operator.typed import Typed
from idp_bridge.web.access import needs
from idp_bridge.web.form_pages import form_on
from idp_bridge.web.rights import Right

_EMPTY: Final = {"name": "", "kind": "", "number": ""}
_NEW: Final = {"numbers": ("number", ""), "already-there": ("number", "number-taken")}
_ENDING: Final = {
    "at": (LAST_DAY, "before-beginning"),
    "ended-already": (LAST_DAY, "ended-already"),
}
_NUMBERS: Final = {
    "number": ("number", ""),
    "already-there": ("number", "number-taken"),
}


@bp.get("/organisationer/ny")
@needs(Right.REGISTER_CHANGE)
def show_new_organisation() -> AnyResponse:
    """Show the empty form."""
    return show_form("organisation_new", _EMPTY)


@bp.post("/organisationer/ny")
@needs(Right.REGISTER_CHANGE)
def add_organisation() -> AnyResponse:
    """Register an organisation."""
    typed = Typed(request.form)
    new = NewOrganisation(
        name=typed.line("name"),
        kind=typed.choice("kind", register_texts.KINDS_OF_ORGANISATIONS),
        numbers=(typed.organisation_number("number"),),
    )
    number = 0
    if not typed.problems:
        with trying(typed, _NEW):
            number = office().organisations.add(new, **by_now())
    if typed.problems:
        return show_form("organisation_new", typed)
    return _back(number, "organisation-added")


@bp.get(f"{ONE}/andra")
@needs(Right.REGISTER_CHANGE)
def show_organisation_form(organisation_id: int) -> AnyResponse:
    """Show an organisation's name and kind for changing."""
    view = find(organisation_id)
    known = {"name": view.organisation.name, "kind": view.organisation.kind}
    return show_form("organisation_change", known, view=view)


@bp.post(f"{ONE}/andra")
@needs(Right.REGISTER_CHANGE)
def change_organisation(organisation_id: int) -> AnyResponse:
    """Give an organisation another name or kind; everything else stays."""
    view, typed = find(organisation_id), Typed(request.form)
    name = typed.line("name")
    kind = typed.choice("kind", register_texts.KINDS_OF_ORGANISATIONS)
    if not typed.problems:
        with trying(typed, {}):
            _change(organisation_id, name, kind)
    if typed.problems:
        return show_form("organisation_change", typed, view=view)
    return _back(organisation_id, "saved")


@bp.post(f"{ONE}/nummer")
@needs(Right.REGISTER_CHANGE)
@form_on("operator.show_organisation")
def add_number(organisation_id: int) -> AnyResponse:
    """Give an organisation one more number."""
    view, typed = find(organisation_id), Typed(request.form)
    number = typed.organisation_number("number")
    if not typed.problems:
        with trying(typed, _NUMBERS):
            office().organisations.add_number(organisation_id, number, **by_now())
    if typed.problems:
        return show_page(
            "organisation", 422, view=view, typed=typed, problems=typed.problems
        )
    return _back(organisation_id, "saved")


@bp.post(f"{ONE}/nummer/<number>/huvudnummer")
@needs(Right.REGISTER_CHANGE)
def make_main_number(organisation_id: int, number: str) -> AnyResponse:
    """Let one of an organisation's numbers be the first one."""
    with asking():
        office().organisations.make_main(organisation_id, number, **by_now())
    return _back(organisation_id, "saved")


@bp.post(f"{ONE}/nummer/<number>/ta-bort")
@needs(Right.REGISTER_CHANGE)
def remove_number(organisation_id: int, number: str) -> AnyResponse:
    """Take a number from an organisation; the last one stays.

    Raises:
        PageNotFoundError: It has no such number.
    """
    view, typed = find(organisation_id), Typed(request.form)
    if number not in view.organisation.numbers:
        raise PageNotFoundError("no such number here")
    with trying(typed, {"number": ("number", "main-number")}):
        office().organisations.remove_number(organisation_id, number, **by_now())
    if typed.problems:
        return show_page(
            "organisation", 422, view=view, typed=typed, problems=typed.problems
        )
    return _back(organisation_id, "saved")


@bp.get(f"{ONE}/avsluta")
@needs(Right.REGISTER_CHANGE)
def confirm_end_of_organisation(organisation_id: int) -> AnyResponse:
    """Say who loses what when an organisation ends, and ask once more."""
    return _show_end(organisation_id, asked_end())


@bp.post(f"{ONE}/avsluta")
@needs(Right.REGISTER_CHANGE)
def end_organisation(organisation_id: int) -> AnyResponse:
    """Let an organisation end."""
    find(organisation_id)
    typed = Typed(request.form)
    at = chosen_end(typed)
    if not typed.problems:
        with trying(typed, _ENDING):
            office().organisations.end(organisation_id, at=at, **by_now())
    if typed.problems:
        return _show_end(organisation_id, typed)
    return _back(organisation_id, "organisation-ended")


@bp.post(f"{ONE}/oppna")
@needs(Right.REGISTER_CHANGE)
def reopen_organisation(organisation_id: int) -> AnyResponse:
    """Let an organisation go on that has ended or was to end."""
    with asking():
        office().organisations.reopen(organisation_id, **by_now())
    return _back(organisation_id, "organisation-reopened")


def _change(organisation_id: int, name: str, kind: str) -> None:
    known, organisations = find(organisation_id).organisation, office().organisations
    if name != known.name:
        organisations.rename(organisation_id, name, **by_now())
    if kind != known.kind:
        organisations.change_kind(organisation_id, kind, **by_now())


def _show_end(organisation_id: int, typed: Typed) -> AnyResponse:
    view, at = find(organisation_id), chosen_end(typed)
    ending = Ending(
        kind="organisation",
        name=view.organisation.name,
        action=url_for("operator.end_organisation", organisation_id=organisation_id),
        back=url_for("operator.show_organisation", organisation_id=organisation_id),
    )
    lost = office().organisations.consequences(organisation_id, at=at)
    return show_ending(ending, typed, lost)


def _back(organisation_id: int, done: str) -> AnyResponse:
    return go_to(
        url_for(
            "operator.show_organisation", organisation_id=organisation_id, klart=done
        )
    )
