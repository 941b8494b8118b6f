"""``idp-bridge retention``: what has been kept long enough?"""

from dataclasses import asdict

import click

from authz.office.retention import Cleared
from idp_bridge import database
from idp_bridge.cli.context import Office, pass_office
from idp_bridge.cli.output import json_option, show_json, show_table
from metadata.orders import OrderStore

_ACTOR = "system:retention"


@click.group("retention")
def group() -> None:
    """Delete what was kept as long as [retention] says."""


@group.command()
@click.option("--dry-run", is_flag=True, help="Only say how much would be deleted.")
@json_option
@pass_office
def run(office: Office, *, dry_run: bool, as_json: bool) -> None:
    """Delete what is too old, and leave a receipt: that and how many, not whom.

    Entries of the audit trail are never deleted. Run it every night; when nothing is
    too old it changes nothing.
    """
    keep = office.settings.retention.keep
    now = office.clock()
    before = now - keep("orders")
    orders = OrderStore(database.autocommit(office.engine))
    count = orders.forget(before, dry_run=dry_run)
    done = Cleared(category="orders", before=before, count=count)
    cleared = office.register.retention.run(
        keep, dry_run=dry_run, elsewhere={"orders": count}, actor=_ACTOR, now=now
    )
    _show((*cleared, done), dry_run=dry_run, as_json=as_json)


def _show(cleared: tuple[Cleared, ...], *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        show_json({"dry_run": dry_run, "cleared": [asdict(one) for one in cleared]})
        return
    rows = [(one.category, one.before.date(), one.count) for one in cleared]
    show_table(("category", "ended_before", "deleted"), rows)
    if dry_run:
        click.echo("Nothing was deleted: this was a dry run.")
