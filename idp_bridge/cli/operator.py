"""``idp-bridge operator``: who at the agency may do what?"""

from dataclasses import asdict
from datetime import datetime

import click

from authz.errors import BadIdentifierError
from authz.identifiers import hsa_key
from authz.models import Operator, OperatorRole, Validity
from authz.office.errors import NoSuchThingError
from authz.office.models import NewOperator
from idp_bridge.cli.asking import (
    DAY,
    after_day,
    first_day,
    first_moment,
    last_day,
    person_of,
    person_options,
)
from idp_bridge.cli.context import Office, pass_office
from idp_bridge.cli.output import json_option, show_json, show_table

_ROLES = click.Choice([role.value for role in OperatorRole])


@click.group("operator")
def group() -> None:
    """Register operators; the first one has the role system."""


@group.command()
@click.argument("hsa_id")
@person_options
@click.option("--role", type=_ROLES, required=True)
@click.option("--from", "start", type=DAY, help="The first day.")
@click.option("--until", "day", type=DAY, help="The last day.")
@pass_office
def add(
    office: Office,
    /,
    *,
    hsa_id: str,
    role: str,
    start: datetime | None,
    day: datetime | None,
    **who: str,
) -> None:
    """Let the person with HSA_ID work here."""
    new = NewOperator(
        person=person_of(hsa_id, **who),
        role=OperatorRole(role),
        validity=Validity(valid_from=first_moment(start), valid_until=after_day(day)),
    )
    added = office.register.operators.add(new, **office.by)
    click.echo(f"Operator {added} is registered.")


@group.command("list")
@json_option
@pass_office
def list_(office: Office, *, as_json: bool) -> None:
    """List operators, also those who have ended."""
    found = office.register.operators.list()
    if as_json:
        show_json([asdict(one) for one in found])
        return
    show_table(
        ("operator", "hsa_id", "given_name", "surname", "role", "from", "last_day"),
        [
            (
                one.id,
                one.hsa_id,
                one.given_name,
                one.surname,
                one.role,
                first_day(one.validity.valid_from),
                last_day(one.validity.valid_until),
            )
            for one in found
        ],
    )


@group.command()
@click.argument("hsa_id")
@person_options
@click.option("--role", type=_ROLES)
@click.option("--from", "start", type=DAY, help="The first day.")
@click.option("--until", "day", type=DAY, help="The last day.")
@click.option("--no-end", is_flag=True, help="Take the end away; lets in again.")
@click.option("--new-hsa-id", help="The one that the person has now.")
@pass_office
def change(  # noqa: PLR0913  # click passes options by name
    office: Office,
    /,
    *,
    hsa_id: str,
    new_hsa_id: str | None,
    role: str | None,
    start: datetime | None,
    day: datetime | None,
    no_end: bool,
    **who: str,
) -> None:
    """Change what is given; the rest stays."""
    found = _find(office, hsa_id)
    end = after_day(day) or (None if no_end else found.validity.valid_until)
    known = {name: who[name] or getattr(found, name) for name in who}
    new = NewOperator(
        person=person_of(new_hsa_id or found.hsa_id, **known),
        role=OperatorRole(role) if role else found.role,
        validity=Validity(
            valid_from=first_moment(start) or found.validity.valid_from,
            valid_until=end,
        ),
    )
    office.register.operators.change(found.id, new, **office.by)
    click.echo("Saved.")


@group.command()
@click.argument("hsa_id")
@pass_office
def end(office: Office, *, hsa_id: str) -> None:
    """Let the person with HSA_ID in no longer."""
    office.register.operators.end(_find(office, hsa_id).id, **office.by)
    click.echo("Ended. Sessions end with the next click.")


def _find(office: Office, hsa_id: str) -> Operator:
    key = hsa_key(hsa_id)
    for one in office.register.operators.list():
        if _key_of(one) == key:
            return one
    raise NoSuchThingError("no operator with this HSA-id")


def _key_of(operator: Operator) -> str:
    try:
        return hsa_key(operator.hsa_id)
    except BadIdentifierError:  # an operator whose details were deleted
        return ""
