"""``idp-bridge metadata refresh`` and ``watch``: how does metadata stay fresh?"""

import os
from dataclasses import asdict

import click

from idp_bridge import database, logs, services, watching
from idp_bridge.cli.context import Office, pass_office
from idp_bridge.cli.output import json_option, show_json
from idp_bridge.cli.waiting import show_pending
from idp_bridge.order_desk import OrderDesk
from metadata.lease_store import LeaseStore
from metadata.loader import MetadataAdmin
from metadata.mdq_store import MdqStore
from metadata.orders import OrderStore
from metadata.refreshing import Errands, Refresher
from metadata.reports import Outcome, RefreshResult

_FAILURES = frozenset({Outcome.PENDING, Outcome.REFUSED})


@click.command()
@click.argument("name", required=False)
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@click.option(
    "--force", is_flag=True, help="Fetch and read again what should be the same."
)
@json_option
@pass_office
def refresh(
    office: Office, *, name: str | None, dry_run: bool, force: bool, as_json: bool
) -> None:
    """Refresh the source NAME, or every source that is due.

    With --force or --dry-run and without NAME: every source, due or not. Whatever
    happens, the last good version stays in use until its own end.

    Raises:
        Exit: With status 1 when a source could not be taken.
    """
    if name is None and not (dry_run or force):
        results = _refresher(office).run_due()
    else:
        admin = office.metadata_admin
        names = [name] if name else [state.source.name for state in admin.list()]
        results = tuple(
            admin.refresh(one, dry_run=dry_run, force=force) for one in names
        )
    _show(results, as_json=as_json, dry_run=dry_run)
    if (name or dry_run) and not as_json:  # somebody looks; a timer's log stays short
        _show_what_waits(results)
    if any(result.outcome in _FAILURES for result in results):
        raise click.exceptions.Exit(1)


@click.command()
@click.option("--parent", type=int, hidden=True, help="End when this process is gone.")
@pass_office
def watch(office: Office, *, parent: int | None) -> None:
    """Refresh every source when it is due, until SIGTERM or Ctrl-C."""
    watching.end_on_signals()
    watching.give_way()
    logs.configure(office.settings.log_level)
    is_wanted = (lambda: True) if parent is None else (lambda: os.getppid() == parent)
    watching.Watch(_refresher(office), is_wanted=is_wanted).run()


def _refresher(office: Office) -> Refresher:
    """Build what refreshes by itself: no operator did it, so the trail is silent."""
    admin = services.metadata_admin(office.settings, office.entity_store, office.clock)
    return Refresher(
        admin,
        office.entity_store,
        LeaseStore(database.deferring(office.engine)),
        office.clock,
        errands=_errands(office, admin),
    )


def _errands(office: Office, admin: MetadataAdmin) -> Errands:
    """Find what operators have ordered on their page, and what nobody needs."""
    mdq_store = MdqStore(database.deferring(office.engine))
    orders = OrderStore(database.autocommit(office.engine))
    desk = OrderDesk(orders, office.authz, office.clock)
    return Errands(
        are_waiting=lambda: bool(orders.open()),
        carry_out=lambda may_go_on: desk.carry_out(admin, may_go_on=may_go_on),
        tidy=lambda moment: mdq_store.forget(ended_before=moment),
    )


def _show(results: tuple[RefreshResult, ...], *, as_json: bool, dry_run: bool) -> None:
    if as_json:
        show_json([asdict(result) for result in results])
        return
    if not results:
        click.echo("Nothing is due, or another process is at it.")
    for result in results:
        is_failure = result.outcome in _FAILURES
        click.echo(_sentence(result, dry_run=dry_run), err=is_failure)


def _show_what_waits(results: tuple[RefreshResult, ...]) -> None:
    for result in results:
        if result.pending is not None:
            show_pending(result.source, result.pending, err=True)


def _sentence(result: RefreshResult, *, dry_run: bool) -> str:
    """Say in one line what became of a source."""
    name, report = result.source, result.report
    if report is None:
        if result.problem is None:
            return f"{name}: nothing new"
        return f"{name}: kept as it was, because {result.problem}"
    found = report.difference
    would = "would be " if dry_run else ""
    return (
        f"{name}: {would}taken: {found.added_count} added, {found.changed_count}"
        f" changed, {found.removed_count} removed, {found.unchanged_count} unchanged"
    )
