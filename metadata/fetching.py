"""How does a document come from where it lies, or not at all?

A file, or a URL: check the address → ask for what changed → count while it arrives →
unpack → hand on. Whatever a server does, a fetch ends in time, in bounded memory, and
with one sentence.
"""

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from os import fstat, stat_result
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, urldefrag, urljoin, urlsplit

from metadata.addresses import Reach, reachable
from metadata.answers import Answer, check_answer, document, validators_of
from metadata.bounds import Bounds
from metadata.connections import Place, answered, pieces_of, port_of
from metadata.endpoints import fault_of
from metadata.errors import FetchFailedError
from metadata.sources import MAX_DOCUMENT_BYTES, Kind, Validators

METADATA_TYPE: Final = "application/samlmetadata+xml"
"""What metadata is called on the wire (SAML metadata, appendix A)."""
MAX_REDIRECTS: Final = 3

_USER_AGENT: Final = "idp-bridge"
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_HEADER_BYTES: Final = 1024 * 1024
"""What headers and the frames of chunks may take beside the document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchLimits:
    """How much a fetch may take."""

    max_bytes: int = MAX_DOCUMENT_BYTES
    """Of the document, unpacked."""
    max_received_bytes: int = MAX_DOCUMENT_BYTES
    """Of what is sent, packed or not."""
    connect_seconds: float = 5
    """How long a server may take to accept a connection."""
    read_seconds: float = 15
    """How long a server may be silent."""
    total_seconds: float = 120
    """How long everything may take, redirects and all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchPolicy:
    """What a fetch may do."""

    limits: FetchLimits = field(default_factory=FetchLimits)
    allow_private_addresses: bool = False
    """Whether documents may lie on this machine or in a private network."""
    allow_loopback_http: bool = False
    """Whether documents may lie on this machine, also without ``https``."""
    ca_file: Path | None = None
    """PEM with the authorities that servers are checked against; ``None``: the
    system's."""

    @property
    def reach(self) -> Reach:
        """How near a document may lie."""
        return Reach(
            allow_private=self.allow_private_addresses,
            allow_loopback=self.allow_loopback_http,
        )


@dataclass(frozen=True, slots=True)
class Fetched:
    """A document, and what tells it from its next version."""

    data: bytes
    validators: Validators


def fetch(
    location: str,
    kind: Kind,
    *,
    validators: Validators | None = None,
    policy: FetchPolicy,
) -> Fetched | None:
    """Fetch a whole document.

    Args:
        location: A path for a file, else a URL.
        kind: Which of the two it is.
        validators: Of the version that we have, if we have one.
        policy: What the fetch may do.

    Returns:
        ``None`` when our version is the present one.

    Raises:
        FetchFailedError: There is no document, with the reason in one sentence.
    """
    if kind is Kind.FILE:
        return fetch_file(location, validators=validators, limits=policy.limits)
    return fetch_url(location, validators=validators, policy=policy)


def fetch_file(
    location: str, *, validators: Validators | None, limits: FetchLimits
) -> Fetched | None:
    """Read a file, unless it is the very file that was read before.

    Raises:
        FetchFailedError: Not a file, not readable, empty, too large, or being written.
    """
    try:
        path = Path(location)
        if not stat.S_ISREG(path.stat().st_mode):
            raise FetchFailedError(f"{location} is not a file")
        with path.open("rb") as file:
            status = fstat(file.fileno())
            before = _mark_of(status)
            if before == validators:
                return None
            data = file.read(min(status.st_size, limits.max_bytes) + 1)
            after = _mark_of(fstat(file.fileno()))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no such name"
        raise FetchFailedError(f"{location} cannot be read: {reason}") from error
    faults = {
        "is empty": not data,
        f"is larger than {limits.max_bytes} bytes": len(data) > limits.max_bytes,
        "is being written": before != after,
    }
    for fault in (fault for fault, is_so in faults.items() if is_so):
        raise FetchFailedError(f"{location} {fault}")
    return Fetched(data, before)


def mark_of_file(location: str) -> Validators | None:
    """Name the present version of a file without reading it, if there is one."""
    try:
        return _mark_of(Path(location).stat())
    except (OSError, ValueError):
        return None


def _mark_of(status: stat_result) -> Validators:
    """Name a version of a file by when, how much and where it was written."""
    return Validators(etag=f"{status.st_mtime_ns}-{status.st_size}-{status.st_ino}")


