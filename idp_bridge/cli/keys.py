"""``idp-bridge keys``: which keys do we have, and which takes over from which?"""

from datetime import datetime
from typing import Final

import click

from idp_bridge import keys, new_keys, rollover
from idp_bridge.cli.context import Office, pass_office
from idp_bridge.cli.output import json_option, show_json, show_table
from idp_bridge.keys import (
    NOTICED,
    KeyProblemError,
    KeySet,
    Purpose,
    Slot,
    StoredKey,
)
from idp_bridge.new_keys import KeyKind
from idp_bridge.our_metadata import OurMetadata
from idp_bridge.rollover import Waiting

_COLUMNS: Final = (
    "purpose",
    "slot",
    "published",
    "used_for",
    "since",
    "sha256",
    "certificate_ends",
)
_USES: Final = {
    (Purpose.SIGNING, Slot.CURRENT): "signing",
    (Purpose.SIGNING, Slot.NEXT): "nothing yet",
    (Purpose.SIGNING, Slot.PREVIOUS): "nothing more",
}
_NAMED: Final = {
    Purpose.SIGNING: "our metadata names it from now on",
    Purpose.ENCRYPTION: (
        f"our metadata names it in {NOTICED.seconds} seconds, when every process can"
        " open what is encrypted to it"
    ),
}
"""When partners are told of a new key."""
_RETIRED: Final = {
    Purpose.SIGNING: "gone; the rollover is done",
    Purpose.ENCRYPTION: (
        "retired: our metadata names it no longer, and it still opens messages"
    ),
}
"""What becomes of a key that is retired."""
_purpose = click.argument("purpose", type=click.Choice([str(one) for one in Purpose]))
_force = click.option("--force", is_flag=True, help="Do not wait for partners.")


@click.group("keys")
def group() -> None:
    """List keys, and let one take over from another."""


@group.command("list")
@json_option
@pass_office
def show(office: Office, *, as_json: bool) -> None:
    """List our keys, what each is used for, and what a rollover waits for.

    Raises:
        ClickException: A key cannot be used.
    """
    found, problems = keys.inspect_keys(office.settings.key_dir)
    rows = [_row(key, office.clock()) for key in found]
    if as_json:
        steps = [] if problems else _steps(office)
        show_json({"keys": rows, "steps": steps, "problems": problems})
    else:
        show_table(_COLUMNS, [[row[name] for name in _COLUMNS] for row in rows])
    if problems:
        raise click.ClickException("\n".join(problems))
    if not as_json:
        for purpose in Purpose:
            _tell_next_steps(office, purpose)


@group.command()
@_purpose
@click.option(
    "--kind",
    type=click.Choice([str(one) for one in KeyKind]),
    help="Which kind of key; otherwise [saml] signing_key, or rsa-3072 to encrypt to.",
)
@pass_office
def new(office: Office, *, purpose: str, kind: str | None) -> None:
    """Make the next key; our metadata names it beside the current one.

    A key to encrypt to is named when every process can open with it.

    Raises:
        BadParameter: Others encrypt to RSA only.
    """
    settings, now = office.settings, office.clock()
    is_signing = purpose == Purpose.SIGNING
    usual = settings.saml.signing_key if is_signing else KeyKind.RSA_3072
    chosen = KeyKind(kind) if kind else usual
    if not (is_signing or chosen.is_rsa):
        raise click.BadParameter("Others encrypt to RSA only.", param_hint="--kind")
    key = new_keys.make_key(settings.host, now=now, kind=chosen)
    keys.add_key(settings.key_dir, Purpose(purpose), Slot.NEXT, key, now=now)
    click.echo(f"Made the next key for {purpose}; {_NAMED[Purpose(purpose)]}.")
    _tell_next_steps(office, Purpose(purpose))


@group.command()
@_purpose
@_force
@pass_office
def promote(office: Office, *, purpose: str, force: bool) -> None:
    """Let the next key take over; the current one becomes the previous."""
    _check(office, Purpose(purpose), "promote", force=force)
    keys.promote(office.settings.key_dir, Purpose(purpose), now=office.clock())
    click.echo(f"The next key for {purpose} is now the current one.")
    _tell_next_steps(office, Purpose(purpose))


