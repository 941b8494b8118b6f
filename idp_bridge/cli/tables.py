"""``idp-bridge db``: which version do the tables have?"""

import click

from idp_bridge import database, database_roles
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
    role = office.settings.application_role
    if role:
        database_roles.grant(office.any_engine, role)
    if before == after:
        click.echo(f"The database has version {after} already.")
    else:
        click.echo(f"The database now has version {after}.")


@group.command()
@click.argument("role")
@pass_office
def grants(office: Office, *, role: str) -> None:
    """Give ROLE, as which the bridge runs, what it needs and nothing more.

    For PostgreSQL. Run it as the owner of the tables, after every upgrade, or set
    application_role. The role may add to the audit trail and read it, never change it.
    """
    database_roles.grant(office.engine, role)
    click.echo(f"The role {role} may do what the bridge needs.")
