"""How does the demonstration run, from its folder to Ctrl-C?"""

import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn

import click

from idp_bridge.demo import installation, servers
from idp_bridge.demo.installation import PROGRAM, Installation
from idp_bridge.demo.people import ANNA, BO, GUN, HELENA, MAJA
from idp_bridge.demo.places import ADDRESS, PORTS, Places
from idp_bridge.demo.portal import create_portal
from idp_bridge.demo.service import create_service
from idp_bridge.errors import SetupError
from metadata.clock import Clock, utc_now

WORKERS: Final = 2
_HIGHEST_PORT: Final = 65535
_WELCOME: Final = """
  Demonstrationen är igång. Allt är påhittat och finns bara på den här datorn.

    1. Öppna   {bridge}/
    2. Välj    Kommuner, Ansök om statlig ersättning, Till e-tjänsten
    3. Tryck   Logga in, välj SITHS, och välj vem du är: {first} eller {second}
    4. Se      vad just den personen får göra. Välj Logga in som någon annan.

  Delarna    bryggan {bridge}
             portalen (i stället för Ineras) {portal}
{services}
  Ge rätt    {bridge}/admin/ (var {administrator} eller {several})
  Operatör   {bridge}/operator/ (var {operator})
  Felsidor   {bridge}/fel
  Vem är vem {portal}/
  Mappen     {folder}
  Avsluta    Ctrl-C
"""


def run(*, port: int, folder: Path | None) -> None:
    """Run the demonstration until Ctrl-C or SIGTERM.

    Args:
        port: The first of five ports.
        folder: Where everything is kept; without it everything is gone afterwards.

    Raises:
        SetupError: A port is taken, or something cannot be set up.
    """
    if not 0 < port <= _HIGHEST_PORT - PORTS + 1:
        raise SetupError(f"{port} is not a port that leaves room for {PORTS}.")
    places = Places(port)
    servers.check_ports(places)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    try:
        with _folder(folder) as place:
            _serve(place, places, utc_now)
    except KeyboardInterrupt:
        click.echo("\n  Demonstrationen är avslutad.")


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    """End everything, whatever the process inherited for these signals."""
    raise KeyboardInterrupt


@contextmanager
def _folder(folder: Path | None) -> Iterator[Path]:
    if folder is not None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        yield folder.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="idp-bridge-demo-") as temporary:
        yield Path(temporary)


def _serve(folder: Path, places: Places, clock: Clock) -> None:
    click.echo("  Förbereder demonstrationen ...")
    installed = installation.install(folder, places, clock)
    log = folder / "bridge.log"
    with ExitStack() as stack:
        _serve_partners(stack, installed, places)
        process = stack.enter_context(_bridge(installed, places, log))
        servers.wait_until_ready(
            _urls(places), is_alive=lambda: process.poll() is None, log=log
        )
        click.echo(_welcome(places, installed, folder))
        process.wait()
        raise SetupError(f"The bridge has ended; see {log}.")


def _serve_partners(stack: ExitStack, installed: Installation, places: Places) -> None:
    portal = create_portal(
        installed.providers,
        bridge_url=places.bridge,
        clock=installed.providers[0].clock,
    )
    stack.enter_context(servers.served_here(portal, places.portal_port))
    for number, login in enumerate(installed.logins):
        app = create_service(login, bridge_url=places.bridge, portal_url=places.portal)
        stack.enter_context(servers.served_here(app, places.service_port(number)))


@contextmanager
def _bridge(
    installed: Installation, places: Places, log: Path
) -> Iterator["subprocess.Popen[bytes]"]:
    """Serve the bridge itself with the command that serves it everywhere."""
    bind = f"{ADDRESS}:{places.port}"
    command = [*PROGRAM, "--config", str(installed.config)]
    command += ["serve", "--bind", bind, "--workers", str(WORKERS)]
    environ = installation.environment()
    with servers.running(command, log=log, environ=environ) as process:
        yield process


def _urls(places: Places) -> list[str]:
    portal = f"http://{ADDRESS}:{places.portal_port}/"
    services = [f"{places.service(number)}/" for number in range(PORTS - 2)]
    return [portal, *services, f"{places.bridge}/readyz"]


def _welcome(places: Places, installed: Installation, folder: Path) -> str:
    services = [
        f"             {login.service.name} {login.base_url}"
        for login in installed.logins
    ]
    return _WELCOME.format(
        bridge=places.bridge,
        portal=places.portal,
        services="\n".join(services),
        first=ANNA.name,
        second=BO.name,
        operator=MAJA.name,
        administrator=GUN.name,
        several=HELENA.name,
        folder=folder,
    )
