"""How do tests start the demonstration, as somebody who types ``make demo`` does?"""

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from idp_bridge.demo.places import ADDRESS, Places
from tests.support.ports import free_port
from tests.support.processes import Server, running

SOURCE = Path(__file__).parents[2]


@dataclass(frozen=True)
class Demo:
    """A running demonstration."""

    places: Places
    folder: Path
    output: Path
    pid: int


def free_places() -> Places:
    """Find as many free ports in a row as the demonstration needs."""
    while True:
        places = Places(free_port())
        if all(map(_is_free, places.ports)):
            return places


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((ADDRESS, port))
        except OSError:
            return False
    return True


@contextmanager
def demo(folder: Path, places: Places | None = None) -> Iterator[Demo]:
    """Run the demonstration until the block ends.

    Args:
        folder: Where it keeps its data, and where it prints.
        places: Where; not given, on free ports.
    """
    places = places or free_places()
    data, output = folder / "data", folder / "output.txt"
    command = [sys.executable, "-m", "idp_bridge", "demo"]
    server = Server(
        command=[*command, "--port", str(places.port), "--dir", str(data)],
        log=output,
        is_ready=lambda: "Ctrl-C" in output.read_text(),
        env={"PYTHONPATH": str(SOURCE), "PYTHONUNBUFFERED": "1"},
        cwd=folder,
    )
    output.unlink(missing_ok=True)
    with running(server) as process:
        yield Demo(places=places, folder=data, output=output, pid=process.pid)


def answers(port: int) -> bool:
    """Say whether anybody is there."""
    with socket.socket() as probe:
        return probe.connect_ex((ADDRESS, port)) == 0


def children_of(pid: int) -> list[int]:
    """List a process's children and theirs, as Linux knows them."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    direct = [int(each) for task in tasks for each in task.read_text().split()]
    return direct + [below for child in direct for below in children_of(child)]


def is_running(pid: int) -> bool:
    """Say whether a process is there and not just waiting to be buried."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