def fetch_url(
    url: str,
    *,
    validators: Validators | None = None,
    policy: FetchPolicy,
    accept: str = METADATA_TYPE,
) -> Fetched | None:
    """Fetch a document from a server.

    Args:
        url: Where it lies; ``https``, or ``http`` on this machine where allowed.
        validators: Of the version that we have, if we have one.
        policy: What the fetch may do.
        accept: The media type that we ask for.

    Returns:
        ``None`` when our version is the present one.

    Raises:
        DocumentNotFoundError: The server says that there is no such document.
        FetchFailedError: There is no document, with the reason in one sentence.
    """
    headers = _request_headers(validators, accept)
    limits = policy.limits
    bounds = Bounds(
        max_bytes=limits.max_received_bytes + _HEADER_BYTES,
        connect_seconds=limits.connect_seconds,
        read_seconds=limits.read_seconds,
        total_seconds=limits.total_seconds,
    )
    there = url
    for _ in range(1 + MAX_REDIRECTS):
        with (
            _telling(url, there),
            answered(
                place_of(there, bounds, policy),
                bounds,
                headers=headers,
                ca_file=policy.ca_file,
            ) as response,
        ):
            if response.status in _REDIRECTS:
                there = _next_of(there, response)
                continue
            if response.status == HTTPStatus.NOT_MODIFIED:
                _check_not_modified(validators)
                return None
            check_answer(response)
            data = document(
                response,
                pieces_of(response),
                max_bytes=limits.max_bytes,
                max_received_bytes=limits.max_received_bytes,
            )
            return Fetched(data, validators_of(response))
    with _telling(url, url):
        raise FetchFailedError(f"redirects more than {MAX_REDIRECTS} times")


def _request_headers(validators: Validators | None, accept: str) -> dict[str, str]:
    """Say what we want, and what we have (RFC 9110 13.1.2 and 13.1.3)."""
    known = validators or Validators()
    headers = {
        "Accept": accept,
        "Accept-Encoding": "gzip",
        "Connection": "close",
        "User-Agent": _USER_AGENT,
        "If-None-Match": known.etag,
        "If-Modified-Since": known.last_modified,
    }
    return {name: value for name, value in headers.items() if value}


def place_of(url: str, bounds: Bounds, policy: FetchPolicy) -> Place:
    """Find out where a URL leads, once and for all.

    Raises:
        FetchFailedError: To where we must not ask.
    """
    fault = fault_of(url, allow_loopback_http=policy.allow_loopback_http)
    if fault:
        raise FetchFailedError(f"the address {fault}")
    parts = urlsplit(url)
    addresses = reachable(
        parts.hostname or "",
        port_of(parts),
        reach=policy.reach,
        seconds=bounds.to_connect(),
    )
    if parts.scheme == "http" and not all(each.is_loopback for each in addresses):
        raise FetchFailedError("the address is not https")
    return Place(parts, addresses)


def _next_of(url: str, response: Answer) -> str:
    """Find where a redirect leads.

    Raises:
        FetchFailedError: Nowhere, or to another scheme.
    """
    location = response.headers.get("Location")
    if not location:
        raise FetchFailedError("redirects to nowhere")
    try:
        target = urldefrag(urljoin(url, location)).url
        parts = urlsplit(target)
    except ValueError as error:
        raise FetchFailedError("redirects to what is no address") from error
    if parts.scheme != urlsplit(url).scheme:
        raise FetchFailedError("redirects to another scheme")
    return target


def _check_not_modified(validators: Validators | None) -> None:
    """Accept that nothing changed, if we asked for that (RFC 9110 15.4.5).

    Raises:
        FetchFailedError: We did not.
    """
    if validators is None or validators == Validators():
        raise FetchFailedError("says that nothing changed, but we have nothing")


@contextmanager
def _telling(url: str, there: str) -> Iterator[None]:
    """Begin the sentence of a failure with where it happened.

    Args:
        url: Where we began.
        there: Where we have come to.

    Raises:
        FetchFailedError: The failure, with its place.
    """
    try:
        yield
    except FetchFailedError as error:
        way = "" if url == there else f" redirects to {_shown(there)}"
        raise type(error)(f"{_shown(url)}{way}: {error}") from error


def _shown(url: str) -> str:
    """Name a URL in a sentence; a user name or a query may be a secret."""
    try:
        parts = urlsplit(url)
        netloc = parts.netloc.rpartition("@")[2]
        return SplitResult(parts.scheme, netloc, parts.path, "", "").geturl()
    except ValueError:
        return "the address"
