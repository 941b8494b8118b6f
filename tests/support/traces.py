"""How does a test make the trace of a refusal?"""

from dataclasses import replace
from datetime import timedelta

from idp_bridge.tracing.models import Told, Trace, TraceKind
from idp_bridge.tracing.steps import Step, TraceStep
from metadata import names
from tests.support.clock import NOW
from tests.support.saml.world import IDP, SP

TRACE = Trace(
    reference="BCD234FGH",
    at=NOW,
    kind=TraceKind.LOGIN,
    code="no-permission",
    reason="decision no-permission",
    sp_entity_id=SP,
    idp_entity_id=IDP,
    request_id="_request-1",
    login_id="0" * 40,
    told=Told.BY_BUTTON,
    status=names.STATUS_RESPONDER,
    second_status=names.STATUS_REQUEST_DENIED,
    steps=(
        TraceStep(step=Step.REQUEST_ACCEPTED, at=NOW, detail="signed"),
        TraceStep(step=Step.REFUSED, at=NOW + timedelta(milliseconds=1234)),
    ),
)
"""Somebody without permission."""


def trace(reference: str, **changes: object) -> Trace:
    """Make a trace of a refused login.

    Args:
        reference: Its number.
        changes: What is not as usual.
    """
    return replace(TRACE, reference=reference, **changes)  # type: ignore[arg-type]
