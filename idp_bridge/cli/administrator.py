"""``idp-bridge administrator``: who administers an organisation?"""

from dataclasses import asdict

import click

from authz.office.errors import NoSuchThingError
from authz.office.models import AdministratorView
from idp_bridge.cli.asking import confirm, person_of, person_options, yes_option
from idp_bridge.cli.context import Office, pass_office
from idp_bridge.cli.output import json_option, show_json, show_table


@click.group("administrator")
def group() -> None:
    """Register administrators; an organisation keeps at least one."""


@group.command()
@click.argument("number")
@click.argument("hsa_id")
@person_options
@click.option("--from-user", is_flag=True, help="Make a user an administrator.")
@yes_option
@pass_office
def add(
    office: Office,
    /,
    *,
    number: str,
    hsa_id: str,
    from_user: bool,
    yes: bool,
    **who: str,
) -> None:
    """Let the person with HSA_ID administer the organisation with NUMBER."""
    register = office.register
    organisation = register.organisations.of_number(number)
    if from_user:
        _confirm_promotion(office, hsa_id, yes=yes)
        added = register.administrators.promote(organisation, hsa_id, **office.by)
    else:
        person = person_of(hsa_id, **who)
        added = register.administrators.add(organisation, person, **office.by)
    click.echo(f"Administrator {added} is registered.")


@group.command("list")
@click.argument("number")
@json_option
@pass_office
def list_(office: Office, *, number: str, as_json: bool) -> None:
    """List the administrators of the organisation with NUMBER."""
    register = office.register
    found = register.administrators.list(register.organisations.of_number(number))
    if as_json:
        show_json([asdict(one) for one in found])
        return
    show_table(
        ("administrator", "hsa_id", "given_name", "surname", "email", "since"),
        [
            (
                one.membership_id,
                one.person.hsa_id,
                one.person.given_name,
                one.person.surname,
                one.person.email,
                one.started_at.date(),
            )
            for one in found
        ],
    )


@group.command()
@click.argument("number")
@click.argument("hsa_id")
@person_options
@click.option("--new-hsa-id", help="The one that the person has now.")
@pass_office
def change(
    office: Office,
    /,
    *,
    number: str,
    hsa_id: str,
    new_hsa_id: str | None,
    **who: str,
) -> None:
    """Change what is given about an administrator; the rest stays."""
    found = _find(office, number, hsa_id)
    known = {name: who[name] or getattr(found.person, name) for name in who}
    new = person_of(new_hsa_id or found.person.hsa_id, **known)
    office.register.administrators.change(found.membership_id, new, **office.by)
    click.echo("Saved.")


@group.command()
@click.argument("number")
@click.argument("old")
@click.argument("new")
@person_options
@click.option("--from-user", is_flag=True, help="NEW is a user until now.")
@yes_option
@pass_office
def replace(  # noqa: PLR0913  # click passes options by name
    office: Office,
    /,
    *,
    number: str,
    old: str,
    new: str,
    from_user: bool,
    yes: bool,
    **who: str,
) -> None:
    """Put NEW in the place of OLD (HSA-ids) in one step."""
    membership = _find(office, number, old).membership_id
    person = person_of(new, **who)
    if from_user:
        _confirm_promotion(office, new, yes=yes)
        found = office.register.administrators.promotion(new).person
        person = person_of(new, found.given_name, found.surname, found.email)
    added = office.register.administrators.replace(
        membership, person, from_user=from_user, **office.by
    )
    click.echo(f"Administrator {added} is registered, the old one has ended.")


@group.command()
@click.argument("number")
@click.argument("hsa_id")
@yes_option
@pass_office
def end(office: Office, *, number: str, hsa_id: str, yes: bool) -> None:
    """Let the person with HSA_ID administer the organisation no longer."""
    membership = _find(office, number, hsa_id).membership_id
    confirm("End the administrator?", yes=yes)
    office.register.administrators.end(membership, **office.by)
    click.echo("Ended. Sessions end with the next click.")


def _confirm_promotion(office: Office, hsa_id: str, *, yes: bool) -> None:
    found = office.register.administrators.promotion(hsa_id)
    click.echo(
        f"The person is a user of {found.organisation.name} and loses"
        f" {found.grants} permissions."
    )
    confirm("Make the user an administrator?", yes=yes)


def _find(office: Office, number: str, hsa_id: str) -> AdministratorView:
    register = office.register
    everybody = register.administrators.list(register.organisations.of_number(number))
    for one in everybody:
        if one.person.hsa_id.upper() == hsa_id.strip().upper():
            return one
    raise NoSuchThingError("no administrator with this HSA-id")
