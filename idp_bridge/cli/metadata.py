"""``idp-bridge metadata``: whom do we trust, and what do we say of ourselves?"""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from idp_bridge.cli import lint, refresh
from idp_bridge.cli.context import Office, pass_office
from idp_bridge.cli.output import json_option, show_json, show_table
from idp_bridge.cli.waiting import show_pending
from idp_bridge.our_metadata import OurMetadata, OurRole
from metadata.entities import Role
from metadata.filters import Filters
from metadata.records import Overlap, SourceState
from metadata.reports import LoadReport, NewSource
from metadata.sources import (
    DEFAULT_MAX_SHRINKAGE,
    DEFAULT_MAX_VALIDITY,
    DEFAULT_ROLES,
    Kind,
)

Command = TypeVar("Command", bound=Callable[..., Any])

_FILTERS: Final = {
    "allow_entity_ids": "entityID to take; several times for several.",
    "deny_entity_ids": "entityID to leave out, whatever else is allowed.",
    "allow_authorities": "Registration authority whose entities to take.",
    "deny_authorities": "Registration authority whose entities to leave out.",
    "allow_categories": "Entity category of which an entity needs one.",
    "deny_categories": "Entity category whose entities to leave out.",
}
"""The options that filter, and what each is for."""
_OPTIONS: Final = {"entity_ids": "entity-id", "authorities": "authority"}

_dry_run = click.option("--dry-run", is_flag=True, help="Only say what would happen.")


def _filter_options(command: Command) -> Command:
    """Give a command an option for each filter."""
    for name, help_text in reversed(_FILTERS.items()):
        verb, _, what = name.partition("_")
        word = _OPTIONS.get(what, "category")
        command = click.option(f"--{verb}-{word}", name, multiple=True, help=help_text)(
            command
        )
    return command


@click.group("metadata")
def group() -> None:
    """Look after trusted metadata, and print our own."""


group.add_command(lint.command)
group.add_command(refresh.refresh)
group.add_command(refresh.watch)


@group.command()
@click.argument("name")
@click.argument("location")
@click.option(
    "--certificate",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="PEM of whoever signs the document.",
)
@click.option("--pin", help="SHA-256 that the file must have, in hexadecimal.")
@click.option(
    "--mdq", is_flag=True, help="LOCATION is an MDQ server, asked for each entity."
)
@click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice(sorted(role.value for role in Role)),
    help="What its entities may be; several times for several roles.",
)
@_filter_options
@click.option(
    "--max-validity",
    metavar="DAYS",
    type=click.IntRange(min=1),
    default=DEFAULT_MAX_VALIDITY.days,
    show_default=True,
    help="How far away the end of a signed document may be.",
)
@click.option(
    "--max-shrinkage",
    metavar="PERCENT",
    type=click.IntRange(min=0, max=100),
    default=DEFAULT_MAX_SHRINKAGE,
    show_default=True,
    help="How many of its entities a version may lose without approval.",
)
@click.option(
    "--refresh-every",
    metavar="MINUTES",
    type=click.IntRange(min=1),
    help="How often to look; not given: as the document says, else every hour.",
)
@click.option(
    "--replace",
    "replacing",
    is_flag=True,
    help="Change the source NAME in its place, for example its certificates.",
)
@_dry_run
@json_option
@pass_office
def add(
    office: Office,
    /,
    *,
    as_json: bool,
    dry_run: bool,
    replacing: bool,
    **given: Any,
) -> None:
    """Add a source: LOCATION is a file, an https address or an MDQ server.

    Without --certificate a file is pinned: a later change of it waits for approve.
    """
    report = office.metadata_admin.add(
        _new_source(given), dry_run=dry_run, replacing=replacing
    )
    _show_report(report, as_json=as_json)


@group.command("list")
@json_option
@pass_office
def show_all(office: Office, *, as_json: bool) -> None:
    """List the sources in their order; the first one that brings an entity decides."""
    states = office.metadata_admin.list()
    overlaps = office.metadata_admin.overlaps()
    if as_json:
        show_json([_state_of(state, overlaps) for state in states])
        return
    show_table(
        ("name", "kind", "entities", "valid_until", "checked", "location", "problem"),
        [
            (
                state.source.name,
                state.source.kind.value,
                state.entity_count,
                state.valid_until,
                state.checked_at,
                state.source.location,
                state.problem,
            )
            for state in states
        ],
    )
    for state in states:
        if state.pending is not None:
            show_pending(state.source.name, state.pending)
        for one in overlaps.get(state.source.name, ()):
            _show_overlap(state.source.name, one)


