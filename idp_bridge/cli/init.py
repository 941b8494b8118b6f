"""``idp-bridge init``: what does a new installation begin with?"""

import secrets
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import click

from idp_bridge import keys
from idp_bridge.cli.context import Office, pass_office
from idp_bridge.cli.template import TEMPLATE
from idp_bridge.keys import Purpose, Slot
from idp_bridge.new_keys import make_key
from idp_bridge.settings.checks import check_base_url

_CONFIG: Final = "bridge.toml"
_SECRET: Final = "secret-key"  # noqa: S105  # the name of a file
_KEYS: Final = "keys"
_LATER: Final = """\
Made {folder}. What to do next:
  1. Read and change {config}.
  2. idp-bridge --config {config} db upgrade
  3. idp-bridge --config {config} metadata add NAME FILE     (the identity provider)
  4. idp-bridge --config {config} metadata add NAME FILE     (each e-service)
  5. idp-bridge --config {config} catalogue load FILE
  6. idp-bridge --config {config} check
  7. idp-bridge --config {config} serve"""


@click.command("init")
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(path_type=Path))
@click.option(
    "--base-url",
    default="http://127.0.0.1:8000",
    show_default=True,
    help="Where people will reach the bridge.",
)
@pass_office
def command(office: Office, *, folder: Path, base_url: str) -> None:
    """Write a commented bridge.toml, keys and a secret; never over existing ones.

    Raises:
        BadParameter: The base address cannot work.
        ClickException: Something of the kind is there already.
    """
    try:
        base_url = check_base_url(base_url)
    except ValueError as error:
        raise click.BadParameter(f"{base_url}: {error}") from error
    for name in (_CONFIG, _SECRET, _KEYS):
        if (folder / name).exists():
            raise click.ClickException(f"{folder / name} is there already; left alone.")
    folder.mkdir(parents=True, exist_ok=True)
    _write_keys(folder / _KEYS, base_url, office.clock())
    _write_secret(folder / _SECRET)
    config = folder / _CONFIG
    config.write_text(TEMPLATE.replace("@BASE_URL@", base_url), encoding="utf-8")
    click.echo(_LATER.format(folder=folder, config=config))


def _write_keys(folder: Path, base_url: str, now: datetime) -> None:
    name = urlsplit(base_url).hostname or base_url
    for purpose in Purpose:
        keys.add_key(folder, purpose, Slot.CURRENT, make_key(name, now=now))


def _write_secret(file: Path) -> None:
    file.touch(mode=0o600, exist_ok=False)
    file.write_text(secrets.token_urlsafe(48) + "\n", encoding="ascii")
