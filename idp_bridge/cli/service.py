"""``idp-bridge service``: which e-services are there, and what do they want?"""

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, TypeVar

import click

from authz.claims import FORMATS
from authz.models import OrganisationKind, Service, Validity, WithoutGrant
from authz.office.models import NewService
from idp_bridge.cli.asking import (
    DAY,
    after_day,
    confirm,
    first_day,
    first_moment,
    last_day,
    show_consequences,
    yes_option,
)
from idp_bridge.cli.context import Office, pass_office
from idp_bridge.cli.output import json_option, show_json, show_table
from idp_bridge.login.telling import tellings_of

Command = TypeVar("Command", bound=Callable[..., Any])


@click.group("service")
def group() -> None:
    """Register e-services. A CODE is given once: never renamed, never used again."""


def _description_options(command: Command) -> Command:
    """Give a command the options that describe an e-service."""
    for option in (
        click.option("--until", type=DAY, help="The last day."),
        click.option("--from", "start", type=DAY, help="The first day."),
        click.option(
            "--without-grant",
            type=click.Choice([one.value for one in WithoutGrant]),
            help="What happens to somebody without a permission.",
        ),
        click.option(
            "--needs-reason/--no-needs-reason",
            default=None,
            help="Whether administrators must say why they give or take a permission.",
        ),
        click.option("--claim-format", type=click.Choice(list(FORMATS))),
        click.option("--start-url", help="Where people begin."),
        click.option(
            "--kind", type=click.Choice([one.value for one in OrganisationKind])
        ),
        click.option("--description", help="What the start page says."),
        click.option("--name-en"),
    ):
        command = option(command)
    return command


@group.command()
@click.argument("code")
@click.argument("name")
@_description_options
@click.option("--entity-id", "entity_ids", multiple=True, help="Repeatable.")
@pass_office
def add(
    office: Office, /, *, code: str, name: str, entity_ids: tuple[str, ...], **more: Any
) -> None:
    """Register an e-service under a CODE that it keeps for ever."""
    new = _changed(NewService(name=name, entity_ids=entity_ids), more)
    office.register.services.add(code, new, **office.by)
    click.echo(f"{code} is registered. It has no permission and no agreement yet.")


@group.command("list")
@json_option
@pass_office
def list_(office: Office, *, as_json: bool) -> None:
    """List e-services, also those that are closed."""
    found = office.register.services.list(now=office.clock())
    if as_json:
        show_json([asdict(one) for one in found])
        return
    show_table(
        ("code", "name", "kind", "permissions", "agreements", "from", "last_day"),
        [
            (
                one.service.code,
                one.service.name,
                one.service.kind,
                len(one.permissions),
                one.agreements,
                first_day(one.service.validity.valid_from),
                last_day(one.service.validity.valid_until),
            )
            for one in found
        ],
    )


@group.command()
@click.argument("code")
@json_option
@pass_office
def told(office: Office, *, code: str, as_json: bool) -> None:
    """Say which attributes each entityID is told at a login, and why."""
    found = office.register.services.get(code, now=office.clock()).service
    tellings = tellings_of(found.entity_ids, office.find_sp, office.settings)
    if as_json:
        show_json([asdict(one) for one in tellings])
        return
    show_table(
        ("entity_id", "set", "attribute", "name", "required", "why", "told"),
        [
            (
                telling.entity_id,
                one.index,
                wish.fact,
                wish.name,
                "required" if wish.is_required else None,
                wish.why,
                wish.obstacle or "yes",
            )
            for telling in tellings
            for one in telling.sets
            for wish in one.wishes
        ],
    )


@group.command()
@click.argument("code")
@click.option("--name")
@_description_options
@click.option("--add-entity-id", "added", multiple=True, help="Repeatable.")
@click.option("--remove-entity-id", "removed", multiple=True, help="Repeatable.")
@click.option("--no-end", is_flag=True, help="Open it again.")
@pass_office
def change(  # noqa: PLR0913  # click passes options by name
    office: Office,
    /,
    *,
    code: str,
    name: str | None,
    added: tuple[str, ...],
    removed: tuple[str, ...],
    no_end: bool,
    **more: Any,
) -> None:
    """Change what is given; the rest stays."""
    services = office.register.services
    found = services.get(code, now=office.clock()).service
    new = _changed(_as_typed(found), {**more, "name": name})
    entity_ids = {*found.entity_ids, *added} - {*removed}
    new = replace(new, entity_ids=tuple(sorted(entity_ids)))
    if no_end:
        new = replace(new, validity=replace(new.validity, valid_until=None))
    services.change(code, new, **office.by)
    click.echo("Saved.")


@group.command()
@click.argument("code")
@click.option("--on", "day", type=DAY, help="The last day; without it, the end is now.")
@yes_option
@pass_office
def end(office: Office, *, code: str, day: datetime | None, yes: bool) -> None:
    """Close an e-service; show first who loses what, and ask."""
    services = office.register.services
    at = after_day(day) or office.clock()
    new = _as_typed(services.get(code, now=office.clock()).service)
    show_consequences(services.consequences(code, at=at))
    confirm("Close the e-service?", yes=yes)
    closed = replace(new, validity=replace(new.validity, valid_until=at))
    services.change(code, closed, **office.by)
    click.echo("Ended.")


def _as_typed(service: Service) -> NewService:
    return NewService(
        name=service.name,
        name_en=service.name_en,
        description=service.description,
        kind=service.kind,
        start_url=service.start_url,
        claim_format=service.claim_format,
        without_grant=service.without_grant,
        needs_reason=service.needs_reason,
        entity_ids=service.entity_ids,
        validity=service.validity,
    )


def _changed(new: NewService, options: dict[str, Any]) -> NewService:
    given = {name: value for name, value in options.items() if value is not None}
    validity = bounds(new.validity, given.pop("start", None), given.pop("until", None))
    return replace(new, **given, validity=validity)


def bounds(
    before: Validity, start: datetime | None, until: datetime | None
) -> Validity:
    """Take the first and the last day that were given; the rest stays."""
    return Validity(
        valid_from=first_moment(start) or before.valid_from,
        valid_until=after_day(until) or before.valid_until,
    )
