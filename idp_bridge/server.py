"""How is the bridge served? By gunicorn, with settings that fit SAML."""

import gc
import logging
import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger
from gunicorn.http import message

from idp_bridge import logs
from idp_bridge.companion import Companion

MAX_REQUEST_LINE: Final = 32_768
"""Bytes; a request in the Redirect binding is a long address."""
MAX_WORKERS: Final = 17
WORKER_SECONDS: Final = 30
"""A worker that is silent for longer is replaced."""
_ACCESS: Final = "idp_bridge.access"
_ADDRESS: Final = re.compile(r"^Invalid request from ip=\S+ ")
GARBAGE_EVERY: Final = 10_000
"""Objects that a worker makes before it looks for garbage among them; with Python's 700
it would look several times in every login."""
GRACE_SECONDS: Final = 20
"""How long requests may take to end after SIGTERM."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """Where and with how many processes to serve."""

    bind: str = "127.0.0.1:8000"
    workers: int | None = None
    """Not given: twice the cores and one, within bounds."""
    tls_certificate: Path | None = None
    tls_key: Path | None = None


class JsonLogger(Logger):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn's messages and one line per request, in our log."""

    def setup(self, cfg: Any) -> None:
        """Leave the writing to the handlers of :mod:`idp_bridge.logs`."""
        self._access_log_enabled = True
        for log in (self.error_log, self.access_log):
            log.handlers = []
            log.propagate = True
            log.setLevel(cfg.loglevel.upper())

    def warning(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """Write a warning; gunicorn puts people's addresses into some of them."""
        super().warning(_ADDRESS.sub("Invalid request: ", msg), *args, **kwargs)

    def exception(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """Write an error; gunicorn puts whole query strings into some of them."""
        if isinstance(sys.exc_info()[1], SystemExit):
            return  # Ctrl-C during a request is no error
        if msg.startswith("Error handling request"):
            msg, args = "Error handling a request", ()
        super().exception(msg, *args, **kwargs)

    def access(self, resp: Any, req: Any, environ: Any, request_time: Any) -> None:
        """Write one line: no query string, no address of the person, no browser."""
        del req
        if not logging.getLogger(_ACCESS).isEnabledFor(logging.INFO):
            return
        logs.logger(_ACCESS).info(
            "request",
            method=environ.get("REQUEST_METHOD"),  # missing when a request was broken
            path=environ.get("PATH_INFO"),
            status=int(str(resp.status)[:3]),
            milliseconds=request_time // timedelta(milliseconds=1),
        )


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn with our application.

    Args:
        make_app: Builds the application, once in every worker.
        serving: Where and with how many processes.
        companion: What runs beside the workers.
    """

    def __init__(
        self,
        make_app: Callable[[], Flask],
        serving: Serving,
        companion: Companion | None = None,
    ) -> None:
        self._make_app = make_app
        self._serving = serving
        self._companion = companion
        super().__init__()

    def run(self) -> None:
        """Serve until SIGTERM or Ctrl-C.

        Memory that the garbage collector never touches stays shared with the workers.
        """
        gc.freeze()
        if self._companion is None:
            super().run()
        else:
            _AccompaniedArbiter(self, self._companion).run()

    def load_config(self) -> None:
        """Hand our settings to gunicorn.

        Gunicorn stops believing in its setting above 8190 bytes, so that bound is
        raised too; without any bound a request line could fill the memory.
        """
        message.MAX_REQUEST_LINE = MAX_REQUEST_LINE
        for name, value in gunicorn_settings(self._serving).items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Build the application of one worker.

        What is there by now lives as long as the worker, so the garbage collector need
        not look at it, neither now nor later.
        """
        gc.disable()
        app = self._make_app()
        gc.freeze()
        gc.set_threshold(GARBAGE_EVERY)
        gc.enable()
        return app


class _AccompaniedArbiter(Arbiter):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn's parent process, which also looks after one child of ours.

    It looks after its workers every second, and leaves children that it does not know
    alone (it may reap them).
    """

    def __init__(self, app: Server, companion: Companion) -> None:
        self._companion = companion
        super().__init__(app)

    def manage_workers(self) -> None:
        """Look after the workers, and then after the companion."""
        super().manage_workers()
        self._companion.tend()

    def stop(self, graceful: bool = True) -> None:  # noqa: FBT001, FBT002  # gunicorn's
        """Stop the companion while the workers finish what they do."""
        self._companion.ask_to_end()
        super().stop(graceful)
        self._companion.end()


def gunicorn_settings(serving: Serving) -> dict[str, Any]:
    """Write down our choices in gunicorn's words."""
    settings: dict[str, Any] = {
        "bind": serving.bind,
        "workers": serving.workers or _default_workers(),
        "worker_class": "sync",
        "worker_tmp_dir": "/dev/shm" if Path("/dev/shm").is_dir() else None,  # noqa: S108  # memory, for heartbeats
        "timeout": WORKER_SECONDS,
        "graceful_timeout": GRACE_SECONDS,
        "limit_request_line": MAX_REQUEST_LINE,
        "limit_request_field_size": 16_384,
        "accesslog": "-",
        "logger_class": JsonLogger,
        "proc_name": "idp-bridge",
        "forwarded_allow_ips": "",
        "control_socket_disable": True,
    }
    if serving.tls_certificate and serving.tls_key:
        settings["certfile"] = str(serving.tls_certificate)
        settings["keyfile"] = str(serving.tls_key)
    return settings


def _default_workers() -> int:
    return min(2 * (os.cpu_count() or 1) + 1, MAX_WORKERS)
