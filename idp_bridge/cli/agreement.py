"""``idp-bridge agreement``: which organisation may use which e-service?"""

from dataclasses import asdict
from datetime import datetime, timedelta

import click

from authz.office.models import NewAgreement
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


@click.group("agreement")
def group() -> None:
    """Register agreements of organisations about e-services."""


@group.command()
@click.argument("number")
@click.argument("service")
@click.option("--from", "start", type=DAY, help="The first day; today without it.")
@click.option("--until", "day", type=DAY, help="The last day; none without it.")
@click.option("--reference", help="The registration number (diarienummer).")
@pass_office
def add(  # noqa: PLR0913  # click passes options by name
    office: Office,
    *,
    number: str,
    service: str,
    start: datetime | None,
    day: datetime | None,
    reference: str | None,
) -> None:
    """Let the organisation with NUMBER use SERVICE (its code)."""
    new = NewAgreement(
        service_code=service,
        valid_from=first_moment(start) or office.clock(),
        valid_until=after_day(day),
        reference=reference,
    )
    register = office.register
    organisation = register.organisations.of_number(number)
    added = register.agreements.add(organisation, new, **office.by)
    click.echo(f"Agreement {added} is registered.")


@group.command("list")
@click.option("--organisation", "number", help="Only of the one with this number.")
@click.option("--service", help="Only about this e-service (its code).")
@click.option("--ends-by", "day", type=DAY, help="Only those that end by this day.")
@json_option
@pass_office
def list_(
    office: Office,
    *,
    number: str | None,
    service: str | None,
    day: datetime | None,
    as_json: bool,
) -> None:
    """List agreements, past ones too."""
    register = office.register
    organisation = register.organisations.of_number(number) if number else None
    end = after_day(day)
    found = register.agreements.list(
        organisation_id=organisation,
        service_code=service,
        ends_before=end and end + timedelta(microseconds=1),
    )
    if as_json:
        show_json([asdict(one) for one in found])
        return
    show_table(
        ("agreement", "organisation", "service", "reference", "from", "last_day"),
        [
            (
                one.id,
                one.organisation_name,
                one.service_code,
                one.reference,
                first_day(one.validity.valid_from),
                last_day(one.validity.valid_until),
            )
            for one in found
        ],
    )


@group.command()
@click.argument("agreement", type=int)
@click.option("--until", "day", type=DAY, help="The last day.")
@click.option("--no-end", is_flag=True, help="Take the end away.")
@click.option("--reference", help="The registration number (diarienummer).")
@pass_office
def change(
    office: Office,
    *,
    agreement: int,
    day: datetime | None,
    no_end: bool,
    reference: str | None,
) -> None:
    """Give an AGREEMENT (its number in the list) another end or reference."""
    found = office.register.agreements.get(agreement)
    end = after_day(day) or (None if no_end else found.validity.valid_until)
    office.register.agreements.change(
        agreement,
        reference=found.reference if reference is None else reference,
        valid_until=end,
        **office.by,
    )
    click.echo("Saved.")


@group.command()
@click.argument("agreement", type=int)
@click.option("--on", "day", type=DAY, help="The last day; without it, the end is now.")
@yes_option
@pass_office
def end(office: Office, *, agreement: int, day: datetime | None, yes: bool) -> None:
    """End an AGREEMENT; show first who loses what, and ask."""
    agreements = office.register.agreements
    at = after_day(day) or office.clock()
    found = agreements.get(agreement)
    click.echo(f"{found.organisation_name} and {found.service_code}:")
    show_consequences(agreements.consequences(agreement, at=at))
    confirm("End the agreement?", yes=yes)
    agreements.end(agreement, at=at, **office.by)
    click.echo("Ended.")
