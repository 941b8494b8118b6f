"""``idp-bridge person``: what do we know about somebody?"""

from dataclasses import asdict

import click

from authz.office.errors import NoSuchThingError
from authz.office.models import LookedUpMembership
from idp_bridge.cli.asking import first_day, last_day
from idp_bridge.cli.context import Office, pass_office
from idp_bridge.cli.output import json_option, show_json, show_table

_NOBODY = "nothing is stored about this HSA-id"


@click.group("person")
def group() -> None:
    """Look a person up, and answer who asks what is stored about them."""


@group.command()
@click.argument("hsa_id")
@json_option
@pass_office
def show(office: Office, *, hsa_id: str, as_json: bool) -> None:
    """Show where a person belongs and what they may do there.

    The person's organisation sees in its events that this was done.

    Raises:
        NoSuchThingError: Nothing is stored about this HSA-id.
    """
    found = office.register.people.look_up(hsa_id, **office.by)
    if found is None:
        raise NoSuchThingError(_NOBODY)
    if as_json:
        show_json(asdict(found))
        return
    one = found.person
    click.echo(f"{one.hsa_id}: {one.given_name} {one.surname}, {one.email}")
    for each in found.memberships:
        _show(each)


def _show(one: LookedUpMembership) -> None:
    ended = f", ended {first_day(one.ended_at)}" if one.ended_at else ""
    since = first_day(one.started_at)
    click.echo(f"{one.organisation.name}: {one.role or 'nobody'} since {since}{ended}")
    show_table(
        ("service", "permission", "given", "last_day"),
        [
            (
                grant.service_code,
                grant.permission.code,
                first_day(grant.given_at),
                last_day(grant.validity.valid_until),
            )
            for grant in one.grants
        ],
    )


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
        raise NoSuchThingError(_NOBODY)
    show_json(found)
