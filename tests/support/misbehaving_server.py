"""How does a server of metadata look that does what it should not?

A real server: a socket on loopback, TLS, threads. What it does with a request is a
function of the test, which gets the connection itself and may do anything with it.
"""

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from time import monotonic

from tests.support.tls import Certified

PATIENCE = 20.0
"""How long a slow server goes on; who is not bounded ends then, and a test is red."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it arrived."""

    path: str
    headers: Mapping[str, str]
    """By name in lower case."""
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Talk:
    """One connection, and what it brought."""

    connection: socket.socket
    asked: Asked
    is_over: threading.Event
    """Set when the server is to end."""

    def send(self, data: bytes) -> None:
        """Send something, whatever it is."""
        self.connection.sendall(data)

    def answer(
        self, body: bytes = b"", *, status: str = "200 OK", **headers: str
    ) -> None:
        """Answer as a good server does.

        Args:
            body: What is sent after the headers.
            status: The code and its words.
            headers: Named with ``_`` instead of ``-``; they replace our own.
        """
        said = {"content_length": str(len(body)), "connection": "close"} | headers
        lines = [f"{name.replace('_', '-')}: {value}" for name, value in said.items()]
        head = "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""])
        self.send(head.encode("latin-1") + body)

    def drip(self, data: Iterable[bytes], *, seconds: float) -> None:
        """Send piece by piece, with a rest after each."""
        ends_at = monotonic() + PATIENCE
        for piece in data:
            self.send(piece)
            if self.is_over.wait(seconds) or monotonic() > ends_at:
                return

    def wait(self) -> None:
        """Say nothing until the other side has gone away."""
        self.connection.settimeout(PATIENCE)
        self.connection.recv(1)

    def reset(self) -> None:
        """Break the connection off without a good-bye."""
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.connection.close()


Behaviour = Callable[[Talk], None]


def sending(body: bytes, **headers: str) -> Behaviour:
    """Answer every request with the same document."""
    return lambda talk: talk.answer(body, **headers)


def publishing(body: bytes, **headers: str) -> Behaviour:
    """Answer as a good publisher does: what a client has already is not sent again."""
    etag = f'"{sha256(body).hexdigest()}"'

    def behave(talk: Talk) -> None:
        if talk.asked.headers.get("if-none-match") == etag:
            talk.send(f"HTTP/1.1 304 Not Modified\r\nETag: {etag}\r\n\r\n".encode())
        else:
            talk.answer(body, etag=etag, **headers)

    return behave


def redirecting(location: str, status: str = "302 Found") -> Behaviour:
    """Answer every request with another address."""
    return lambda talk: talk.answer(status=status, location=location)


@dataclass
class MisbehavingServer:
    """A running server.

    What stands in ``behaviours`` decides what it does, by path; it may be changed while
    the server runs.
    """

    port: int
    is_encrypted: bool
    is_over: threading.Event = field(default_factory=threading.Event)
    behaviours: dict[str, Behaviour] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    accepted: int = 0
    """How many connections there were, with a request or without."""

    def url(self, path: str = "/", host: str = "localhost") -> str:
        """Name a document of this server."""
        scheme = "https" if self.is_encrypted else "http"
        return f"{scheme}://{host}:{self.port}{path}"

    def does(self, path: str, behaviour: Behaviour) -> str:
        """Decide what happens at a path.

        Returns:
            Its URL.
        """
        self.behaviours[path] = behaviour
        return self.url(path)

    def talk(self, connection: socket.socket) -> None:
        """Read a request and do what is to be done with it."""
        asked = _request_of(connection)
        if asked is None:
            return
        self.asked.append(asked)
        behaviour = self.behaviours.get(asked.path, _not_found)
        behaviour(Talk(connection, asked, self.is_over))


@contextmanager
def misbehaving_server(
    certified: Certified | None,
    *,
    before_tls: Callable[[socket.socket, threading.Event], None] | None = None,
) -> Iterator[MisbehavingServer]:
    """Run a server on a free port of loopback until the block ends.

    Args:
        certified: Its certificate; ``None``: plain HTTP.
        before_tls: What to do with a connection instead of TLS and everything else.
    """
    context = None if certified is None else _tls_of(certified)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        server = MisbehavingServer(port=port, is_encrypted=certified is not None)

        def serve(raw: socket.socket) -> None:
            with suppress(OSError):
                if before_tls is not None:
                    with raw:
                        before_tls(raw, server.is_over)
                else:
                    with _wrapped(raw, context) as connection:
                        server.talk(connection)

        acceptor = threading.Thread(target=_accept, args=(server, listener, serve))
        acceptor.start()
        try:
            yield server
        finally:
            server.is_over.set()
            socket.create_connection(("127.0.0.1", port)).close()
            acceptor.join()


def _accept(
    server: MisbehavingServer,
    listener: socket.socket,
    serve: Callable[[socket.socket], None],
) -> None:
    """Serve every connection in a thread, and wait for all of them at the end."""
    threads = []
    while True:
        raw, _ = listener.accept()
        if server.is_over.is_set():
            raw.close()
            break
        server.accepted += 1
        raw.settimeout(PATIENCE)
        threads.append(threading.Thread(target=serve, args=(raw,)))
        threads[-1].start()
    for thread in threads:
        thread.join()


def _tls_of(certified: Certified) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certified.chain_file, certified.key_file)
    return context


def _wrapped(raw: socket.socket, context: ssl.SSLContext | None) -> socket.socket:
    """Begin TLS, if there is to be any; what fails is closed."""
    if context is None:
        return raw
    try:
        return context.wrap_socket(raw, server_side=True)
    except OSError:
        raw.close()
        raise


def _request_of(connection: socket.socket) -> Asked | None:
    """Read a request: its headers, and as much as they say that follows."""
    text = b""
    while b"\r\n\r\n" not in text:
        more = connection.recv(4096)
        if not more:
            return None
        text += more
    head, _, body = text.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines)
    headers = {name.lower(): value.strip() for name, _, value in pairs}
    length = int(headers.get("content-length", "0"))
    while len(body) < length and (more := connection.recv(4096)):
        body += more
    return Asked(first.split(" ")[1], headers, body)


def _not_found(talk: Talk) -> None:
    talk.answer(b"nothing here", status="404 Not Found")
