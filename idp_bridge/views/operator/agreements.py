"""Which organisation may use which e-tjänst, and until when?"""

from datetime import timedelta
from typing import Final

from flask import request, url_for
from werkzeug.wrappers import Response as AnyResponse

from authz.office.models import AgreementView, NewAgreement
from idp_bridge.services import services
from idp_bridge.views.operator.endings import (
    LAST_DAY,
    Ending,
    asked_end,
    chosen_end,
    show_ending,
)
from idp_bridge.views.operator.frame import bp, filled, go_to
from idp_bridge.views.operator.organisations import ONE, find
from idp_bridge.views.operator.paging import asked_choice
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
from idp_bridge.web.rights import Right

SOON: Final = timedelta(days=60)
"""How long before its end an agreement is worth a look."""
_ONE: Final = f"/avtal/<{NUMBER}:agreement_id>"
_PLACES: Final = {
    "already-there": ("service_code", "agreement-there"),
    "valid_from": ("first_day", ""),
    "valid_until": (LAST_DAY, "order"),
    "at": (LAST_DAY, "after-end"),
    "ended-already": (LAST_DAY, "ended-already"),
}


@bp.get("/avtal")
@needs(Right.REGISTER_READ)
def show_agreements() -> AnyResponse:
    """List the agreements of all organisations."""
    now = services().clock()
    names = office().services.names()
    code, soon = asked_choice("e-tjanst", names), asked_choice("slutar", {"snart": 1})
    found = office().agreements.list(
        service_code=code, ends_before=now + SOON if soon else None
    )
    if soon:
        found = tuple(one for one in found if not one.validity.has_ended(now))
    return show_page(
        "agreements",
        found=found,
        services=names,
        kept=filled({"e-tjanst": code, "slutar": soon}),
    )


@bp.get(f"{ONE}/avtal/nytt")
@needs(Right.REGISTER_CHANGE)
def show_new_agreement(organisation_id: int) -> AnyResponse:
    """Show the form for an agreement of an organisation, from today."""
    known = {"first_day": first_day_of(services().clock())}
    return _show_new(organisation_id, known)


@bp.post(f"{ONE}/avtal/nytt")
@needs(Right.REGISTER_CHANGE)
def add_agreement(organisation_id: int) -> AnyResponse:
    """Register an agreement."""
    find(organisation_id)
    typed = Typed(request.form)
    code = typed.choice("service_code", office().services.names())
    first = typed.first_day("first_day", is_required=True)
    last = typed.validity().valid_until
    reference = typed.line("reference", is_required=False)
    if first and not typed.problems:
        new = NewAgreement(
            service_code=code,
            valid_from=first,
            valid_until=last,
            reference=reference or None,
        )
        with trying(typed, _PLACES):
            office().agreements.add(organisation_id, new, **by_now())
    if typed.problems:
        return _show_new(organisation_id, typed)
    return _back(organisation_id, "agreement-added")


@bp.get(f"{_ONE}/andra")
@needs(Right.REGISTER_CHANGE)
def show_agreement_form(agreement_id: int) -> AnyResponse:
    """Show what can be changed about an agreement."""
    agreement = _find(agreement_id)
    known = {
        "reference": agreement.reference or "",
        LAST_DAY: last_day_of(agreement.validity.valid_until),
    }
    return show_form("agreement_change", known, agreement=agreement)


@bp.post(f"{_ONE}/andra")
@needs(Right.REGISTER_CHANGE)
def change_agreement(agreement_id: int) -> AnyResponse:
    """Change an agreement; a shorter one is for the page that says who loses what."""
    agreement, typed = _find(agreement_id), Typed(request.form)
    reference = typed.line("reference", is_required=False)
    last, before = typed.last_day(LAST_DAY), agreement.validity.valid_until
    if last and (before is None or last < before):
        typed.refuse(LAST_DAY, "shorter")
    if not typed.problems:
        with trying(typed, _PLACES):
            office().agreements.change(
                agreement_id,
                reference=reference or None,
                valid_until=last,
                **by_now(),
            )
    if typed.problems:
        return show_form("agreement_change", typed, agreement=agreement)
    return _back(agreement.organisation_id, "saved")


@bp.get(f"{_ONE}/avsluta")
@needs(Right.REGISTER_CHANGE)
def confirm_end_of_agreement(agreement_id: int) -> AnyResponse:
    """Say who loses what when an agreement ends, and ask once more."""
    return _show_end(agreement_id, asked_end())


@bp.post(f"{_ONE}/avsluta")
@needs(Right.REGISTER_CHANGE)
def end_agreement(agreement_id: int) -> AnyResponse:
    """Let an agreement end."""
    agreement, typed = _find(agreement_id), Typed(request.form)
    at = chosen_end(typed)
    if not typed.problems:
        with trying(typed, _PLACES):
            office().agreements.end(agreement_id, at=at, **by_now())
    if typed.problems:
        return _show_end(agreement_id, typed)
    return _back(agreement.organisation_id, "agreement-ended")


def _find(agreement_id: int) -> AgreementView:
    with asking():
        return office().agreements.get(agreement_id)


def _show_new(organisation_id: int, typed: Typed | dict[str, str]) -> AnyResponse:
    choices = office().services.names()
    return show_form(
        "agreement_new", typed, view=find(organisation_id), services=choices
    )


def _show_end(agreement_id: int, typed: Typed) -> AnyResponse:
    agreement, at = _find(agreement_id), chosen_end(typed)
    ending = Ending(
        kind="agreement",
        name=f"{agreement.service_name}, {agreement.organisation_name}",
        action=url_for("operator.end_agreement", agreement_id=agreement_id),
        back=url_for(
            "operator.show_agreements_of", organisation_id=agreement.organisation_id
        ),
    )
    lost = office().agreements.consequences(agreement_id, at=at)
    return show_ending(ending, typed, lost)


def _back(organisation_id: int, done: str) -> AnyResponse:
    return go_to(
        url_for(
            "operator.show_agreements_of", organisation_id=organisation_id, klart=done
        )
    )
