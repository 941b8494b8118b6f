"""``idp-bridge audit``: is the trail of changes whole, and what does it say?"""

from dataclasses import asdict

import click

from idp_bridge.cli.context import Office, pass_office
from idp_bridge.cli.output import json_option, show_json


@click.group("audit")
def group() -> None:
    """Verify and export the trail of every change."""


@group.command()
@json_option
@pass_office
def verify(office: Office, *, as_json: bool) -> None:
    """Walk every hash chain from its beginning to its end.

    Keep the answer somewhere else: it shows if a whole chain is replaced later. Pages
    with events tell when this was done last; run it every night.
    """
    heads = office.authz.verify_audit()
    chains = [head.chain for head in heads]
    office.authz.note_audit_check(chains, now=office.clock())
    if as_json:
        show_json({"ok": True, "chains": [asdict(head) for head in heads]})
        return
    for head in heads:
        click.echo(f"{head.chain}: {head.number} entries, {head.hash}")
    click.echo("The trail is whole.")


@group.command()
@pass_office
def export(office: Office) -> None:
    """Print the trail, one JSON object a line."""
    for line in office.authz.export_audit():
        click.echo(line)
