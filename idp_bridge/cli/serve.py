"""``idp-bridge serve``: how is the bridge started?"""

import gc
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import click
from flask import Flask

from idp_bridge import logs, metrics
from idp_bridge.app import create_app
from idp_bridge.cli.context import Office, pass_office
from idp_bridge.companion import Companion
from idp_bridge.metrics_folder import metrics_folder
from idp_bridge.server import Server, Serving
from idp_bridge.settings import Settings
from idp_bridge.state.opening import open_state

_file = click.Path(exists=True, dir_okay=False, path_type=Path)


@dataclass(frozen=True, slots=True)
class MakeApp:
    """Builds the application of one worker."""

    settings: Settings
    figures: Path
    """The folder with the figures of all workers."""

    def __call__(self) -> Flask:
        """Build it, with a log of its own."""
        logs.configure(self.settings.log_level)
        metrics.share(self.figures)
        return create_app(self.settings)


@click.command("serve")
@click.option("--bind", default="127.0.0.1:8000", show_default=True, help="HOST:PORT")
@click.option("--workers", type=click.IntRange(min=1), help="Number of processes.")
@click.option("--tls-certificate", type=_file, help="PEM, with its chain.")
@click.option("--tls-key", type=_file, help="PEM.")
@pass_office
def command(
    office: Office,
    *,
    bind: str,
    workers: int | None,
    tls_certificate: Path | None,
    tls_key: Path | None,
) -> None:
    """Serve the bridge until SIGTERM or Ctrl-C.

    Raises:
        UsageError: A certificate without its key, or the other way round.
    """
    gc.freeze()  # all that was imported stays, so nobody need look at it
    if (tls_certificate is None) != (tls_key is None):
        raise click.UsageError("--tls-certificate and --tls-key belong together")
    _check_start(office)
    serving = Serving(
        bind=bind, workers=workers, tls_certificate=tls_certificate, tls_key=tls_key
    )
    logs.configure(office.settings.log_level)
    with metrics_folder() as figures:
        app = MakeApp(office.settings, figures)
        Server(app, serving, _companion(office)).run()


def _companion(office: Office) -> Companion | None:
    """Refresh metadata beside the workers, whose memory stays small so."""
    if not office.settings.metadata.refresh_in_background:
        return None
    config = ("--config", str(office.config)) if office.config else ()
    command = (sys.executable, "-m", "idp_bridge", *config, "metadata", "watch")
    return Companion((*command, "--parent", str(os.getpid())))


def _check_start(office: Office) -> None:
    """Say once, before any process starts, why none could.

    The driver of the state store is imported on the way: here once, for all workers.

    Raises:
        SetupError: A setting, a key or the database is not as it must be.
    """
    _ = office.keys
    open_state(office.settings.state_url, engine=office.engine, clock=office.clock)
    office.engine.dispose()  # no connection may be shared with the workers
