"""``idp-bridge metadata``: whom do we trust, and what do we say of ourselves?"""

from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from idp_bridge.cli.context import Office, pass_office
from idp_bridge.cli.output import json_option, show_json, show_table
from idp_bridge.our_metadata import OurMetadata
from metadata.entities import Role
from metadata.loader import LoadReport, NewSource
from metadata.sources import DEFAULT_MAX_VALIDITY, DEFAULT_ROLES

_dry_run = click.option("--dry-run", is_flag=True, help="Only say what would happen.")


@click.group("metadata")
def group() -> None:
    """Look after trusted metadata, and print our own."""


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
    "--role",
    "roles",
    multiple=True,
    type=click.Choice(sorted(role.value for role in DEFAULT_ROLES)),
    help="What its entities may be; several times for several roles.",
)
@click.option(
    "--max-validity",
    metavar="DAYS",
    type=click.IntRange(min=1),
    default=DEFAULT_MAX_VALIDITY.days,
    show_default=True,
    help="How far away the end of a signed document may be.",
)
@_dry_run
@json_option
@pass_office
def add(office: Office, /, *, as_json: bool, dry_run: bool, **given: Any) -> None:
    """Add a source: LOCATION is a file.

    Without --certificate the file is pinned: a later change of it waits for approve.
    """
    report = office.metadata_admin.add(_new_source(given), dry_run=dry_run)
    _show_report(report, as_json=as_json)


@group.command("list")
@json_option
@pass_office
def show_all(office: Office, *, as_json: bool) -> None:
    """List the sources in their order; the first one that brings an entity decides."""
    states = office.metadata_admin.list()
    if as_json:
        show_json([asdict(state) for state in states])
        return
    show_table(
        ("name", "entities", "valid_until", "location", "problem"),
        [
            (
                state.source.name,
                state.entity_count,
                state.valid_until,
                state.source.location,
                state.problem,
            )
            for state in states
        ],
    )


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
@click.argument("name", required=False)
@_dry_run
@json_option
@pass_office
def refresh(office: Office, *, name: str | None, dry_run: bool, as_json: bool) -> None:
    """Load a source again, or all of them."""
    admin = office.metadata_admin
    names = [name] if name else [state.source.name for state in admin.list()]
    for one in names:
        _show_report(admin.reload(one, dry_run=dry_run), as_json=as_json)


@group.command()
@click.argument("name")
@json_option
@pass_office
def approve(office: Office, *, name: str, as_json: bool) -> None:
    """Accept a pinned file as it is now."""
    _show_report(office.metadata_admin.approve(name), as_json=as_json)


@group.command()
@click.argument("name")
@pass_office
def remove(office: Office, *, name: str) -> None:
    """Forget a source and everything that it brought."""
    office.metadata_admin.remove(name)
    click.echo(f"Removed {name}.")


@group.command()
@click.argument("role", type=click.Choice(["sp", "idp"]))
@pass_office
def publish(office: Office, *, role: str) -> None:
    """Print our own metadata, signed."""
    ours = OurMetadata(office.settings, lambda: office.keys, office.clock)
    document = ours.sp() if role == "sp" else ours.idp()
    click.echo(document, nl=False)


def _new_source(given: dict[str, Any]) -> NewSource:
    location: str = given["location"]
    certificate: Path | None = given["certificate"]
    is_path = "://" not in location
    return NewSource(
        name=given["name"],
        location=str(Path(location).resolve()) if is_path else location,
        certificate_pem=certificate.read_bytes() if certificate else None,
        pin=given["pin"],
        roles=frozenset(map(Role, given["roles"])) or DEFAULT_ROLES,
        max_validity=timedelta(days=given["max_validity"]),
    )


def _show_report(report: LoadReport, *, as_json: bool) -> None:
    if as_json:
        show_json(asdict(report))
        return
    click.echo(f"{report.source}: {len(report.entities)} entities")
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
