"""What is looked for: a reference number, a person or an organisation?

One field for all three. It is sent in the body of a form, because it may be an HSA-id.
"""

from flask import request, url_for
from werkzeug.wrappers import Response as AnyResponse

from authz.errors import BadIdentifierError
from authz.identifiers import parse_hsa_id
from idp_bridge.services import services
from idp_bridge.tracing.references import read_reference
from idp_bridge.views.operator.frame import bp, go_to
from idp_bridge.views.operator.look_up import show_person
from idp_bridge.views.operator.typed import MAX_LINE, Typed
from idp_bridge.web.access import needs
from idp_bridge.web.form_pages import form_on
from idp_bridge.web.rights import Right


@bp.post("/sok")
@needs(Right.REGISTER_READ)
@form_on("operator.show_start")
def search() -> AnyResponse:
    """Show the refusal or the person, or the organisations that are called so."""
    wanted = request.form.get("sok", "").strip()[:MAX_LINE]
    if _is_hsa_id(wanted):
        return show_person(Typed(request.form), "sok")
    reference = read_reference(wanted)
    if reference is None:
        return go_to(url_for("operator.show_organisations", sok=wanted))
    if services().traces.find(reference) is None:
        return go_to(url_for("operator.show_refusals", saknas=reference))
    return go_to(url_for("operator.show_refusal", reference=reference))


def _is_hsa_id(text: str) -> bool:
    try:
        parse_hsa_id(text, allow_test_ids=True)
    except BadIdentifierError:
        return False
    return True
