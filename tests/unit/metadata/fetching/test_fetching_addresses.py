"""The address that was looked at is the one that is connected to."""

import socket
import threading
from dataclasses import replace
from ipaddress import ip_address

import pytest

from metadata.errors import FetchFailedError
from metadata.fetching import FetchLimits, FetchPolicy, fetch_url
from tests.support.fetching import (
    DOCUMENT,
    got,
    refusal_of,
)
from tests.support.misbehaving_server import (
    PATIENCE,
    MisbehavingServer,
    redirecting,
    sending,
)


def test_this_machine_is_asked_only_where_that_is_allowed(
    server: MisbehavingServer, policy: FetchPolicy
) -> None:
    url = server.does("/", sending(DOCUMENT))
    accepted = server.accepted
    public = replace(policy, allow_private_addresses=False)
    assert "127.0.0.1 is this machine" in refusal_of(url, public)
    assert server.accepted == accepted
    assert got(fetch_url(url, policy=policy)) == DOCUMENT


def test_a_name_is_asked_for_once(
    server: MisbehavingServer, policy: FetchPolicy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that means another address the next time does not lead us there."""
    resolve = socket.getaddrinfo
    asked = []

    def rebinding(host: str, port: int, **kind: int) -> object:
        asked.append(host)
        first = "127.0.0.1" if len(asked) == 1 else "127.0.0.2"
        return resolve(first, port, **kind)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    url = server.does("/", sending(DOCUMENT))
    assert got(fetch_url(url, policy=policy)) == DOCUMENT
    assert asked == ["localhost"]
    with pytest.raises(FetchFailedError, match="cannot be reached"):
        fetch_url(url, policy=policy)


@pytest.fixture
def meaning(monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[str, ...]]:
    """What names mean, for the resolver; addresses mean themselves."""
    names: dict[str, tuple[str, ...]] = {}
    resolve = socket.getaddrinfo

    def answer(host: str, port: int, **kind: int) -> list[object]:
        meant = names.get(host, (host,))
        return [one for each in meant for one in resolve(each, port, **kind)]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return names


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("10.0.0.1", "is a private address"),
        ("127.0.0.1", "is this machine"),
        ("169.254.169.254", "is the metadata service of a cloud"),
        ("169.254.0.7", "is no address that a server has"),
        ("::1", "is this machine"),
        ("fd12:3456::1", "is a private address"),
        ("::ffff:10.0.0.1", "is a private address"),
        ("64:ff9b::a9fe:a9fe", "is the metadata service of a cloud"),
    ],
)
def test_a_name_is_judged_by_what_it_means(
    server: MisbehavingServer,
    policy: FetchPolicy,
    meaning: dict[str, tuple[str, ...]],
    address: str,
    said: str,
) -> None:
    accepted = server.accepted
    meaning["feed.example.se"] = (address,)
    public = replace(policy, allow_private_addresses=False)
    url = f"https://feed.example.se:{server.port}/"
    shown = ip_address(address)
    assert refusal_of(url, public) == f"{url}: must not be asked: {shown} {said}"
    assert server.accepted == accepted


def test_a_redirect_to_a_name_is_judged_by_what_it_means(
    server: MisbehavingServer,
    policy: FetchPolicy,
    meaning: dict[str, tuple[str, ...]],
) -> None:
    meaning["intranet.example.se"] = ("10.0.0.1",)
    near = replace(policy, allow_private_addresses=False, allow_loopback_http=True)
    server.does("/there", sending(DOCUMENT))
    good = server.does("/good", redirecting(server.url("/there")))
    bad = server.does("/bad", redirecting("https://intranet.example.se/there"))
    assert got(fetch_url(good, policy=near)) == DOCUMENT
    assert "10.0.0.1 is a private address" in refusal_of(bad, near)


def test_of_several_addresses_only_those_are_asked_that_may_be(
    server: MisbehavingServer,
    policy: FetchPolicy,
    meaning: dict[str, tuple[str, ...]],
) -> None:
    """The bad one stands first, and would be connected to first."""
    meaning["localhost"] = ("169.254.169.254", "127.0.0.1")
    url = server.does("/", sending(DOCUMENT))
    assert got(fetch_url(url, policy=policy)) == DOCUMENT
    meaning["localhost"] = ("169.254.169.254", "10.0.0.1")
    near = replace(policy, allow_private_addresses=False, allow_loopback_http=True)
    assert "10.0.0.1 is a private address; 169.254.169.254" in refusal_of(url, near)


def test_a_name_for_this_machine_must_mean_it(
    policy: FetchPolicy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Plain http stays here, also when somebody says that localhost is elsewhere."""
    resolve = socket.getaddrinfo

    def misled(_: str, port: int, **kind: int) -> object:
        return resolve("10.0.0.1", port, **kind)

    monkeypatch.setattr(socket, "getaddrinfo", misled)
    url = "http://localhost/feed"
    allowed = replace(policy, allow_loopback_http=True)
    assert refusal_of(url, allowed) == f"{url}: the address is not https"


def test_a_name_service_that_does_not_answer_is_not_waited_for(
    server: MisbehavingServer, policy: FetchPolicy, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_over = threading.Event()

    def silent(*_: object, **__: object) -> list[object]:
        is_over.wait(PATIENCE)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", silent)
    limits = FetchLimits(connect_seconds=0.3)
    sentence = refusal_of(server.url(), replace(policy, limits=limits))
    is_over.set()
    assert sentence.endswith("the name service does not answer in time")


def test_a_name_that_nobody_knows_is_told(policy: FetchPolicy) -> None:
    url = "https://nobody.invalid/feed"
    assert refusal_of(url, policy) == f"{url}: the name of the server is unknown"


def test_nobody_listens(policy: FetchPolicy) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    url = f"https://127.0.0.1:{port}/"
    assert refusal_of(url, policy) == f"{url}: cannot be reached: Connection refused"
