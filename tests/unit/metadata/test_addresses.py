"""An address is judged by where its packets go, however it is written."""

from ipaddress import ip_address

import pytest

from metadata.addresses import Reach, fault_of_address, reachable
from metadata.errors import FetchFailedError

PUBLIC = Reach()
LOOPBACK = Reach(allow_loopback=True)
PRIVATE = Reach(allow_private=True)


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1",
        "172.15.255.255",
        "172.32.0.1",
        "192.167.255.255",
        "168.63.129.15",
        "2606:4700:4700::1111",
        "::ffff:1.1.1.1",
        "64:ff9b::101:101",
        "2002:101:101::1",
    ],
)
def test_a_public_address_may_be_asked(address: str) -> None:
    assert fault_of_address(ip_address(address), PUBLIC) is None


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1",
        "100.64.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "192.0.2.1",
        "198.18.0.1",
        "fc00::1",
        "fd12:3456::1",
        "2001:db8::1",
        "::ffff:10.0.0.1",
        "::ffff:192.168.1.1",
        "64:ff9b::10.0.0.1",
        "2002:a00:1::1",
    ],
)
def test_a_private_address_may_be_asked_only_where_that_is_allowed(
    address: str,
) -> None:
    assert fault_of_address(ip_address(address), PUBLIC) == "is a private address"
    assert fault_of_address(ip_address(address), LOOPBACK) == "is a private address"
    assert fault_of_address(ip_address(address), PRIVATE) is None


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.255.255.254",
        "::1",
        "::ffff:127.0.0.1",
        "64:ff9b::127.0.0.1",
        "2002:7f00:1::1",
    ],
)
def test_this_machine_may_be_asked_only_where_that_is_allowed(address: str) -> None:
    assert fault_of_address(ip_address(address), PUBLIC) == "is this machine"
    assert fault_of_address(ip_address(address), LOOPBACK) is None
    assert fault_of_address(ip_address(address), PRIVATE) is None


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "168.63.129.16",
        "100.100.100.200",
        "192.0.0.192",
        "fd00:ec2::254",
        "::ffff:169.254.169.254",
        "64:ff9b::169.254.169.254",
        "2002:a9fe:a9fe::1",
        "169.254.0.1",
        "fe80::1",
        "fe80::1%1",
        "0.0.0.0",  # noqa: S104
        "::",
        "::ffff:0.0.0.0",
        "224.0.0.1",
        "ff02::1",
        "240.0.0.1",
        "255.255.255.255",
        "::127.0.0.1",
        "::a00:1",
    ],
)
@pytest.mark.parametrize("reach", [PUBLIC, LOOPBACK, PRIVATE])
def test_some_addresses_are_never_asked(address: str, reach: Reach) -> None:
    assert fault_of_address(ip_address(address), reach) is not None


@pytest.mark.parametrize(
    "host", ["2130706433", "0x7f.1", "0177.0.0.1", "127.1", "localhost", "::1"]
)
def test_this_machine_is_found_under_every_name(host: str) -> None:
    with pytest.raises(FetchFailedError, match="is this machine"):
        reachable(host, 443, reach=PUBLIC, seconds=5)
    found = reachable(host, 443, reach=LOOPBACK, seconds=5)
    assert all(address.is_loopback for address in found)
