"""``idp-bridge trace``: what happened in the login with this reference number?"""

from dataclasses import asdict

import click

from authz.audit import SYSTEM_CHAIN, Action, Event
from authz.office.errors import NoSuchThingError
from idp_bridge import database
from idp_bridge.cli.context import ACTOR, Office, pass_office
from idp_bridge.cli.output import json_option, show_json, show_table
from idp_bridge.tracing.models import Trace
from idp_bridge.tracing.references import read_reference
from idp_bridge.tracing.store import TraceStore

_SHOWN = (
    "code",
    "reason",
    "route",
    "sp_entity_id",
    "idp_entity_id",
    "request_id",
    "login_id",
    "told",
    "status",
    "second_status",
)


@click.command("trace")
@click.argument("reference")
@json_option
@pass_office
def command(office: Office, *, reference: str, as_json: bool) -> None:
    """Say what happened before the error page with the number REFERENCE.

    Nothing in it is about the person. That somebody looked stands in the audit trail.

    Raises:
        NoSuchThingError: No refusal is kept under this number.
    """
    number = read_reference(reference)
    traces = TraceStore(database.autocommit(office.engine))
    trace = traces.find(number) if number else None
    if trace is None:
        raise NoSuchThingError("no refusal is kept under this reference number")
    _note(office, trace)
    if as_json:
        show_json(asdict(trace))
    else:
        _show(trace)


def _note(office: Office, trace: Trace) -> None:
    event = Event(
        chain=SYSTEM_CHAIN,
        at=office.clock(),
        actor=ACTOR,
        action=Action.TRACE_LOOK_UP,
        subject=f"trace:{trace.reference}",
    )
    with office.authz.recording(event):
        pass


def _show(trace: Trace) -> None:
    click.echo(f"{trace.reference}: {trace.kind} refused {trace.at.isoformat()}")
    for name in _SHOWN:
        if value := getattr(trace, name):
            click.echo(f"{name}: {value}")
    rows = [
        (each.at.isoformat(), each.step, each.detail or None) for each in trace.steps
    ]
    show_table(("at", "step", "detail"), rows)
