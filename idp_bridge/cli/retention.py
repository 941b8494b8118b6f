"""``idp-bridge retention``: what has been kept long enough?"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Protocol

import click

from authz.office.retention import Cleared
from idp_bridge import database
from idp_bridge.cli.context import Office, pass_office
from idp_bridge.cli.output import json_option, show_json, show_table
from idp_bridge.tracing.store import TraceStore
from metadata.orders import OrderStore

_ACTOR = "system:retention"


class Forget(Protocol):
    """Deletes what is older than a moment, and answers with how much."""

    def __call__(self, before: datetime, *, dry_run: bool) -> int:
        """Delete it, or only count it in a dry run."""


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
    done = [
        Cleared(
            category=category,
            before=now - keep(category),
            count=forget(now - keep(category), dry_run=dry_run),
        )
        for category, forget in _elsewhere(office).items()
    ]
    cleared = office.register.retention.run(
        keep,
        dry_run=dry_run,
        elsewhere={one.category: one.count for one in done},
        actor=_ACTOR,
        now=now,
    )
    _show((*cleared, *done), dry_run=dry_run, as_json=as_json)


def _elsewhere(office: Office) -> Mapping[str, Forget]:
    """Say what is kept outside of the permission store, and who forgets it."""
    engine = database.autocommit(office.engine)
    return {
        "traces": TraceStore(engine).forget,
        "orders": OrderStore(engine).forget,
    }


def _show(cleared: Sequence[Cleared], *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        show_json({"dry_run": dry_run, "cleared": [asdict(one) for one in cleared]})
        return
    rows = [(one.category, one.before.date(), one.count) for one in cleared]
    show_table(("category", "ended_before", "deleted"), rows)
    if dry_run:
        click.echo("Nothing was deleted: this was a dry run.")
