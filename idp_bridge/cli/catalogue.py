"""``idp-bridge catalogue``: who takes part, from a file that can be loaded again."""

from dataclasses import asdict
from pathlib import Path

import click

from idp_bridge.cli.context import ACTOR, Office, pass_office
from idp_bridge.cli.output import json_option, show_json


@click.group("catalogue")
def group() -> None:
    """Load organisations, e-services, agreements and people."""


@group.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@json_option
@pass_office
def load(office: Office, *, file: Path, dry_run: bool, as_json: bool) -> None:
    """Load a TOML file; a second time it changes nothing.

    Raises:
        ClickException: The file is not text in UTF-8.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{file}: is not text in UTF-8") from error
    report = office.authz.load_catalogue(
        text,
        dry_run=dry_run,
        actor=ACTOR,
        now=office.clock(),
        allow_test_ids=office.settings.saml.allow_test_hsa_ids,
    )
    if as_json:
        show_json(asdict(report))
        return
    for sentence in report.sentences:
        click.echo(sentence)
    if dry_run:
        click.echo("Nothing was changed: this was a dry run.")
