"""How do we ask a server we do not trust, without waiting or swallowing forever?

Every byte that arrives is counted and every wait is bounded, also while TLS begins,
inside headers and between chunks: a server that sends one byte at a time ends at the
same moment as one that says nothing.
"""

import http.client
import logging
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from ipaddress import IPv6Address
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from metadata.addresses import IPAddress
from metadata.bounds import Bounds
from metadata.errors import FetchFailedError

PIECE: Final = 64 * 1024
_HTTPS_PORT: Final = 443
_HTTP_PORT: Final = 80
_CERTIFICATE_FAULTS: Final = {
    9: "is not valid yet",
    10: "has expired",
    18: "is signed by nobody that we trust",
    19: "is signed by nobody that we trust",
    20: "is signed by nobody that we trust",
    21: "is signed by nobody that we trust",
    62: "is for another name",
    64: "is for another address",
}
"""What the numbers of OpenSSL's X509_verify_cert_error_string mean."""

# What a server sends is said once, by us: not with a URL and a traceback beside it.
logging.getLogger("urllib3").setLevel(logging.CRITICAL)


class _PlainSocket(socket.socket):
    """A connection that reads within bounds."""

    bounds: Bounds

    def recv_into(self, *args: object) -> int:
        return _within(self, super().recv_into, *args)


class _TlsSocket(ssl.SSLSocket):
    """An encrypted connection that reads within bounds."""

    bounds: Bounds

    def recv_into(self, *args: object) -> int:
        return _within(self, super().recv_into, *args)


def _within(
    connection: _PlainSocket | _TlsSocket,
    receive: Callable[..., int],
    *args: object,
) -> int:
    bounds = connection.bounds
    connection.settimeout(bounds.to_read())
    try:
        received = receive(*args)
    except TimeoutError as error:
        raise bounds.silence() from error
    bounds.count(received)
    return received


@dataclass(frozen=True, slots=True)
class Place:
    """A URL and the addresses that it was found to mean."""

    url: SplitResult
    addresses: tuple[IPAddress, ...]

    @property
    def host(self) -> str:
        """The name that the certificate must be for."""
        return self.url.hostname or ""

    @property
    def port(self) -> int:
        """Where the server listens."""
        return port_of(self.url)


def port_of(url: SplitResult) -> int:
    """Find the port that a URL means."""
    return url.port or (_HTTPS_PORT if url.scheme == "https" else _HTTP_PORT)


class _PlainConnection(HTTPConnection):
    """A connection to an address that was looked at; the name is not asked again."""

    def __init__(self, place: Place, bounds: Bounds) -> None:
        super().__init__(place.host, place.port)
        self._place = place
        self._bounds = bounds

    def _new_conn(self) -> socket.socket:
        return _connected(self._place, self._bounds)


class _TlsConnection(HTTPSConnection):
    """The same, encrypted: the certificate must be for the name in the URL."""

    def __init__(
        self, place: Place, bounds: Bounds, tls_context: ssl.SSLContext
    ) -> None:
        super().__init__(place.host, place.port, ssl_context=tls_context)
        self._place = place
        self._bounds = bounds

    def _new_conn(self) -> socket.socket:
        return _connected(self._place, self._bounds)

    def connect(self) -> None:
        super().connect()
        if isinstance(self.sock, _TlsSocket):
            self.sock.bounds = self._bounds


def _connected(place: Place, bounds: Bounds) -> socket.socket:
    """Connect to the first address that answers.

    Raises:
        FetchFailedError: None does.
    """
    fault = "it has no address"
    for address in place.addresses:
        is_ipv6 = isinstance(address, IPv6Address)
        connection = _PlainSocket(socket.AF_INET6 if is_ipv6 else socket.AF_INET)
        connection.bounds = bounds
        try:
            connection.settimeout(bounds.to_connect())
            connection.connect((str(address), place.port))
        except OSError as error:
            connection.close()
            fault = error.strerror or "no answer in time"
        except FetchFailedError:
            connection.close()
            raise
        else:
            return connection
    raise FetchFailedError(f"cannot be reached: {fault}")


def tls_context(ca_file: Path | None) -> ssl.SSLContext:
    """Decide whose certificates we believe: the system's, or those of one file.

    Raises:
        FetchFailedError: The file has no certificates that we can read.
    """
    try:
        context = ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        raise FetchFailedError(
            f"the file with trusted certificates, {ca_file}, cannot be read"
        ) from error
    context.sslsocket_class = _TlsSocket
    return context


@contextmanager
def answered(
    place: Place,
    bounds: Bounds,
    *,
    headers: Mapping[str, str],
    ca_file: Path | None,
    body: bytes | None = None,
) -> Iterator[BaseHTTPResponse]:
    """Ask a server and hand on the answer, its body still unread.

    Args:
        place: Where it is.
        bounds: What the answer may take.
        headers: What is said beside the question.
        ca_file: Whose certificates we believe; ``None``: those of the system.
        body: What is posted; ``None`` asks for a document.

    Raises:
        FetchFailedError: There is no answer that we understand, with the reason.
    """
    connection: HTTPConnection
    if place.url.scheme == "https":
        connection = _TlsConnection(place, bounds, tls_context(ca_file))
    else:
        connection = _PlainConnection(place, bounds)
    target = place.url._replace(scheme="", netloc="", path=place.url.path or "/")
    try:
        with _in_words():
            connection.request(
                "GET" if body is None else "POST",
                target.geturl(),
                body=body,
                headers=headers,
                preload_content=False,
                decode_content=False,
            )
            response = connection.getresponse()
        with closing(response):
            yield response
    finally:
        connection.close()


def pieces_of(response: BaseHTTPResponse) -> Iterator[bytes]:
    """Read the body as it is sent, piece by piece.

    Raises:
        FetchFailedError: It stops before its end, or takes too long or too much.
    """
    try:
        yield from response.stream(PIECE, decode_content=False)
    except (HTTPError, http.client.HTTPException, OSError, ValueError) as error:
        raise FetchFailedError("the document was cut off before its end") from error


@contextmanager
def _in_words() -> Iterator[None]:
    """Say in one sentence why there is no answer.

    Raises:
        FetchFailedError: Whatever went wrong.
    """
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        fault = _CERTIFICATE_FAULTS.get(error.verify_code, error.verify_message)
        raise FetchFailedError(f"the certificate of the server {fault}") from error
    except TimeoutError as error:
        raise FetchFailedError("TLS was not ready in time") from error
    except (ConnectionError, ssl.SSLEOFError) as error:
        raise FetchFailedError("the server broke the connection off") from error
    except ssl.SSLError as error:
        raise FetchFailedError("the server does not speak the TLS we ask for") from (
            error
        )
    except (HTTPError, http.client.HTTPException, OSError, ValueError) as error:
        raise FetchFailedError("the server does not answer in HTTP") from error
