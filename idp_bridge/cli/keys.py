"""``idp-bridge keys``: which keys do we have, and which takes over from which?"""

import click

from idp_bridge import keys, new_keys
from idp_bridge.cli.context import Office, pass_office
from idp_bridge.cli.output import json_option, show_json, show_table
from idp_bridge.keys import Purpose, Slot

_purpose = click.argument("purpose", type=click.Choice([str(one) for one in Purpose]))


@click.group("keys")
def group() -> None:
    """List keys, and let one take over from another."""


@group.command("list")
@json_option
@pass_office
def show(office: Office, *, as_json: bool) -> None:
    """List our keys.

    Raises:
        ClickException: A key cannot be used.
    """
    found, problems = keys.inspect_keys(office.settings.key_dir)
    rows = [
        {
            "purpose": str(key.purpose),
            "slot": str(key.slot),
            "sha256": key.fingerprint,
            "certificate_ends": key.not_after.isoformat(),
        }
        for key in found
    ]
    if as_json:
        show_json({"keys": rows, "problems": problems})
    else:
        columns = ("purpose", "slot", "sha256", "certificate_ends")
        show_table(columns, [[row[name] for name in columns] for row in rows])
    if problems:
        raise click.ClickException("\n".join(problems))


@group.command()
@_purpose
@click.option(
    "--bits",
    type=click.Choice([str(one) for one in new_keys.CHOICES_OF_BITS]),
    default=str(new_keys.DEFAULT_BITS),
    show_default=True,
)
@pass_office
def new(office: Office, *, purpose: str, bits: str) -> None:
    """Make the next key; it is published beside the current one from the next start."""
    settings = office.settings
    key = new_keys.make_key(settings.host, now=office.clock(), bits=int(bits))
    keys.add_key(settings.key_dir, Purpose(purpose), Slot.NEXT, key)
    click.echo(
        f"Made the next key for {purpose}. Restart the bridge, give our metadata to"
        " every partner, wait until all have it, then:"
        f" idp-bridge keys promote {purpose}"
    )


@group.command()
@_purpose
@pass_office
def promote(office: Office, *, purpose: str) -> None:
    """Let the next key take over; the current one becomes the previous."""
    keys.promote(office.settings.key_dir, Purpose(purpose))
    click.echo(
        f"The next key for {purpose} is now the current one. Restart the bridge, wait"
        " until no partner uses the previous one, then:"
        f" idp-bridge keys retire {purpose}"
    )


@group.command()
@_purpose
@pass_office
def retire(office: Office, *, purpose: str) -> None:
    """Delete the previous key."""
    keys.retire(office.settings.key_dir, Purpose(purpose))
    click.echo(f"The previous key for {purpose} is gone. Restart the bridge.")
