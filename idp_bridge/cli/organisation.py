"""``idp-bridge organisation``: which organisations take part?"""

from dataclasses import asdict
from datetime import datetime

import click

from authz.administration.models import UserQuery
from authz.models import OrganisationKind
from authz.office.models import NewOrganisation, OrganisationQuery
from idp_bridge.cli.asking import (
    DAY,
    after_day,
    confirm,
    first_day,
    last_day,
    show_consequences,
    yes_option,
)
from idp_bridge.cli.context import Office, pass_office
from idp_bridge.cli.output import json_option, show_json, show_table

_KINDS = click.Choice([kind.value for kind in OrganisationKind])


@click.group("organisation")
def group() -> None:
    """Register organisations. NUMBER is any of an organisation's numbers."""


@group.command()
@click.argument("number")
@click.argument("name")
@click.option("--kind", type=_KINDS, required=True)
@click.option("--number", "more", multiple=True, help="One more number; repeatable.")
@pass_office
def add(
    office: Office, *, number: str, name: str, kind: str, more: tuple[str, ...]
) -> None:
    """Register an organisation; NUMBER is its main number."""
    new = NewOrganisation(name=name, kind=kind, numbers=(number, *more))
    office.register.organisations.add(new, **office.by)
    click.echo(f"{name} is registered. It has no agreement and no administrator yet.")


@group.command("list")
@click.option("--search", default="", help="Part of a name or number.")
@click.option("--kind", type=_KINDS)
@json_option
@pass_office
def list_(office: Office, *, search: str, kind: str | None, as_json: bool) -> None:
    """List organisations with what they have now."""
    chosen = OrganisationKind(kind) if kind else None
    query = OrganisationQuery(search=search, kind=chosen, page_size=None)
    lines = office.register.organisations.page(query, now=office.clock()).lines
    if as_json:
        show_json([asdict(line) for line in lines])
        return
    show_table(
        ("number", "name", "kind", "agreements", "administrators", "users", "ends"),
        [
            (
                next(iter(line.organisation.numbers), None),
                line.organisation.name,
                line.organisation.kind,
                line.agreements,
                line.administrators,
                line.users,
                last_day(line.organisation.validity.valid_until),
            )
            for line in lines
        ],
    )


@group.command()
@click.argument("number")
@json_option
@pass_office
def show(office: Office, *, number: str, as_json: bool) -> None:
    """Show an organisation, its agreements and its administrators."""
    register = office.register
    found = register.organisations.of_number(number)
    view = register.organisations.get(found, now=office.clock())
    if as_json:
        show_json(asdict(view))
        return
    one = view.organisation
    click.echo(f"{one.name} ({one.kind}), {', '.join(one.numbers)}")
    click.echo(f"last day: {last_day(one.validity.valid_until) or '-'}")
    click.echo(f"users: {view.users}")
    show_table(
        ("agreement", "service", "reference", "from", "last_day"),
        [
            (
                each.id,
                each.service_code,
                each.reference,
                first_day(each.validity.valid_from),
                last_day(each.validity.valid_until),
            )
            for each in view.agreements
        ],
    )
    show_table(
        ("administrator", "hsa_id", "given_name", "surname", "email"),
        [
            (
                each.membership_id,
                each.person.hsa_id,
                each.person.given_name,
                each.person.surname,
                each.person.email,
            )
            for each in view.administrators
        ],
    )


@group.command()
@click.argument("number")
@click.option("--search", default="", help="Part of a name, HSA-id or permission.")
@click.option("--page", type=click.IntRange(min=1), default=1, show_default=True)
@json_option
@pass_office
def users(
    office: Office, *, number: str, search: str, page: int, as_json: bool
) -> None:
    """List the users of an organisation as its administrators see them.

    The organisation sees in its events that this was done.
    """
    found = office.register.organisations.of_number(number)
    query = UserQuery(search=search, page=page)
    shown = office.administration.users(found, query, now=office.clock())
    office.register.people.look_at_users(found, page=shown.page, **office.by)
    if as_json:
        show_json(asdict(shown))
        return
    show_table(
        ("hsa_id", "given_name", "surname", "email", "services"),
        [
            (
                line.hsa_id,
                line.given_name,
                line.surname,
                line.email,
                ", ".join(f"{each.code} {each.count}" for each in line.services),
            )
            for line in shown.lines
        ],
    )
    click.echo(f"{shown.found} of {shown.total}; page {shown.page} of {shown.pages}.")


@group.command()
@json_option
@pass_office
def overdue(office: Office, *, as_json: bool) -> None:
    """List the organisations that are late with their yearly review."""
    late = office.reviews.overdue(now=office.clock())
    if as_json:
        show_json([asdict(each) for each in late])
        return
    show_table(
        ("organisation", "finished", "due"),
        [
            (
                each.organisation_name,
                first_day(each.finished_at),
                first_day(each.due_at),
            )
            for each in late
        ],
    )


@group.command()
@click.argument("number")
@click.argument("name", required=False)
@click.option("--kind", type=_KINDS)
@pass_office
def rename(office: Office, *, number: str, name: str | None, kind: str | None) -> None:
    """Give an organisation another NAME, or say that it is of another kind."""
    organisations = office.register.organisations
    found = organisations.of_number(number)
    if name:
        organisations.rename(found, name, **office.by)
    if kind:
        organisations.change_kind(found, kind, **office.by)
    click.echo("Saved.")


@group.command("number")
@click.argument("number")
@click.argument("other")
@click.option(
    "--remove", "action", flag_value="remove", help="Take OTHER from the organisation."
)
@click.option("--main", "action", flag_value="main", help="Make OTHER the main number.")
@pass_office
def number_(office: Office, *, number: str, other: str, action: str | None) -> None:
    """Give the organisation with NUMBER one more: OTHER.

    The main number stands in claims and addresses; e-services may know it.
    """
    organisations = office.register.organisations
    found = organisations.of_number(number)
    if action == "remove":
        organisations.remove_number(found, other, **office.by)
    elif action == "main":
        organisations.make_main(found, other, **office.by)
    else:
        organisations.add_number(found, other, **office.by)
    click.echo("Saved.")


@group.command()
@click.argument("number")
@click.option("--on", "day", type=DAY, help="The last day; without it, the end is now.")
@click.option("--reopen", is_flag=True, help="Take the end away instead.")
@yes_option
@pass_office
def end(
    office: Office, *, number: str, day: datetime | None, reopen: bool, yes: bool
) -> None:
    """End an organisation; show first who loses what, and ask."""
    organisations = office.register.organisations
    found = organisations.of_number(number)
    if reopen:
        organisations.reopen(found, **office.by)
        click.echo("The organisation takes part again.")
        return
    at = after_day(day) or office.clock()
    show_consequences(organisations.consequences(found, at=at))
    confirm("End the organisation?", yes=yes)
    organisations.end(found, at=at, **office.by)
    click.echo("Ended.")
