"""To which network addresses may we connect when somebody gives us a URL?

The question is asked of the very addresses that a connection is then made to, never of
a name that may mean another address a moment later.
"""

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Final

from metadata.errors import FetchFailedError

IPAddress = IPv4Address | IPv6Address

_NAT64: Final = IPv6Network("64:ff9b::/96")
"""IPv6 addresses that a network translates to the IPv4 address at their end (RFC 6052
2.1)."""
_METADATA_SERVICES: Final = frozenset(
    ip_address(text)
    for text in (
        "100.100.100.200",
        "168.63.129.16",
        "169.254.169.254",
        "192.0.0.192",
        "fd00:ec2::254",
    )
)
"""Where clouds tell a machine its secrets; who reaches them as us is us."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How near a fetched document may be."""

    allow_private: bool = False
    """Whether the own network and this machine may be asked."""
    allow_loopback: bool = False
    """Whether this machine may be asked."""


def fault_of_address(address: IPAddress, reach: Reach) -> str | None:
    """Say what is wrong with an address, or nothing when we may connect to it."""
    meant = _meant_by(address)
    if meant in _METADATA_SERVICES:
        return "is the metadata service of a cloud"
    if meant.is_link_local or meant.is_multicast or meant.is_unspecified:
        return "is no address that a server has"
    if meant.is_loopback:
        is_near = reach.allow_loopback or reach.allow_private
        return None if is_near else "is this machine"
    if meant.is_reserved:
        return "is reserved"
    if not meant.is_global and not reach.allow_private:
        return "is a private address"
    return None


def _meant_by(address: IPAddress) -> IPAddress:
    """Unwrap an IPv4 address inside an IPv6 address: that is where packets go."""
    if isinstance(address, IPv4Address):
        return address
    wrapped = address.ipv4_mapped or address.sixtofour
    if wrapped is None and address in _NAT64:
        wrapped = IPv4Address(int(address) & 0xFFFFFFFF)
    return wrapped or address


def reachable(
    host: str, port: int, *, reach: Reach, seconds: float
) -> tuple[IPAddress, ...]:
    """Find the addresses of a host that we may connect to.

    Args:
        host: A name, or an address.
        port: Where the server listens.
        reach: How near the server may be.
        seconds: How long we wait for the answer.

    Raises:
        FetchFailedError: It has no address, or none that we may connect to.
    """
    addresses = tuple(dict.fromkeys(_resolved(host, port, seconds=seconds)))
    faults = {address: fault_of_address(address, reach) for address in addresses}
    allowed = tuple(address for address, fault in faults.items() if fault is None)
    if not allowed:
        told = "; ".join(
            sorted(f"{address} {fault}" for address, fault in faults.items())
        )
        raise FetchFailedError(f"must not be asked: {told or 'it has no address'}")
    return allowed


def _resolved(host: str, port: int, *, seconds: float) -> Iterator[IPAddress]:
    """Ask the resolver; it knows no time-out, so somebody else waits for it.

    Raises:
        FetchFailedError: The name is unknown, or nobody said so in time.
    """
    answers: SimpleQueue[list[str] | Exception] = SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put([str(each[4][0]) for each in found])
        except (OSError, UnicodeError) as error:
            answers.put(error)

    Thread(target=ask, name="resolve", daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except Empty:
        raise FetchFailedError("the name service does not answer in time") from None
    if isinstance(answer, Exception):
        raise FetchFailedError("the name of the server is unknown") from answer
    yield from map(ip_address, answer)
