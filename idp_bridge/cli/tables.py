"""``idp-bridge db``: which version do the tables have?"""

import click

from idp_bridge import database
from idp_bridge.cli.context import Office, pass_office


@click.group("db")
def group() -> None:
    """Look after the database."""


@group.command()
@pass_office
def upgrade(office: Office) -> None:
    """Bring the database to this version; nothing happens if it has it."""
    before = database.version_of(office.any_engine)
    database.upgrade(office.any_engine)
    after = database.version_of(office.any_engine)
    if before == after:
        click.echo(f"The database has version {after} already.")
    else:
        click.echo(f"The database now has version {after}.")
