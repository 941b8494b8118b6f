"""How does a test break the link to a server, without touching the server?"""

import select
import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self

TICK_SECONDS = 0.05


class Link:
    """Forwards a loopback port to another one until it is frozen or cut.

    Args:
        target_port: Where the server listens.

    Attributes:
        port: Where clients connect.
    """

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._frozen = threading.Event()
        self._cut = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(TICK_SECONDS)
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.cut()

    def freeze(self) -> None:
        """Keep every connection open and forward nothing any more."""
        self._frozen.set()

    def cut(self) -> None:
        """Close every connection and take no new ones."""
        self._cut.set()
        for thread in list(self._threads):
            thread.join()

    def _accept(self) -> None:
        with self._listener:
            while not self._cut.is_set():
                with suppress(TimeoutError):
                    client, _ = self._listener.accept()
                    pump = threading.Thread(target=self._forward, args=(client,))
                    self._threads.append(pump)
                    pump.start()

    def _forward(self, client: socket.socket) -> None:
        server = socket.create_connection(("127.0.0.1", self._target_port))
        other = {client: server, server: client}
        with client, server, suppress(ConnectionError):
            while not self._cut.wait(TICK_SECONDS if self._frozen.is_set() else 0):
                if self._frozen.is_set():
                    continue
                for source in select.select([client, server], [], [], TICK_SECONDS)[0]:
                    data = source.recv(65536)
                    if not data:
                        return
                    other[source].sendall(data)
