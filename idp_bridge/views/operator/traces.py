"""Which logins were refused, and what happened before the page with a number?

What is kept of a refusal says nothing about the person, so whoever may read it sees
all of it. That somebody looked stands in the audit trail.
"""

from datetime import timedelta
from typing import Final

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from authz.audit import SYSTEM_CHAIN, Action, Event
from idp_bridge.errors import PageNotFoundError
from idp_bridge.services import services
from idp_bridge.texts.trace_texts import TRACE_TEXTS
from idp_bridge.tracing.references import read_reference
from idp_bridge.views.operator.frame import bp, filled
from idp_bridge.views.operator.paging import PAGE_SIZE, Paging, asked_choice, asked_page
from idp_bridge.views.operator.register import show_page
from idp_bridge.web.access import needs, viewer
from idp_bridge.web.rights import Right

HOUR: Final = "timme"
PERIODS: Final = {
    HOUR: timedelta(hours=1),
    "dygn": timedelta(days=1),
    "vecka": timedelta(weeks=1),
}


@bp.get("/felkoder")
@needs(Right.REGISTER_READ)
def show_refusals() -> AnyResponse:
    """List the logins that were refused lately, all or of one cause."""
    period = asked_choice("tid", PERIODS) or HOUR
    since = services().clock() - PERIODS[period]
    traces = services().traces
    causes = traces.counts(since=since)
    code = asked_choice("orsak", TRACE_TEXTS.causes)
    page = asked_page()
    found = traces.page(
        since=since, code=code, limit=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE
    )
    return show_page(
        "refusals",
        found=found.traces,
        paging=Paging(total=found.total, page=page),
        causes=causes,
        code=code,
        period=period,
        kept=filled({"orsak": code, "tid": period}),
        missing=read_reference(request.args.get("saknas", "")),
        words_of_traces=TRACE_TEXTS,
        own_entity_id=services().settings.saml.sp_entity_id,
    )


@bp.get("/felkoder/<reference>")
@needs(Right.REGISTER_READ)
def show_refusal(reference: str) -> AnyResponse:
    """Show what happened before a refusal; leave a trace of the look.

    Raises:
        PageNotFoundError: No refusal is kept under this number.
    """
    number = read_reference(reference)
    trace = services().traces.find(number) if number else None
    if trace is None:
        raise PageNotFoundError("no such reference number")
    _note(trace.reference)
    return show_page(
        "refusal",
        trace=trace,
        words_of_traces=TRACE_TEXTS,
        own_entity_id=services().settings.saml.sp_entity_id,
    )


def _note(reference: str) -> None:
    """Write down that somebody looked."""
    event = Event(
        chain=SYSTEM_CHAIN,
        at=services().clock(),
        actor=viewer().actor,
        action=Action.TRACE_LOOK_UP,
        subject=f"trace:{reference}",
    )
    with services().authz.recording(event):
        pass
