"""A redirect leads where the first address could have led."""

from dataclasses import replace

import pytest

from metadata.fetching import FetchPolicy, fetch_url
from tests.support.fetching import DOCUMENT, KNOWN, conditional, got, refusal_of
from tests.support.misbehaving_server import (
    MisbehavingServer,
    misbehaving_server,
    redirecting,
    sending,
)
from tests.support.tls import (
    Authority,
)


@pytest.mark.parametrize(
    "status", ["301 Moved", "302 Found", "303 See", "307 T", "308 P"]
)
def test_a_redirect_is_followed(
    server: MisbehavingServer, policy: FetchPolicy, status: str
) -> None:
    server.does("/new/feed", conditional)
    url = server.does("/old/a", redirecting("../new/feed#part", status))
    assert got(fetch_url(url, policy=policy)) == DOCUMENT
    assert [one.path for one in server.asked] == ["/old/a", "/new/feed"]
    assert fetch_url(url, validators=KNOWN, policy=policy) is None


def test_a_redirect_may_lead_to_another_server(
    server: MisbehavingServer, policy: FetchPolicy, authority: Authority
) -> None:
    with misbehaving_server(authority.certify("127.0.0.1")) as other:
        other.does("/", sending(DOCUMENT))
        url = server.does("/", redirecting(other.url(host="127.0.0.1")))
        assert got(fetch_url(url, policy=policy)) == DOCUMENT
        assert other.asked[0].headers["host"] == f"127.0.0.1:{other.port}"


def test_redirects_end(server: MisbehavingServer, policy: FetchPolicy) -> None:
    server.does("/3", sending(DOCUMENT))
    server.does("/2", redirecting("/3"))
    server.does("/1", redirecting("/2"))
    three = server.does("/0", redirecting("/1"))
    assert got(fetch_url(three, policy=policy)) == DOCUMENT
    four = server.does("/-1", redirecting("/0"))
    assert refusal_of(four, policy) == f"{four}: redirects more than 3 times"
    loop = server.does("/loop", redirecting("/loop"))
    assert refusal_of(loop, policy) == f"{loop}: redirects more than 3 times"


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("http://localhost:{port}/there", "redirects to another scheme"),
        ("file:///etc/passwd", "redirects to another scheme"),
        ("ftp://localhost/there", "redirects to another scheme"),
        ("https://[", "redirects to what is no address"),
        ("", "redirects to nowhere"),
        ("https://user@localhost:{port}/there", "has a user name in it"),
        ("https://localhost:0/there", "is no address"),
        ("https://169.254.169.254/there", "is the metadata service of a cloud"),
        ("https://[::ffff:169.254.169.254]/there", "is the metadata service"),
        ("https://[fe80::1]/there", "is no address that a server has"),
    ],
)
def test_a_redirect_leads_nowhere_else(
    server: MisbehavingServer, policy: FetchPolicy, location: str, said: str
) -> None:
    """Plain http on this machine is allowed here, and still no way out of https."""
    server.does("/there", sending(DOCUMENT))
    url = server.does("/", redirecting(location.format(port=server.port)))
    lenient = replace(policy, allow_loopback_http=True)
    assert said in refusal_of(url, lenient)
    assert [one.path for one in server.asked] == ["/"]


def test_a_redirect_does_not_lead_into_the_private_network(
    server: MisbehavingServer, policy: FetchPolicy
) -> None:
    near = replace(policy, allow_private_addresses=False, allow_loopback_http=True)
    server.does("/there", sending(DOCUMENT))
    good = server.does("/good", redirecting(server.url("/there")))
    bad = server.does("/bad", redirecting("https://10.0.0.1/there"))
    assert got(fetch_url(good, policy=near)) == DOCUMENT
    assert "10.0.0.1 is a private address" in refusal_of(bad, near)
