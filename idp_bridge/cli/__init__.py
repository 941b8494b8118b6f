"""What can an operator do in a terminal? ``idp-bridge`` and its commands."""

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Final, cast

import click

from idp_bridge.cli.refusals import PatientGroup
from metadata.clock import utc_now

_DEFAULT_CONFIG: Final = Path("bridge.toml")
_PLACES: Final = {
    "administrator": "administrator:group",
    "agreement": "agreement:group",
    "audit": "audit:group",
    "catalogue": "catalogue:group",
    "check": "check:command",
    "db": "tables:group",
    "demo": "demo:command",
    "explain": "explain:command",
    "init": "init:command",
    "keys": "keys:group",
    "mail": "mail:group",
    "metadata": "metadata:group",
    "notice": "notice:group",
    "operator": "operator:group",
    "organisation": "organisation:group",
    "permission": "permission:group",
    "person": "person:group",
    "retention": "retention:group",
    "serve": "serve:command",
    "service": "service:group",
    "trace": "trace:command",
}
"""Where each command is: its module in this package, and its name there."""


class Commands(PatientGroup):
    """Our commands; the module of one is imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name all commands."""
        del ctx
        return list(_PLACES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command; ``None`` when there is none of this name."""
        del ctx
        if cmd_name not in _PLACES:
            return None
        module, _, name = _PLACES[cmd_name].partition(":")
        with _importing():
            found: click.Command = getattr(import_module(f"{__name__}.{module}"), name)
        return found


@contextmanager
def _importing() -> Iterator[None]:
    """Import quickly, without what we do not use.

    The garbage collector rests, since nearly all that an import makes will stay. No
    plugin of another package is let at our settings (pydantic would look for some), and
    structlog does without rich, which it would bring along for colours.
    """
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    modules = cast("dict[str, object]", sys.modules)
    hides_rich = modules.setdefault("rich", None) is None
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        if hides_rich:
            del modules["rich"]


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="idp-bridge")
@click.option(
    "--config",
    envvar="IDP_BRIDGE_CONFIG",
    type=click.Path(path_type=Path),
    help="The TOML file with the settings; bridge.toml in this folder if there is one.",
)
@click.pass_context
def main(context: click.Context, config: Path | None) -> None:
    """Run the bridge between Inera's IdP and e-services, and look after it."""
    if config is None and _DEFAULT_CONFIG.is_file():
        config = _DEFAULT_CONFIG
    if context.obj is None:
        with _importing():
            from idp_bridge.cli.context import Office  # noqa: PLC0415  # takes a while
        context.obj = Office(config=config, environ=os.environ, clock=utc_now)
