"""``idp-bridge permission``: which permissions does an e-service know?"""

from dataclasses import asdict, replace
from datetime import datetime

import click

from authz.office.errors import NoSuchThingError
from authz.office.models import NewPermission, PermissionView
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
from idp_bridge.cli.service import bounds


@click.group("permission")
def group() -> None:
    """Register permissions. A CODE is given once: never renamed, never used again."""


@group.command()
@click.argument("service")
@click.argument("code")
@click.argument("name")
@click.option("--name-en")
@click.option("--description", default="")
@click.option("--from", "start", type=DAY, help="The first day.")
@click.option("--until", type=DAY, help="The last day.")
@pass_office
def add(  # noqa: PLR0913  # click passes options by name
    office: Office,
    *,
    service: str,
    code: str,
    name: str,
    name_en: str | None,
    description: str,
    start: datetime | None,
    until: datetime | None,
) -> None:
    """Add a permission to SERVICE (its code); nobody gets it by that."""
    new = NewPermission(name=name, name_en=name_en, description=description)
    new = replace(new, validity=bounds(new.validity, start, until))
    office.register.services.add_permission(service, code, new, **office.by)
    click.echo(f"{service}:{code} is registered. Nobody has it yet.")


@group.command("list")
@click.argument("service")
@json_option
@pass_office
def list_(office: Office, *, service: str, as_json: bool) -> None:
    """List the permissions of SERVICE and how many have them."""
    found = office.register.services.get(service, now=office.clock()).permissions
    if as_json:
        show_json([asdict(one) for one in found])
        return
    show_table(
        ("code", "name", "name_en", "holders", "from", "last_day"),
        [
            (
                one.permission.code,
                one.permission.name,
                one.name_en,
                one.holders,
                first_day(one.permission.validity.valid_from),
                last_day(one.permission.validity.valid_until),
            )
            for one in found
        ],
    )


@group.command()
@click.argument("service")
@click.argument("code")
@click.option("--name")
@click.option("--name-en")
@click.option("--description")
@click.option("--from", "start", type=DAY, help="The first day.")
@click.option("--until", type=DAY, help="The last day.")
@click.option("--no-end", is_flag=True, help="Take the end away.")
@pass_office
def change(  # noqa: PLR0913  # click passes options by name
    office: Office,
    /,
    *,
    service: str,
    code: str,
    start: datetime | None,
    until: datetime | None,
    no_end: bool,
    **words: str | None,
) -> None:
    """Change what is given; the code, the rest and all grants stay."""
    before = _find(office, service, code)
    given = {name: text for name, text in words.items() if text is not None}
    validity = bounds(before.validity, start, until)
    if no_end:
        validity = replace(validity, valid_until=None)
    new = replace(before, **given, validity=validity)
    office.register.services.change_permission(service, code, new, **office.by)
    click.echo("Saved.")


@group.command()
@click.argument("service")
@click.argument("code")
@click.option("--on", "day", type=DAY, help="The last day; without it, the end is now.")
@yes_option
@pass_office
def end(
    office: Office, *, service: str, code: str, day: datetime | None, yes: bool
) -> None:
    """Retire a permission; show first who loses it, and ask."""
    services = office.register.services
    at = after_day(day) or office.clock()
    before = _find(office, service, code)
    show_consequences(services.permission_consequences(service, code, at=at))
    confirm("Retire the permission?", yes=yes)
    new = replace(before, validity=replace(before.validity, valid_until=at))
    services.change_permission(service, code, new, **office.by)
    click.echo("Ended.")


def _find(office: Office, service: str, code: str) -> NewPermission:
    found = office.register.services.get(service, now=office.clock())
    for one in found.permissions:
        if one.permission.code == code:
            return _as_typed(one)
    raise NoSuchThingError("no permission of this code")


def _as_typed(view: PermissionView) -> NewPermission:
    return NewPermission(
        name=view.permission.name,
        name_en=view.name_en,
        description=view.description,
        validity=view.permission.validity,
    )
