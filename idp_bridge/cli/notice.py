"""``idp-bridge notice``: what do our pages tell everybody?"""

from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

import click

from authz.catalogue_values import SWEDISH_TIME
from authz.office.models import NewNotice, Notice, NoticeLevel, NoticePlace
from idp_bridge.cli.context import Office, pass_office
from idp_bridge.cli.output import json_option, show_json, show_table

_LEVELS = click.Choice([one.value for one in NoticeLevel])
_PLACES = click.Choice([one.value for one in NoticePlace])
_MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"])


@click.group("notice")
def group() -> None:
    """Tell of outages and other news. Times are Swedish."""


@group.command()
@click.argument("text")
@click.option("--english", "text_en", default="", help="The same in English.")
@click.option("--level", type=_LEVELS, default=NoticeLevel.INFORMATION.value)
@click.option("--place", type=_PLACES, default=NoticePlace.EVERYWHERE.value)
@click.option("--service", "service_code", help="The e-service it is about (code).")
@click.option("--from", "start", type=_MOMENT, help="Without it, from now on.")
@click.option("--until", type=_MOMENT, help="Without it, until it is ended.")
@pass_office
def add(  # noqa: PLR0913  # click passes options by name
    office: Office,
    *,
    text: str,
    text_en: str,
    level: str,
    place: str,
    service_code: str | None,
    start: datetime | None,
    until: datetime | None,
) -> None:
    """Show TEXT (Swedish) on our pages."""
    new = NewNotice(
        text=text,
        text_en=text_en,
        level=level,
        place=place,
        service_code=service_code,
        valid_from=_moment(start) or office.clock(),
        valid_until=_moment(until),
    )
    added = office.register.notices.add(new, **office.by)
    click.echo(f"Notice {added} is registered.")


@group.command("list")
@json_option
@pass_office
def list_(office: Office, *, as_json: bool) -> None:
    """List notices, the latest first."""
    found = office.register.notices.list()
    if as_json:
        show_json([asdict(one) for one in found])
        return
    show_table(
        ("notice", "level", "place", "service", "from", "until", "text"),
        [
            (
                one.id,
                one.level,
                one.place,
                one.service and one.service.code,
                _local(one.validity.valid_from),
                _local(one.validity.valid_until),
                one.text,
            )
            for one in found
        ],
    )


@group.command()
@click.argument("notice", type=int)
@click.option("--text", help="In Swedish.")
@click.option("--english", "text_en", help="The same in English.")
@click.option("--level", type=_LEVELS)
@click.option("--place", type=_PLACES)
@click.option("--service", "service_code", help="Its code; '' for no special one.")
@click.option("--from", "start", type=_MOMENT)
@click.option("--until", type=_MOMENT)
@click.option("--no-end", is_flag=True, help="Until it is ended.")
@pass_office
def change(
    office: Office,
    /,
    *,
    notice: int,
    start: datetime | None,
    until: datetime | None,
    no_end: bool,
    **words: str | None,
) -> None:
    """Change what is given of a NOTICE (its number in the list); the rest stays."""
    notices = office.register.notices
    found = notices.get(notice)
    given: dict[str, Any] = {k: v for k, v in words.items() if v is not None}
    if begins := _moment(start):
        given["valid_from"] = begins
    end = _moment(until) or (None if no_end else found.validity.valid_until)
    new = replace(_as_typed(found, office.clock()), **given, valid_until=end)
    notices.change(notice, new, **office.by)
    click.echo("Saved.")


@group.command()
@click.argument("notice", type=int)
@pass_office
def end(office: Office, *, notice: int) -> None:
    """Take a NOTICE (its number in the list) from the pages."""
    office.register.notices.end(notice, **office.by)
    click.echo("Ended.")


def _as_typed(notice: Notice, now: datetime) -> NewNotice:
    return NewNotice(
        text=notice.text,
        text_en=notice.text_en,
        level=notice.level,
        place=notice.place,
        service_code=notice.service.code if notice.service else None,
        valid_from=notice.validity.valid_from or now,
        valid_until=notice.validity.valid_until,
    )


def _moment(local: datetime | None) -> datetime | None:
    return local and local.replace(tzinfo=SWEDISH_TIME).astimezone(UTC)


def _local(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    return moment.astimezone(SWEDISH_TIME).strftime("%Y-%m-%dT%H:%M")
