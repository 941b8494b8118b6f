"""Who is this person, and why did they get, or not get, this?

Whoever is looked up stands in the form, never in the address, and every look-up leaves
a trace that the organisation sees.
"""

from datetime import datetime
from typing import Final

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from authz.claims import encode
from authz.models import Decision
from idp_bridge.services import services
from idp_bridge.views.operator.frame import bp
from idp_bridge.views.operator.register import by_now, office, show_form, show_page
from idp_bridge.views.operator.typed import Typed
from idp_bridge.web.access import needs
from idp_bridge.web.rights import Right

_EMPTY: Final = {"hsa_id": "", "service_code": "", "at": ""}


@bp.get("/person")
@needs(Right.REGISTER_READ)
def show_search_for_person() -> AnyResponse:
    """Show the empty form."""
    return show_form("person", _EMPTY, is_asked=False)


@bp.post("/person")
@needs(Right.REGISTER_READ)
def look_up_person() -> AnyResponse:
    """Show where somebody belongs and what they may do; leave a trace."""
    return show_person(Typed(request.form), "hsa_id")


def show_person(typed: Typed, field: str) -> AnyResponse:
    """Show the person whose HSA-id stands in a field; leave a trace.

    Args:
        typed: What was typed.
        field: The name of the field.
    """
    hsa_id = typed.hsa_id(field, allow_test_ids=True)
    if typed.problems:
        return show_form("person", typed, is_asked=False)
    found = office().people.look_up(hsa_id, **by_now())
    shown = {"hsa_id": typed[field]}
    return show_page("person", typed=shown, problems={}, found=found, is_asked=True)


@bp.get("/forklara")
@needs(Right.REGISTER_READ)
def show_question() -> AnyResponse:
    """Show the empty form."""
    return _show(_EMPTY)


@bp.post("/forklara")
@needs(Right.REGISTER_READ)
def explain() -> AnyResponse:
    """Say what somebody gets or got at an e-tjänst, and why; leave a trace."""
    typed = Typed(request.form)
    hsa_id = typed.hsa_id("hsa_id", allow_test_ids=True)
    code = typed.choice("service_code", office().services.names())
    at = typed.minute("at") or services().clock()
    if typed.problems:
        return _show(typed)
    office().people.look_up(hsa_id, **by_now())
    return _show(typed, _answer(hsa_id, code, at))


def _answer(hsa_id: str, code: str, at: datetime) -> Decision:
    return services().authz.explain(hsa_id, code, now=at)


def _show(
    typed: Typed | dict[str, str], decision: Decision | None = None
) -> AnyResponse:
    claims = decision and encode(decision.facts.service.claim_format, decision)
    names = office().services.names()
    return show_form("explain", typed, services=names, decision=decision, claims=claims)