@group.command()
@click.argument("search", default="")
@click.option("--source", help="Only of this source.")
@click.option("--role", type=click.Choice([role.value for role in Role]))
@click.option("--page", type=click.IntRange(min=1), default=1, show_default=True)
@json_option
@pass_office
def find(  # noqa: PLR0913  # its options
    office: Office,
    *,
    search: str,
    source: str | None,
    role: str | None,
    page: int,
    as_json: bool,
) -> None:
    """Look for entities; SEARCH is part of an entityID or of a name."""
    found = office.metadata_admin.entities(
        search, source=source, role=Role(role) if role else None, page=page
    )
    if as_json:
        show_json(asdict(found))
        return
    show_table(
        ("entity_id", "name", "roles", "source"),
        [
            (
                each.entity_id,
                each.display_name,
                ", ".join(sorted(each.roles)),
                each.source,
            )
            for each in found.entities
        ],
    )
    click.echo(f"{found.total} found; page {found.page} of {found.pages}.")


@group.command()
@click.argument("entity_id")
@json_option
@pass_office
def show(office: Office, *, entity_id: str, as_json: bool) -> None:
    """Show what we know about an entity, from every source that brings it."""
    views = office.metadata_admin.show(entity_id)
    if as_json:
        show_json([asdict(view) for view in views])
        return
    for view in views:
        use = "used" if view.is_used else "not used: an earlier source brings it"
        click.echo(f"source {view.source} ({use})")
        click.echo(view.record.xml.decode())


@group.command()
@click.argument("name")
@click.option("--before", metavar="OTHER", help="The source that shall follow it.")
@click.option("--first", is_flag=True, help="Before all others.")
@click.option("--last", is_flag=True, help="Behind all others.")
@pass_office
def move(
    office: Office, *, name: str, before: str | None, first: bool, last: bool
) -> None:
    """Move a source in the order: of what two sources bring, the first one decides.

    Raises:
        UsageError: Not exactly one place was given.
    """
    if (before is not None) + first + last != 1:
        raise click.UsageError("give one of --before, --first and --last")
    admin = office.metadata_admin
    if first:
        before = admin.list()[0].source.name if admin.list() else None
    admin.move(name, before=before)
    names = (state.source.name for state in admin.list())
    click.echo(f"The order is now: {', '.join(names)}.")


@group.command()
@click.argument("name")
@click.option("--sha256", help="Of the document that was looked at.")
@json_option
@pass_office
def approve(office: Office, *, name: str, sha256: str | None, as_json: bool) -> None:
    """Take the version of a source that waits: a changed file, or one that shrank."""
    report = office.metadata_admin.approve(name, sha256)
    _show_report(report, as_json=as_json)


@group.command()
@click.argument("name")
@pass_office
def remove(office: Office, *, name: str) -> None:
    """Forget a source and everything that it brought."""
    office.metadata_admin.remove(name)
    click.echo(f"Removed {name}.")


@group.command()
@click.argument("role", type=click.Choice([role.value for role in OurRole]))
@pass_office
def publish(office: Office, *, role: str) -> None:
    """Print our own metadata, signed."""
    ours = OurMetadata(office.settings, lambda: office.keys, office.clock)
    click.echo(ours.document(OurRole(role)).xml, nl=False)


def _new_source(given: dict[str, Any]) -> NewSource:
    location: str = given["location"]
    certificate: Path | None = given["certificate"]
    minutes: int | None = given["refresh_every"]
    is_path = "://" not in location
    return NewSource(
        name=given["name"],
        location=str(Path(location).resolve()) if is_path else location,
        kind=Kind.MDQ if given["mdq"] else None,
        certificate_pem=certificate.read_bytes() if certificate else None,
        pin=given["pin"],
        roles=frozenset(map(Role, given["roles"])) or DEFAULT_ROLES,
        filters=Filters(**{name: frozenset(given[name]) for name in _FILTERS}),
        max_validity=timedelta(days=given["max_validity"]),
        max_shrinkage_percent=given["max_shrinkage"],
        refresh_every=None if minutes is None else timedelta(minutes=minutes),
    )


def _show_report(report: LoadReport, *, as_json: bool) -> None:
    if as_json:
        show_json(asdict(report))
        return
    click.echo(f"{report.source}: {report.entity_count} entities")
    for entity in report.entities:
        roles = ", ".join(sorted(entity.roles))
        click.echo(
            f"  {entity.entity_id} ({roles}) {entity.display_name or ''}".rstrip()
        )
    if report.pin:
        click.echo(f"pinned to SHA-256 {report.pin}")
    for warning in report.warnings:
        click.echo(f"warning: {warning}", err=True)
    if report.change is None:
        click.echo("Nothing was changed: this was a dry run.")
    else:
        change = report.change
        click.echo(
            f"{change.added} added, {change.changed} changed, {change.removed} removed,"
            f" {change.unchanged} unchanged"
        )


def _state_of(
    state: SourceState, overlaps: Mapping[str, tuple[Overlap, ...]]
) -> dict[str, Any]:
    found = overlaps.get(state.source.name, ())
    return {**asdict(state), "overlaps": [asdict(one) for one in found]}


def _show_overlap(name: str, overlap: Overlap) -> None:
    """Say once of two sources which one decides."""
    if overlap.decides:
        click.echo(
            f"{name}: {overlap.count} of its entities are also in {overlap.source},"
            " which decides"
        )