@group.command()
@_purpose
@_force
@pass_office
def retire(office: Office, *, purpose: str, force: bool) -> None:
    """Take the previous key out of the set and out of our metadata.

    A key for signing is deleted. A key for encryption goes on opening messages.
    """
    _check(office, Purpose(purpose), "retire", force=force)
    keys.retire(office.settings.key_dir, Purpose(purpose), now=office.clock())
    click.echo(f"The previous key for {purpose} is {_RETIRED[Purpose(purpose)]}.")
    _tell_next_steps(office, Purpose(purpose))


@group.command()
@_purpose
@_force
@pass_office
def delete(office: Office, *, purpose: str, force: bool) -> None:
    """Delete the retired key; what is encrypted to it is lost from now on."""
    key = None if force else _deletable(office, Purpose(purpose))
    keys.delete_retired(office.settings.key_dir, Purpose(purpose), key)
    click.echo(f"The retired key for {purpose} is gone; the rollover is done.")
    _tell_next_steps(office, Purpose(purpose))


def _row(key: StoredKey, now: datetime) -> dict[str, str]:
    return {
        "purpose": str(key.purpose),
        "slot": str(key.slot),
        "published": "yes" if key.is_published(now) else "no",
        "used_for": _USES.get((key.purpose, key.slot), "decryption"),
        "since": key.since.isoformat(timespec="seconds"),
        "sha256": key.fingerprint,
        "certificate_ends": key.not_after.isoformat(),
    }


def _check(office: Office, purpose: Purpose, command: str, *, force: bool) -> None:
    """Refuse a step that comes too early; a set that is not whole says so itself."""
    if not force:
        found, _ = keys.inspect_keys(office.settings.key_dir)
        _check_of(office, KeySet(found), purpose, command)


def _deletable(office: Office, purpose: Purpose) -> StoredKey:
    """Find the retired key, if nobody needs it any more.

    Raises:
        KeyProblemError: There is none, or a key cannot be used.
    """
    found = keys.load_keys(office.settings.key_dir)
    key = found.find(purpose, Slot.RETIRED)
    if key is None:
        raise KeyProblemError(f"There is no retired key for {purpose}.")
    _check_of(office, found, purpose, "delete")
    return key


def _check_of(office: Office, found: KeySet, purpose: Purpose, command: str) -> None:
    rollover.check_not_too_early(
        found,
        purpose,
        command,
        validity=office.settings.saml.metadata_validity,
        now=office.clock(),
    )


def _steps(office: Office) -> list[dict[str, str]]:
    return [
        {"purpose": purpose, "command": step.command, "until": step.until.isoformat()}
        for purpose in Purpose
        for step in _next_steps(office, purpose)
    ]


def _next_steps(office: Office, purpose: Purpose) -> tuple[Waiting, ...]:
    found = keys.load_keys(office.settings.key_dir)
    return rollover.waiting(
        found, purpose, validity=office.settings.saml.metadata_validity
    )


def _tell_next_steps(office: Office, purpose: Purpose) -> None:
    for step in _next_steps(office, purpose):
        command = f"idp-bridge keys {step.command} {purpose}"
        click.echo(f"Next: {command}, not before {rollover.in_words(step.until)}:")
        click.echo(f"  until then {step.why}.")
        if step.needs_partners:
            _tell_partners(office)


def _tell_partners(office: Office) -> None:
    """Say what partners must have, as every process gives it from ten seconds on."""
    settings = office.settings
    ours = OurMetadata(
        settings,
        lambda: keys.load_keys(settings.key_dir),
        lambda: office.clock() + NOTICED,
    ).documents()
    click.echo(
        "  Partners who take our metadata by hand, as Inera does, must have taken the\n"
        f"  new one: give them the address {settings.base_url}/saml/metadata and the\n"
        "  SHA-256."
    )
    for document in ours:
        click.echo(f"  {document.role}\tSHA-256 {document.sha256}")
