"""How do tests start real servers, and how is every one of them stopped again?

A server is stopped by its process id when its ``with`` block ends, however it ends; if
the test run itself is killed, the kernel stops the server (``setpriv --pdeathsig``).
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

START_SECONDS = 30
STOP_SECONDS = 10


class ServerDidNotStartError(Exception):
    """A server of the tests ended or stayed silent; the text has the end of its log."""


@dataclass(frozen=True, kw_only=True)
class Server:
    """How one server is started and stopped."""

    command: Sequence[str | Path]
    log: Path
    """Where everything goes that the server prints."""
    is_ready: Callable[[], bool]
    """Says whether the server answers; asked until it does."""
    stop_signal: signal.Signals = signal.SIGTERM
    user: str | None = None
    """Start it as this user (needs root); ``None`` for the current one."""
    env: Mapping[str, str] = field(default_factory=dict)
    """What is added to the environment."""
    cwd: Path | None = None


@contextmanager
def running(server: Server) -> Iterator[subprocess.Popen[bytes]]:
    """Start a server, wait until it answers, and stop it at the end, always.

    Raises:
        ServerDidNotStartError: It ended or does not answer in time.
    """
    with server.log.open("ab") as log:
        process = subprocess.Popen(
            [*_privileges(server), *map(str, server.command)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, **server.env},
            cwd=server.cwd,
            start_new_session=True,
        )
    try:
        _wait_until_ready(server, process)
        yield process
    finally:
        stop(process, server.stop_signal)


def stop(
    process: subprocess.Popen[bytes], with_signal: signal.Signals = signal.SIGTERM
) -> None:
    """Ask a process to end, then end it together with what is left of its group."""
    if process.poll() is None:
        process.send_signal(with_signal)
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(STOP_SECONDS)


def _privileges(server: Server) -> list[str]:
    if shutil.which("setpriv") is None:  # not Linux
        return []
    prefix = ["setpriv", "--pdeathsig", server.stop_signal.name.removeprefix("SIG")]
    if server.user is None:
        return [*prefix, "--"]
    user = server.user
    return [*prefix, "--reuid", user, "--regid", user, "--init-groups", "--"]


def _wait_until_ready(server: Server, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not server.is_ready():
        if process.poll() is not None or time.monotonic() > deadline:
            tail = server.log.read_text(errors="replace")[-2000:]
            raise ServerDidNotStartError(f"{server.command[0]}: {tail}")
        time.sleep(0.05)
