"""How are the servers of the demonstration started, awaited and stopped?"""

import logging
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from idp_bridge.demo import leash
from idp_bridge.demo.places import ADDRESS, Places
from idp_bridge.errors import SetupError

START_SECONDS: Final = 60
_TRY_SECONDS: Final = 0.1
_LAST: Final = 2000
"""How much of a log is shown when a server did not start, in characters."""
_OK: Final = 200


class QuietHandler(WSGIRequestHandler):
    """Serves without a line for each request."""

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002  # named so in werkzeug
        """Say nothing unless something went wrong."""
        if type == "error":
            logging.getLogger(__name__).error(message, *args)


def check_ports(places: Places) -> None:
    """Refuse to begin when somebody listens on one of our ports.

    Raises:
        SetupError: Names the ports.
    """
    taken = [str(port) for port in places.ports if not _is_free(port)]
    if taken:
        ports = ", ".join(taken)
        raise SetupError(
            f"Port {ports} on {ADDRESS} is in use. Choose others: PORT=8100 make demo"
        )


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except (OSError, OverflowError):
            return False
    return True


@contextmanager
def served_here(app: Flask, port: int) -> Iterator[None]:
    """Serve an application in threads of this process."""
    server = make_server(
        ADDRESS, port, app, threaded=True, request_handler=QuietHandler
    )
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def running(
    command: Sequence[str], *, log: Path, environ: Mapping[str, str]
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a server that ends with this process, however this process ends."""
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603  # our own command
            [sys.executable, leash.__file__, *command],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(environ),
            start_new_session=True,
        )
    try:
        yield process
    finally:
        if process.stdin is not None:
            process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            process.wait(leash.PATIENCE_SECONDS + 1)
        process.kill()
        process.wait()


def wait_until_ready(
    urls: Sequence[str], *, is_alive: Callable[[], bool], log: Path
) -> None:
    """Wait until every address answers.

    Raises:
        SetupError: One does not; with the end of the log.
    """
    deadline = time.monotonic() + START_SECONDS
    for url in urls:
        while not _answers(url):
            if not is_alive() or time.monotonic() > deadline:
                tail = log.read_text(errors="replace")[-_LAST:]
                raise SetupError(f"{url} does not answer.\n{tail}")
            time.sleep(_TRY_SECONDS)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310  # our own http
            return bool(answer.status == _OK)
    except (urllib.error.URLError, OSError):
        return False
