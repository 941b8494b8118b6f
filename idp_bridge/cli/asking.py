"""How does a command show what will happen, and ask whether it shall?"""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final, TypeVar

import click

from authz.catalogue_values import SWEDISH_TIME
from authz.office.models import Consequences, NewPerson
from idp_bridge.cli.output import show_table

Command = TypeVar("Command", bound=Callable[..., Any])

DAY: Final = click.DateTime(["%Y-%m-%d"])


def first_moment(day: datetime | None) -> datetime | None:
    """Say when a day begins in Sweden."""
    if day is None:
        return None
    midnight = datetime.combine(day.date(), time.min, tzinfo=SWEDISH_TIME)
    return midnight.astimezone(UTC)


def after_day(day: datetime | None) -> datetime | None:
    """Say when a day is over in Sweden: the first moment that no longer counts."""
    return None if day is None else first_moment(day + timedelta(days=1))


def last_day(moment: datetime | None) -> str | None:
    """Name the last day that counts before a moment."""
    if moment is None:
        return None
    before = moment - timedelta(microseconds=1)
    return before.astimezone(SWEDISH_TIME).date().isoformat()


def first_day(moment: datetime | None) -> str | None:
    """Name the day on which something begins."""
    if moment is None:
        return None
    return moment.astimezone(SWEDISH_TIME).date().isoformat()


def yes_option(command: Command) -> Command:
    """Give a command the option ``--yes``."""
    option = click.option("--yes", is_flag=True, help="Do not ask.")
    return option(command)


def confirm(question: str, *, yes: bool) -> None:
    """Ask, unless ``--yes`` was said.

    Raises:
        Abort: The answer is no, or there is nobody to answer.
    """
    if not yes:
        click.confirm(question, abort=True, err=True)


def show_consequences(found: Consequences) -> None:
    """Say who loses what."""
    last = last_day(found.moment)
    if not found.users:
        click.echo(f"Nobody loses anything; the last day is {last}.")
        return
    click.echo(
        f"{found.users} users lose {found.grants} permissions; the last day is {last}."
    )
    show_table(
        ("organisation", "hsa_id", "given_name", "surname", "permissions"),
        [
            (one.organisation_name, one.hsa_id, one.given_name, one.surname, one.grants)
            for one in found.losers
        ],
    )
    if len(found.losers) < found.users:
        click.echo(f"... and {found.users - len(found.losers)} more")


def person_options(command: Command) -> Command:
    """Give a command the options that describe a person."""
    for name in ("--email", "--surname", "--given-name"):
        command = click.option(name, default="")(command)
    return command


def person_of(hsa_id: str, given_name: str, surname: str, email: str) -> NewPerson:
    """Put the options that describe a person together."""
    return NewPerson(hsa_id=hsa_id, given_name=given_name, surname=surname, email=email)
