"""Who administers an organisation? Somebody always does."""

from typing import Final

from flask import request, url_for
from werkzeug.wrappers import Response as AnyResponse

from authz.office.errors import IsUserError
from authz.office.models import AdministratorView, NewPerson
from idp_bridge.errors import PageNotFoundError
from idp_bridge.services import services
from idp_bridge.views.operator.frame import bp, go_to
from idp_bridge.views.operator.organisations import ONE, find
from idp_bridge.views.operator.register import (
    NUMBER,
    asking,
    by_now,
    office,
    show_form,
    show_page,
    trying,
)
from idp_bridge.views.operator.typed import Typed
from idp_bridge.web.access import needs
from idp_bridge.web.form_pages import form_on, only_button
from idp_bridge.web.rights import Right

_NEW: Final = f"{ONE}/administratorer/ny"
_ONE: Final = f"{ONE}/administratorer/<{NUMBER}:membership_id>"
_CONFLICT: Final = 409
_EMPTY: Final = {"given_name": "", "surname": "", "hsa_id": "", "email": ""}
_PLACES: Final = {"already-there": ("hsa_id", "administrator-there")}
_REPLACING: Final = {**_PLACES, "ended-already": ("hsa_id", "ended-already")}


@bp.get(_NEW)
@needs(Right.REGISTER_CHANGE)
def show_new_administrator(organisation_id: int) -> AnyResponse:
    """Show the empty form."""
    return show_form("administrator_new", _EMPTY, view=find(organisation_id))


@bp.post(_NEW)
@needs(Right.REGISTER_CHANGE)
def add_administrator(organisation_id: int) -> AnyResponse:
    """Register an administrator; ask first when the person is a user."""
    view, typed = find(organisation_id), Typed(request.form)
    new = _read(typed)
    if not typed.problems:
        try:
            with trying(typed, _PLACES):
                office().administrators.add(organisation_id, new, **by_now())
        except IsUserError:
            return _ask(organisation_id, new, typed)
    if typed.problems:
        return show_form("administrator_new", typed, view=view)
    return _back(organisation_id, "administrator-added")


@bp.post(f"{ONE}/administratorer/gor-om")
@needs(Right.REGISTER_CHANGE)
@form_on("operator.show_new_administrator")
def promote_user(organisation_id: int) -> AnyResponse:
    """Make a user an administrator: the permissions end in the same moment."""
    view, typed = find(organisation_id), Typed(request.form)
    hsa_id = _hsa_id(typed)
    if not typed.problems:
        with trying(typed, _PLACES):
            office().administrators.promote(organisation_id, hsa_id, **by_now())
    if typed.problems:
        return show_form("administrator_new", typed, view=view)
    return _back(organisation_id, "administrator-promoted")


@bp.get(f"{_ONE}/andra")
@needs(Right.REGISTER_CHANGE)
def show_administrator_form(organisation_id: int, membership_id: int) -> AnyResponse:
    """Show what is known of an administrator for changing."""
    one = _find(organisation_id, membership_id)
    known = {name: getattr(one.person, name) for name in _EMPTY}
    view = find(organisation_id)
    return show_form("administrator_change", known, view=view, one=one)


@bp.post(f"{_ONE}/andra")
@needs(Right.REGISTER_CHANGE)
def change_administrator(organisation_id: int, membership_id: int) -> AnyResponse:
    """Change a name, an address or an HSA-id."""
    one, typed = _find(organisation_id, membership_id), Typed(request.form)
    new = _read(typed)
    if not typed.problems:
        with trying(typed, _PLACES):
            office().administrators.change(membership_id, new, **by_now())
    if typed.problems:
        view = find(organisation_id)
        return show_form("administrator_change", typed, view=view, one=one)
    return _back(organisation_id, "saved")


@bp.get(f"{_ONE}/byt-ut")
@needs(Right.REGISTER_CHANGE)
def show_replacement(organisation_id: int, membership_id: int) -> AnyResponse:
    """Show the form for whoever comes after an administrator."""
    one = _find(organisation_id, membership_id)
    view = find(organisation_id)
    return show_form("administrator_replace", _EMPTY, view=view, one=one)


@bp.post(f"{_ONE}/byt-ut")
@needs(Right.REGISTER_CHANGE)
def replace_administrator(organisation_id: int, membership_id: int) -> AnyResponse:
    """Let a new administrator begin and the old one end in the same moment."""
    one, typed = _find(organisation_id, membership_id), Typed(request.form)
    new, is_confirmed = _read(typed), typed["from_user"] == "ja"
    if not typed.problems:
        try:
            with trying(typed, _REPLACING):
                office().administrators.replace(
                    membership_id, new, from_user=is_confirmed, **by_now()
                )
        except IsUserError:
            return _ask(organisation_id, new, typed, instead_of=one)
    if typed.problems:
        view = find(organisation_id)
        return show_form("administrator_replace", typed, view=view, one=one)
    return _back(organisation_id, "administrator-replaced")


@bp.get(f"{_ONE}/avsluta")
@needs(Right.REGISTER_CHANGE)
def confirm_end_of_administrator(
    organisation_id: int, membership_id: int
) -> AnyResponse:
    """Ask once more, or say why it cannot be."""
    return _show_end(organisation_id, membership_id, Typed(request.args))


@bp.post(f"{_ONE}/avsluta")
@needs(Right.REGISTER_CHANGE)
@only_button
def end_administrator(organisation_id: int, membership_id: int) -> AnyResponse:
    """Let an administrator end; never the last one."""
    _find(organisation_id, membership_id)
    typed = Typed(request.form)
    with trying(typed, {"last-administrator": ("last", "last-administrator")}):
        office().administrators.end(membership_id, **by_now())
    if typed.problems:
        return _show_end(organisation_id, membership_id, typed)
    return _back(organisation_id, "administrator-ended")


def _read(typed: Typed) -> NewPerson:
    return NewPerson(
        given_name=typed.line("given_name"),
        surname=typed.line("surname"),
        hsa_id=_hsa_id(typed),
        email=typed.mail("email"),
    )


def _hsa_id(typed: Typed) -> str:
    allowed = services().settings.saml.allow_test_hsa_ids
    return typed.hsa_id("hsa_id", allow_test_ids=allowed)


def _find(organisation_id: int, membership_id: int) -> AdministratorView:
    """Find an administrator of this organisation.

    Raises:
        PageNotFoundError: There is none of this number here.
    """
    for one in find(organisation_id).administrators:
        if one.membership_id == membership_id:
            return one
    raise PageNotFoundError("no administrator of this number here")


def _ask(
    organisation_id: int,
    new: NewPerson,
    typed: Typed,
    *,
    instead_of: AdministratorView | None = None,
) -> AnyResponse:
    """Say what becoming an administrator takes away, and ask."""
    with asking():
        promotion = office().administrators.promotion(new.hsa_id)
    return show_page(
        "administrator_promote",
        _CONFLICT,
        view=find(organisation_id),
        promotion=promotion,
        one=instead_of,
        typed=typed,
    )


def _show_end(organisation_id: int, membership_id: int, typed: Typed) -> AnyResponse:
    view, one = find(organisation_id), _find(organisation_id, membership_id)
    return show_form("administrator_end", typed, view=view, one=one)


def _back(organisation_id: int, done: str) -> AnyResponse:
    return go_to(
        url_for(
            "operator.show_administrators_of",
            organisation_id=organisation_id,
            klart=done,
        )
    )
