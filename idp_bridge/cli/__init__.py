"""What can an operator do in a terminal? ``idp-bridge`` and its commands."""

import os
from pathlib import Path
from typing import Final

import click

from idp_bridge.cli import (
    audit,
    catalogue,
    check,
    demo,
    explain,
    init,
    keys,
    metadata,
    serve,
    tables,
)
from idp_bridge.cli.context import Office
from idp_bridge.cli.refusals import PatientGroup
from metadata.clock import utc_now

_DEFAULT_CONFIG: Final = Path("bridge.toml")


@click.group(cls=PatientGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="idp-bridge")
@click.option(
    "--config",
    envvar="IDP_BRIDGE_CONFIG",
    type=click.Path(path_type=Path),
    help="The TOML file with the settings; bridge.toml in this folder if there is one.",
)
@click.pass_context
def main(context: click.Context, config: Path | None) -> None:
    """Run the bridge between Inera's IdP and e-services, and look after it."""
    if config is None and _DEFAULT_CONFIG.is_file():
        config = _DEFAULT_CONFIG
    if context.obj is None:
        context.obj = Office(config=config, environ=os.environ, clock=utc_now)


for _command in (
    init.command,
    check.command,
    tables.group,
    keys.group,
    metadata.group,
    catalogue.group,
    explain.command,
    audit.group,
    serve.command,
    demo.command,
):
    main.add_command(_command)
