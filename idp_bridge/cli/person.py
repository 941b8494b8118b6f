"""``idp-bridge person``: what do we know about somebody?"""

import click

from authz.office.errors import NoSuchThingError
from idp_bridge.cli.context import Office, pass_office
from idp_bridge.cli.output import show_json


@click.group("person")
def group() -> None:
    """Answer people who ask what is stored about them."""


@group.command()
@click.argument("hsa_id")
@pass_office
def export(office: Office, *, hsa_id: str) -> None:
    """Print everything that is stored about a person, as JSON (registerutdrag).

    The person's organisation sees in its events that this was done.

    Raises:
        NoSuchThingError: Nothing is stored about this HSA-id.
    """
    found = office.register.export.of_person(hsa_id, **office.by)
    if found is None:
        raise NoSuchThingError("nothing is stored about this HSA-id")
    show_json(found)
